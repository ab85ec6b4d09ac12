import type { HistogramData } from './histogram.ts';
import { middleOf } from './histogram.ts';
import type { Interval } from './interval.ts';

/**
 * The rank, from 1, of a quantile by nearest rank (definition 1 of Hyndman and Fan 1996): that of the smallest value
 * that at least `fraction` of all values do not exceed.
 */
function rankOf(fraction: number, count: number): number {
  return Math.max(1, Math.ceil(fraction * count));
}

/**
 * The fewest values that a quantile above the median needs: of fewer its rank is the last, and it is their maximum,
 * which says more of how many they are than of what they are.
 */
export function valuesNeeded(fraction: number): number {
  return fraction > 0.5 && fraction < 1 ? Math.round(1 / (1 - fraction)) : 1;
}

/** The quantile of single values by nearest rank; `undefined` without values. */
export function quantileOf(values: readonly number[], fraction: number): number | undefined {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[rankOf(fraction, sorted.length) - 1];
}

/** The same of a histogram, in microseconds, as the middle of its bucket; `undefined` when it is empty. */
export function histogramQuantile(data: HistogramData, fraction: number): number | undefined {
  const { buckets, count, min, max } = data;
  if (count === 0) return undefined;
  const rank = rankOf(fraction, count);
  if (rank >= count) return max;
  let seen = 0;
  for (const [bucket, n] of buckets) {
    seen += n;
    // The extremes are known exactly; no quantile lies beyond them.
    if (seen >= rank) return Math.min(Math.max(middleOf(bucket), min), max);
  }
  return max;
}

/**
 * The interval that holds the median of independent values with at least the given confidence, whatever their
 * distribution: between the order statistics that the binomial distribution picks (Conover, Practical Nonparametric
 * Statistics, 3.2). `undefined` with too few values for it; 95 % takes six.
 */
export function medianInterval(values: readonly number[], confidence = 0.95): Interval | undefined {
  const sorted = values.toSorted((one, other) => one - other);
  const count = sorted.length;
  // Chance that at most `rank` of `count` values lie below the median: a binomial tail, summed up term by term.
  let term = 0.5 ** count;
  let tail = term;
  let rank = -1;
  while (rank < count / 2 && tail <= (1 - confidence) / 2) {
    rank++;
    term *= (count - rank) / (rank + 1);
    tail += term;
  }
  const [low, high] = [sorted[rank], sorted[count - 1 - rank]];
  return rank < 0 || low === undefined || high === undefined ? undefined : { low, high };
}
