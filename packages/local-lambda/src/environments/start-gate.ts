/** Lets only so many processes start at once; the others queue in order. */
export interface StartGate {
  /** Calls back when a start is allowed; the caller gives the place back with `release`. */
  enter(start: () => void): void;
  release(): void;
}

/**
 * Bounds simultaneous starts: fifty at once on two cores finish their starts five times later than two by two.
 * @param limit at least 1.
 */
export function createStartGate(limit: number): StartGate {
  let inside = 0;
  const queue: (() => void)[] = [];
  return {
    enter: (start) => {
      if (inside >= limit) {
        queue.push(start);
        return;
      }
      inside += 1;
      start();
    },
    release: () => {
      const next = queue.shift();
      if (next === undefined) inside -= 1;
      else next();
    },
  };
}
