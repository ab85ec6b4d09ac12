import type { Clock } from './clock.ts';
import type { Progress } from './progress.ts';

/** What the measuring needs from the world. */
export interface BenchWorld {
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Gives a tattoo that is in no shed, each time another; of so many in a row, which are then nobody else's, the first. */
  readonly nextTattoo: (count?: bigint) => bigint;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Milliseconds of a clock that never jumps. */
  readonly steadyNow: () => number;
  /** The clock that load is made by; this machine's where absent. */
  readonly clock?: Clock;
  /** Seconds of load that tell what the bench itself adds; `FLOOR_SECONDS` where absent. */
  readonly floorSeconds?: number;
  /** Waits for milliseconds, or rejects when the signal aborts. */
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<unknown>;
}
