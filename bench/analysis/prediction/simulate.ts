import type { Bandwidth } from './bandwidth.ts';

/** A part of a call: processor time, or waiting for something else; in ms. */
export interface Piece {
  readonly kind: 'cpu' | 'wait';
  readonly ms: number;
}

/** An execution environment under the kernel's bandwidth control. */
export interface ThrottledCpu {
  /** Runs a call and tells how many ms it took; what was overdrawn stays for the next one. */
  run(pieces: readonly Piece[]): number;
  /** Lets it rest for at least a period; then the next period begins after so many ms, and the next tick after so many. */
  rest(untilRefillMs: number, untilTickMs: number): void;
}

/** What stays with a CPU when its process sleeps, in ms: `min_cfs_rq_runtime` of the kernel; the rest goes back. */
const KEPT_MS = 1;
/** From so many periods on the middle of a piece is not simulated: it takes a period a quota, whatever comes before. */
const LONG_PERIODS = 256;
/** Below it a rest is an error of rounding. */
const NOTHING_MS = 1e-9;

/**
 * Simulates one thread under bandwidth control as Linux does it since 5.4 (`kernel/sched/fair.c`):
 * - Each period fills the pool up to the quota; a CPU takes a slice of it when what it holds is spent.
 * - What a CPU holds is looked at when a process wakes up and at each tick, so that it can be overdrawn between two.
 * - Then the process waits for the first period whose quota covers what is overdrawn.
 * - When it sleeps, its CPU keeps 1 ms, or what it owes.
 *
 * It begins with a full pool.
 */
export function throttledCpu(
  { quotaMs, periodMs, tickMs, sliceMs }: Bandwidth,
  untilRefillMs = 0,
  untilTickMs = 0,
): ThrottledCpu {
  let now = 0;
  let refillAt = untilRefillMs;
  let tickAt = untilTickMs;
  let pool = quotaMs;
  let held = 0;

  /** @returns whether the process may run. */
  function take(): boolean {
    if (held <= NOTHING_MS) {
      const taken = Math.min(pool, sliceMs - held);
      pool -= taken;
      held += taken;
    }
    return held > NOTHING_MS;
  }

  function refill(): void {
    pool = Math.min(pool + quotaMs, quotaMs);
    refillAt += periodMs;
  }

  function passTo(time: number): void {
    now = time;
    if (refillAt < now) {
      const missed = Math.ceil((now - refillAt) / periodMs);
      pool = quotaMs;
      refillAt += missed * periodMs;
    }
  }

  /** Waits for the next period, once what is held is spent and nothing is left to take. */
  function pause(): void {
    now = Math.max(now, refillAt);
    refill();
  }

  /** Runs up to the next look at what is held, overdrawn or not. @returns what is left to do. */
  function runToLook(ms: number): number {
    if (tickMs > 0 && tickAt <= now) tickAt += (Math.floor((now - tickAt) / tickMs) + 1) * tickMs;
    const looksAt = tickMs > 0 ? tickAt : now + held;
    let left = ms;
    while (now < looksAt && left > NOTHING_MS) {
      const until = Math.min(looksAt, refillAt, now + left);
      held -= until - now;
      left -= until - now;
      now = until;
      if (now >= refillAt) refill();
    }
    return left;
  }

  /** In the long run a period gives a quota, however the work lies in it: passes over so many at once. */
  function skip(periods: number): void {
    now += periods * periodMs;
    refillAt += periods * periodMs;
  }

  function giveBack(): void {
    if (!take() || tickMs === 0 || held <= KEPT_MS) return;
    pool += held - KEPT_MS;
    held = KEPT_MS;
  }

  function work(ms: number): void {
    let left = ms;
    let long = Math.floor(left / quotaMs) - LONG_PERIODS;
    while (left > NOTHING_MS) {
      if (take()) {
        left = runToLook(left);
        continue;
      }
      pause();
      if (long > 0) {
        skip(long);
        left = Math.max(0, left - long * quotaMs);
        long = 0;
      }
    }
    giveBack();
  }

  return {
    run: (pieces) => {
      const from = now;
      for (const { kind, ms } of pieces) {
        if (kind === 'cpu' && quotaMs < periodMs) work(ms);
        else passTo(now + ms);
      }
      return now - from;
    },
    rest: (toRefillMs, toTickMs) => {
      pool = quotaMs;
      // From zero again: after hours of calls a double no longer holds the smallest steps, and time would stand still.
      now = 0;
      refillAt = toRefillMs;
      tickAt = toTickMs;
    },
  };
}
