import type { Clock } from '../world/clock.ts';
import { systemClock } from '../world/clock.ts';

/** Timers fire up to this many milliseconds late on a machine at rest: the last of a wait goes without them. */
const TIMER_ERROR_MS = 1.1;
/** How long an end that nobody planned may go unseen, in milliseconds. */
const LONGEST_SLEEP_MS = 100;
/** How long, in milliseconds, what is overdue may keep answers from being read. */
const LONGEST_CATCH_UP_MS = 1;

/**
 * Calls `due` once for each planned time, in order, never before it, and as soon after it as the event loop
 * allows; what is overdue is called at once.
 *
 * Node's timers fire up to 1 ms late, which would be added to every latency. So the last millisecond of a wait
 * is passed in naps of 0.1 ms, between which the event loop turns: a time is met within some 0.05 ms on a
 * machine at rest, and an answer that comes in that millisecond is read at most some 0.15 ms late. Turning the
 * event loop without naps would burn up to a whole core, and be preempted for it on a busy machine.
 * @param startedAt milliseconds of the clock.
 * @param times milliseconds from then, ascending.
 */
export async function pace(
  startedAt: number,
  times: Iterable<number>,
  due: (plannedAt: number) => void,
  isOver: () => boolean,
  clock: Clock = systemClock,
): Promise<void> {
  let turnedAt = clock.now();
  for (const time of times) {
    const at = startedAt + time;
    for (;;) {
      const now = clock.now();
      const left = at - now;
      if (isOver()) return;
      // A rate beyond what this process can send must not keep it from reading.
      if (left <= 0 && now - turnedAt < LONGEST_CATCH_UP_MS) break;
      const millis = Math.floor(left - TIMER_ERROR_MS);
      if (millis >= 1) await clock.sleep(Math.min(millis, LONGEST_SLEEP_MS));
      else {
        // A nap would hold back what has just been due: its request is not sent yet.
        await clock.turn();
        await clock.nap(at - clock.now());
      }
      turnedAt = clock.now();
    }
    due(at);
  }
}
