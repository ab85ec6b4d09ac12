import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';

/** Timers fire up to this many milliseconds late on a machine at rest: the last of a wait goes without them. */
const TIMER_ERROR_MS = 1.1;
/** How long an end that nobody planned may go unseen, in milliseconds. */
const LONGEST_SLEEP_MS = 100;
/** How long, in milliseconds, what is overdue may keep answers from being read. */
const LONGEST_CATCH_UP_MS = 1;

/**
 * Calls `due` once for each planned time, in order, never before it, and as soon after it as the event loop
 * allows; what is overdue is called at once. Node's timers are precise to a millisecond, which would be added
 * to every latency; so it sleeps by timer until about 1 ms before and turns the event loop for the rest, in
 * which answers are read as always. That is precise to some 10 µs while a core is free, and costs 1 to 2 ms of
 * CPU a request, at most one core.
 * @param startedAt milliseconds of `performance.now()`.
 * @param times milliseconds from then, ascending.
 */
export async function pace(
  startedAt: number,
  times: Iterable<number>,
  due: (plannedAt: number) => void,
  isOver: () => boolean,
): Promise<void> {
  let turnedAt = performance.now();
  for (const time of times) {
    const at = startedAt + time;
    for (;;) {
      const now = performance.now();
      const left = at - now;
      if (isOver()) return;
      // A rate beyond what this process can send must not keep it from reading.
      if (left <= 0 && now - turnedAt < LONGEST_CATCH_UP_MS) break;
      const millis = Math.floor(left - TIMER_ERROR_MS);
      if (millis >= 1) await sleep(Math.min(millis, LONGEST_SLEEP_MS));
      else await nextTurn();
      turnedAt = performance.now();
    }
    due(at);
  }
}
