import type { LoadResult } from '../results/load-result.ts';
import type { LoadOptions, Stage } from './apply-load.ts';
import { applyLoad } from './apply-load.ts';
import type { Connection } from './connection.ts';
import type { BenchAnswer, BenchRequest } from './exchange.ts';

/** After a request was lost or throttled its connection rests, so that a server that refuses all is not asked in a busy loop. */
const REST_MS = 100;

/**
 * Applies load in the closed model: each of N kept-alive connections sends its next request when its last is
 * answered. Connections are opened beforehand; latency runs from sending over an open one. Requests under way
 * when the time is over are waited for, so that the shed's account stays exact; none is ever repeated. Ends
 * early when 100 requests are lost or throttled.
 * @throws the reason of the signal when it aborts; what `afterAnswer` rejects with.
 */
export async function closedLoad(options: LoadOptions): Promise<LoadResult> {
  const { calls = Infinity, seconds, afterAnswer } = options;
  const millis = options.calls === undefined ? seconds * 1000 : Infinity;
  return applyLoad('closed', options, async (stage) => {
    let taken = 0;
    const { connections, tally, clock, isOver, startedAt } = stage;
    const mayGoOn = () => taken < calls && !isOver() && clock.now() - startedAt < millis;

    /** Drives some connections together until the load is over; one alone need not wait for others. */
    const drive = async (together: readonly Connection[]) => {
      let pause = 0;
      while (mayGoOn()) {
        const senders = together.slice(0, calls - taken);
        taken += senders.length;
        for (const _ of together) tally.paused(pause);
        const answered = await Promise.all(senders.map((connection) => exchange(connection, stage, options)));
        const answeredAt = clock.now();
        await Promise.all(answered.map((one) => one && afterAnswer?.(one.request, one.answer)));
        pause = clock.now() - answeredAt;
      }
    };
    await (afterAnswer ? drive(connections) : Promise.all(connections.map((one) => drive([one]))));
  });
}

/** Sends one request and takes its outcome in. */
async function exchange(
  connection: Connection,
  { tally, clock, isOver }: Stage,
  { next, headersOf }: LoadOptions,
): Promise<{ readonly request: BenchRequest; readonly answer: BenchAnswer } | undefined> {
  const request = next();
  const outcome = await connection.send(request, await headersOf?.(request));
  const isServed = tally.record(request, outcome, outcome.sentAt);
  if (isServed && outcome.answer !== undefined) return { request, answer: outcome.answer };
  if (!isOver()) await clock.sleep(REST_MS);
  return undefined;
}
