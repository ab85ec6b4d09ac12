import { mergeHistograms } from '../statistics/histogram.ts';
import type { LoadModel, LoadResult } from './load-result.ts';
import { addThrottled, NONE_THROTTLED, sumThrottled } from './throttled.ts';

const SHOWN = 3;

/**
 * What came of several pieces of load together: every count is the sum, every histogram is merged bucket by bucket.
 * @param elapsedMs from the first request of all to the last answer.
 */
export function mergeLoads(model: LoadModel, parts: readonly LoadResult[], elapsedMs: number): LoadResult {
  const sum = (of: (part: LoadResult) => number) => parts.reduce((total, part) => total + of(part), 0);
  const statuses = new Map<string, number>();
  for (const [status, count] of parts.flatMap((part) => Object.entries(part.statuses))) {
    statuses.set(status, (statuses.get(status) ?? 0) + count);
  }
  const throttled = parts.reduce((total, part) => addThrottled(total, part.throttled), NONE_THROTTLED);
  return {
    model,
    calls: sum(({ calls }) => calls),
    latency: mergeHistograms(parts.map(({ latency }) => latency)),
    statuses: Object.fromEntries(statuses),
    lost: sum(({ lost }) => lost),
    timedOut: sum(({ timedOut }) => timedOut),
    dropped: sum(({ dropped }) => dropped),
    ...(sumThrottled(throttled) > 0 ? { throttled } : {}),
    wrong: sum(({ wrong }) => wrong),
    firstWrong: parts.flatMap(({ firstWrong }) => firstWrong).slice(0, SHOWN),
    elapsedMs,
    connectMs: parts.flatMap(({ connectMs }) => connectMs),
  };
}
