import type { LoadResult } from '../results/load-result.ts';
import type { LoadOptions } from './apply-load.ts';
import { applyLoad } from './apply-load.ts';
import type { ArrivalShare, Arrivals } from './arrivals.ts';
import { arrivalTimes } from './arrivals.ts';
import { createDueQueue } from './due-queue.ts';
import { pace } from './pacing.ts';

/** How much load, for how long, and when. */
export interface OpenLoadOptions extends LoadOptions {
  /** The most requests under way at once; more that are due wait, and their latency grows. */
  readonly connections: number;
  /** Requests a second, above 0. */
  readonly rate: number;
  readonly arrivals: Arrivals;
  /** Decides the Poisson arrivals. */
  readonly seed: number;
  /** Of several senders this one sends only its share of the arrivals. */
  readonly share?: ArrivalShare | undefined;
}

/**
 * Applies load in the open model: requests are sent at planned times, whatever the answers do, and latency
 * counts from the planned time, so that a stall is seen by all who would have met it. A request that finds all
 * connections busy waits for the first that is free; when that takes longer than the time-out it is not sent but
 * counted as dropped, with the time that it waited. When the plan is over, what is due or under way is waited for.
 * Ends early when 100 requests are lost or throttled; what was due then counts as dropped.
 * @throws RangeError when the rate is not above 0; the reason of the signal when it aborts.
 */
export async function openLoad(options: OpenLoadOptions): Promise<LoadResult> {
  const { rate, share, timeoutSeconds, next, headersOf, afterAnswer } = options;
  if (!(rate > 0 && rate < Infinity)) {
    throw new RangeError(`rate must be a number of requests a second above 0; got ${rate}`);
  }
  return applyLoad('open', options, async ({ connections, tally, clock, isOver, startedAt }) => {
    const queue = createDueQueue(timeoutSeconds * 1000, tally.drop, clock);
    const pacing = pace(startedAt, arrivalTimes(options, share), queue.add, isOver, clock).finally(
      queue.close,
    );
    const after: (Promise<void> | undefined)[] = [];
    const sending = connections.map(async (connection) => {
      for (let at = await queue.take(connection); at !== undefined; at = await queue.take(connection)) {
        const request = next();
        const outcome = await connection.send(request, await headersOf?.(request));
        tally.record(request, outcome, at);
        const following = outcome.answer && afterAnswer?.(request, outcome.answer);
        // A failure is waited for at the end.
        following?.catch(() => undefined);
        if (following) after.push(following);
        if (isOver()) queue.clear();
      }
    });
    await Promise.all([pacing, ...sending]);
    await Promise.all(after);
  });
}
