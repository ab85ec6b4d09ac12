import { setTimeout as sleep } from 'node:timers/promises';
import type { LoadResult } from '../results/load-result.ts';
import type { LoadOptions } from './apply-load.ts';
import { applyLoad } from './apply-load.ts';

/** How much load, and for how long. */
export type ClosedLoadOptions = LoadOptions;

/** After a request was lost its connection rests, so that a server that refuses all is not asked in a busy loop. */
const REST_MS = 100;

/**
 * Applies load in the closed model: each of N kept-alive connections sends its next request when its last is
 * answered. Connections are opened beforehand; latency runs from sending over an open one. Requests under way
 * when the time is over are waited for, so that the shed's account stays exact; none is ever repeated. Ends
 * early when 100 requests are lost.
 * @throws the reason of the signal when it aborts.
 */
export async function closedLoad(options: ClosedLoadOptions): Promise<LoadResult> {
  const { calls = Infinity, seconds, next, headersOf } = options;
  const millis = options.calls === undefined ? seconds * 1000 : Infinity;
  return applyLoad('closed', options, async ({ connections, tally, isOver, startedAt }) => {
    let taken = 0;
    await Promise.all(
      connections.map(async (connection) => {
        while (taken < calls && !isOver() && performance.now() - startedAt < millis) {
          taken++;
          const request = next();
          const outcome = await connection.send(request, await headersOf?.(request));
          tally.record(request, outcome, outcome.sentAt);
          if (outcome.answer === undefined && !isOver()) await sleep(REST_MS);
        }
      }),
    );
  });
}
