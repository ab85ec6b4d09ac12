import type { LoadModel, LoadResult } from '../results/load-result.ts';
import { histogram } from '../statistics/histogram.ts';

/** The error code of k6 for a request that timed out. https://grafana.com/docs/k6/latest/javascript-api/error-codes/ */
const TIMED_OUT = '1050';

/** The tags of a point of k6. */
export type Tags = Readonly<Record<string, unknown>>;

/** Counts the points of k6 that belong to one round or rate of one scenario on one stack. */
export interface K6Tally {
  /** Epoch milliseconds; infinite without points. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** Takes in a point of `http_req_duration`: one request. @param at epoch milliseconds of its end. */
  request(millis: number, at: number, tags: Tags): void;
  /** Takes in a point of `checks`. */
  check(isKept: boolean, name: string): void;
  /** Takes in a point of `dropped_iterations`. */
  drop(count: number): void;
  /** @param timeoutMs with which lost and throttled requests count at least. */
  toLoad<Model extends LoadModel | undefined>(
    model: Model,
  ): Omit<LoadResult, 'model'> & { readonly model: Model };
}

/** An empty tally. @param timeoutMs with which lost and throttled requests count at least, where it is known. */
export function k6Tally(timeoutMs: number): K6Tally {
  const latency = histogram();
  const statuses = new Map<string, number>();
  const failed = new Map<string, number>();
  let [startedAt, endedAt] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let [calls, lost, timedOut, throttled, dropped, checks, unexpected] = [0, 0, 0, 0, 0, 0, 0];

  return {
    get startedAt() {
      return startedAt;
    },
    get endedAt() {
      return endedAt;
    },
    request(millis, at, { status, error_code: code, expected_response: expected }) {
      calls++;
      startedAt = Math.min(startedAt, at - millis);
      endedAt = Math.max(endedAt, at);
      const isLost = typeof status !== 'string' || status === '0';
      const isThrottled = status === '429';
      latency.record(1000 * (isLost || isThrottled ? Math.max(millis, timeoutMs) : millis));
      if (isLost) {
        lost++;
        if (code === TIMED_OUT) timedOut++;
        return;
      }
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (isThrottled) throttled++;
      else if (expected === 'false') unexpected++;
    },
    check(isKept, name) {
      checks++;
      if (!isKept) failed.set(name, (failed.get(name) ?? 0) + 1);
    },
    drop(count) {
      dropped += count;
    },
    toLoad: (model) => {
      const failures = [...failed.values()].reduce((sum, count) => sum + count, 0);
      // Several checks may fail on one answer.
      const wrong = Math.min(Math.max(failures, unexpected), calls - lost - throttled);
      return {
        model,
        calls,
        latency: latency.toData(),
        statuses: Object.fromEntries(statuses),
        lost,
        timedOut,
        dropped,
        ...(throttled > 0 && { throttled: { gateway: throttled, lambda: 0 } }),
        wrong,
        firstWrong: [...failed]
          .map(([name, count]) => `${count} of ${checks} checks failed: ${name}`)
          .slice(0, wrong > 0 ? 3 : 0),
        elapsedMs: Math.max(0, endedAt - startedAt) || 0,
        connectMs: [],
      };
    },
  };
}
