/** Counts what is being done. */
export interface InFlightRequests {
  enter(): void;
  leave(): void;
  /** Resolves when nothing is being done, or after `limitMs`. */
  none(limitMs: number): Promise<void>;
}

/** Begins at none. */
export function countInFlight(): InFlightRequests {
  const whenNone: (() => void)[] = [];
  let count = 0;
  return {
    enter: () => {
      count += 1;
    },
    leave: () => {
      count -= 1;
      if (count === 0) for (const resolve of whenNone.splice(0)) resolve();
    },
    none: async (limitMs) => {
      if (count === 0) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, limitMs);
        whenNone.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    },
  };
}
