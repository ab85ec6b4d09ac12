import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';

/** The time that load is made by; a parameter, so that a test can make hours of it in a moment. */
export interface Clock {
  /** Milliseconds that never jump. */
  now(): number;
  /** Waits for milliseconds, or up to one more. */
  sleep(milliseconds: number): Promise<unknown>;
  /** Lets what has begun go on: requests are sent, answers are read. */
  turn(): Promise<unknown>;
  /** Waits for at most some milliseconds, too few for a timer; nothing is sent or read meanwhile. */
  nap(milliseconds: number): Promise<unknown>;
}

/** Longest nap, in milliseconds. */
const NAP_MS = 0.1;
/** By how many milliseconds the system ends a nap late: the slack that Linux gives timers (prctl(2), PR_SET_TIMERSLACK). */
const NAP_ERROR_MS = 0.05;

const never = new Int32Array(new SharedArrayBuffer(4));

/** This machine's clock, by which connections tell their times. */
export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: (milliseconds) => sleep(milliseconds),
  turn: () => nextTurn(),
  async nap(milliseconds) {
    if (milliseconds > NAP_ERROR_MS) Atomics.wait(never, 0, 0, Math.min(milliseconds - NAP_ERROR_MS, NAP_MS));
  },
};
