import type { ToldLoad } from '../results/load-result.ts';
import { histogramQuantile, valuesNeeded } from '../statistics/quantile.ts';

/** The part of a load that its latencies stand in. */
type Latencies = Pick<ToldLoad, 'latency' | 'told' | 'calls'>;

/**
 * Milliseconds of a quantile; `undefined` where it would need more calls, or where a summary does not tell it.
 * @param fraction from 0, the shortest, to 1, the longest.
 */
export function latencyMs({ latency, told, calls }: Latencies, fraction: number): number | undefined {
  if (told === undefined) {
    const micros = latency.count < valuesNeeded(fraction) ? undefined : histogramQuantile(latency, fraction);
    return micros === undefined ? undefined : micros / 1000;
  }
  const [, micros] = told.quantiles.find(([one]) => one === fraction) ?? [];
  return micros === undefined || calls < valuesNeeded(fraction) ? undefined : micros / 1000;
}

/** Milliseconds of the mean; `undefined` without calls, or where a summary does not tell it. */
export function meanMs({ latency, told }: Latencies): number | undefined {
  const micros = told === undefined ? latency.sum / latency.count : (told.mean ?? Number.NaN);
  return Number.isFinite(micros) ? micros / 1000 : undefined;
}
