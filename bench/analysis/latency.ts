import type { HistogramData } from '../statistics/histogram.ts';
import { histogramQuantile, valuesNeeded } from '../statistics/quantile.ts';

/** Milliseconds of a quantile; `undefined` where it would need more calls. */
export function latencyMs(latency: HistogramData, fraction: number): number | undefined {
  const micros = latency.count < valuesNeeded(fraction) ? undefined : histogramQuantile(latency, fraction);
  return micros === undefined ? undefined : micros / 1000;
}
