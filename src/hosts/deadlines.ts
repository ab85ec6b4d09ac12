/** A time at which something is over. */
export interface Deadline {
  /** Milliseconds of the clock. */
  readonly atMs: number;
  readonly onOver: () => void;
}

/** Deadlines of many calls on one timer: one for each would cost more than a short call. */
export interface Deadlines {
  add(deadline: Deadline): void;
  /** One that is over is none any more. */
  remove(deadline: Deadline): void;
}

/** Makes deadlines. They keep no process alive. @param clock milliseconds of a clock that never jumps. */
export function createDeadlines(clock: () => number): Deadlines {
  const pending = new Set<Deadline>();
  let timer: NodeJS.Timeout | undefined;
  let firesAtMs = Number.POSITIVE_INFINITY;

  function arm(atMs: number): void {
    clearTimeout(timer);
    firesAtMs = atMs;
    // A timer may fire a part of a millisecond early, by its own clock.
    timer = setTimeout(fire, Math.max(1, Math.ceil(atMs - clock()))).unref();
  }

  function fire(): void {
    firesAtMs = Number.POSITIVE_INFINITY;
    const nowMs = clock();
    let nextMs = Number.POSITIVE_INFINITY;
    for (const deadline of pending) {
      if (deadline.atMs <= nowMs) {
        pending.delete(deadline);
        deadline.onOver();
      } else if (deadline.atMs < nextMs) nextMs = deadline.atMs;
    }
    if (nextMs < firesAtMs) arm(nextMs);
  }

  return {
    add(deadline) {
      pending.add(deadline);
      if (deadline.atMs < firesAtMs) arm(deadline.atMs);
    },
    remove: (deadline) => pending.delete(deadline),
  };
}
