import { createTimer } from '../fault-boundary.ts';

/** How often the memory of a busy environment is looked at, in ms; shorter spikes escape. */
const POLL_MS = 10;
/** … and in every so many of these looks while its invocations are shorter than that. */
const SHORT_POLLS = 10;

/** Looks at the memory of one environment while it works. */
export interface MemoryWatch {
  /** An invocation begins. */
  begin(): void;
  stop(): void;
}

/** What a watch needs. */
export interface MemoryWatchOptions {
  readonly limitMb: number;
  /** The resident set now; undefined where it cannot be measured. */
  readonly residentMb: () => number | undefined;
  readonly isBusy: () => boolean;
  /** How long the invocation runs already. */
  readonly elapsedMs: () => number;
  readonly onExceeded: () => void;
  /** Wraps what a timer calls. */
  readonly guard: (action: () => void) => () => void;
}

/** Makes the watch of one environment. It goes on from one invocation to the next: a timer for each costs more than looking once in vain. */
export function createMemoryWatch(options: MemoryWatchOptions): MemoryWatch {
  const timer = createTimer(options.guard(look));
  let isWatched = false;
  let polls = 0;

  function look(): void {
    isWatched = options.isBusy();
    if (!isWatched) return;
    polls += 1;
    // Of short invocations only some are looked at, which is enough for what grows from one to the next.
    if (options.elapsedMs() >= POLL_MS || polls % SHORT_POLLS === 0) {
      const resident = options.residentMb();
      if (resident !== undefined && resident > options.limitMb) options.onExceeded();
    }
    timer.set(POLL_MS);
  }

  return {
    begin: () => {
      if (isWatched) return;
      isWatched = true;
      timer.set(POLL_MS);
    },
    stop: timer.clear,
  };
}
