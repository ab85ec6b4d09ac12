import type { LoadModel, LoadResult } from '../results/load-result.ts';
import { histogram } from '../statistics/histogram.ts';
import type { Clock } from '../world/clock.ts';
import type { Outcome } from './connection.ts';
import type { BenchAnswer, BenchRequest } from './exchange.ts';
import { throttlerOf } from './throttling.ts';

const SHOWN = 3;

/** Counts what came of requests; every one that was taken is in the result, once. */
export interface Tally {
  readonly answers: number;
  /** Requests that no function answered: lost or throttled. */
  readonly unserved: number;
  /**
   * Takes in what came of a request.
   * @param from when its latency began, in milliseconds of the clock.
   * @returns whether a function answered it.
   */
  record(request: BenchRequest, outcome: Outcome, from: number): boolean;
  /** Takes in a request that was not sent. @param plannedAt in milliseconds of the clock. */
  drop(plannedAt: number): void;
  /** A connection sent nothing for so many milliseconds, for the bench's own sake. */
  paused(millis: number): void;
  connected(millis: number): void;
  /** @param startedAt when the first request was sent or due, in milliseconds of the clock. */
  toResult(model: LoadModel, startedAt: number, connections: number): LoadResult;
}

/** How answers are judged. */
export interface TallyOptions {
  readonly timeoutSeconds: number;
  readonly verify: (request: BenchRequest, answer: BenchAnswer) => string | undefined;
  readonly onLost: ((problem: string) => void) | undefined;
  readonly clock: Clock;
}

/** An empty tally. */
export function createTally({ timeoutSeconds, verify, onLost, clock }: TallyOptions): Tally {
  const latency = histogram();
  const statuses = new Map<number, number>();
  const firstWrong: string[] = [];
  const connectMs: number[] = [];
  let answers = 0;
  let lost = 0;
  let timedOut = 0;
  let dropped = 0;
  const throttled = { gateway: 0, lambda: 0 };
  let wrong = 0;
  let pausedMs = 0;
  let lastEnd = Number.NEGATIVE_INFINITY;

  // A quick refusal is no quick answer.
  const recordRefusal = (millis: number) => latency.record(1000 * Math.max(millis, timeoutSeconds * 1000));

  return {
    get answers() {
      return answers;
    },
    get unserved() {
      return lost + throttled.gateway + throttled.lambda;
    },
    record(request, { answer, problem, isTimedOut, sentAt, endedAt }, from) {
      const millis = endedAt - from;
      lastEnd = Math.max(lastEnd, endedAt);
      if (answer === undefined) {
        lost++;
        if (isTimedOut) timedOut++;
        recordRefusal(millis);
        if (lost <= SHOWN) onLost?.(problem ?? 'no answer');
        return false;
      }
      answers++;
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      const throttler = throttlerOf(answer, endedAt - sentAt);
      if (throttler !== undefined) {
        throttled[throttler]++;
        recordRefusal(millis);
        return false;
      }
      latency.record(1000 * millis);
      const fault = verify(request, answer);
      if (fault === undefined) return true;
      wrong++;
      if (firstWrong.length < SHOWN) firstWrong.push(fault);
      return true;
    },
    drop(plannedAt) {
      dropped++;
      // To leave it out would leave out the worst.
      latency.record(1000 * Math.max(clock.now() - plannedAt, timeoutSeconds * 1000));
    },
    paused(millis) {
      pausedMs += millis;
    },
    connected(millis) {
      connectMs.push(millis);
    },
    toResult: (model, startedAt, connections) => ({
      model,
      calls: answers + lost,
      latency: latency.toData(),
      statuses: Object.fromEntries(statuses),
      lost,
      timedOut,
      dropped,
      ...(throttled.gateway + throttled.lambda > 0 ? { throttled: { ...throttled } } : {}),
      wrong,
      firstWrong,
      // A connection that pauses holds back its own calls only.
      elapsedMs: Math.max(0, lastEnd - startedAt - pausedMs / connections),
      connectMs,
    }),
  };
}
