/** Lets only so many processes start at once; the functions that wait take turns. */
export interface StartGate {
  /**
   * Calls back when a start is allowed; the caller gives the place back with `release`.
   * @param who whose turn it is; what one function starts is started in order.
   */
  enter(who: string, start: () => void): void;
  release(): void;
}

/**
 * Bounds simultaneous starts: fifty at once on two cores finish their starts five times later than two by two.
 * @param limit at least 1.
 */
export function createStartGate(limit: number): StartGate {
  let inside = 0;
  /** The functions that wait, in the order of their turns. */
  const lines = new Map<string, (() => void)[]>();
  return {
    enter: (who, start) => {
      if (inside < limit) {
        inside += 1;
        start();
        return;
      }
      const line = lines.get(who);
      if (line === undefined) lines.set(who, [start]);
      else line.push(start);
    },
    release: () => {
      const [first] = lines;
      if (first === undefined) {
        inside -= 1;
        return;
      }
      const [who, line] = first;
      const next = line.shift();
      lines.delete(who);
      if (line.length > 0) lines.set(who, line);
      next?.();
    },
  };
}
