import type { Timer } from '../fault-boundary.ts';

/** Says whether time stands still for a function, since a debugger is attached to it. */
export interface Hold {
  isHeld(): boolean;
  /** Calls at every change; returns how to stop that. */
  onChange(listener: (held: boolean) => void): () => void;
}

/** A hold that debuggers take. */
export interface HoldSource extends Hold {
  /** Takes hold until the returned function is called; several may hold at once. */
  take(): () => void;
}

/** Makes a hold that nothing holds yet. */
export function createHold(): HoldSource {
  const listeners = new Set<(held: boolean) => void>();
  let count = 0;
  const change = (by: 1 | -1): void => {
    const before = count > 0;
    count += by;
    if (before !== count > 0) for (const listener of [...listeners]) listener(count > 0);
  };
  return {
    isHeld: () => count > 0,
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    take: () => {
      let taken = true;
      change(1);
      return () => {
        if (taken) change(-1);
        taken = false;
      };
    },
  };
}

/** A timer for which held time does not pass. */
export interface HeldTimer extends Timer {
  /** Lets go of the hold. */
  close(): void;
}

/**
 * Makes a timer out of a guarded action that stands still while it is held.
 * @param clock milliseconds that never jump.
 */
export function createHeldTimer(action: () => void, hold: Hold, clock: () => number): HeldTimer {
  let timer: NodeJS.Timeout | undefined;
  let endsAt: number | undefined;
  let restMs: number | undefined;
  const clear = (): void => {
    clearTimeout(timer);
    endsAt = undefined;
    restMs = undefined;
  };
  const run = (ms: number): void => {
    endsAt = clock() + ms;
    timer = setTimeout(() => {
      endsAt = undefined;
      action();
    }, ms);
  };
  const set = (ms: number): void => {
    clear();
    if (hold.isHeld()) restMs = ms;
    else run(ms);
  };
  const unlisten = hold.onChange((held) => {
    const rest = held ? endsAt && endsAt - clock() : restMs;
    if (rest !== undefined) set(Math.max(0, rest));
  });
  return {
    set,
    clear,
    close: () => {
      clear();
      unlisten();
    },
  };
}
