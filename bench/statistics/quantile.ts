import type { Interval } from './interval.ts';

/**
 * The quantile of single values by nearest rank, as histograms have it too (definition 1 of Hyndman and Fan 1996): the
 * smallest value that at least `fraction` of all values do not exceed; `undefined` without values.
 */
export function quantileOf(values: readonly number[], fraction: number): number | undefined {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(1, Math.ceil(fraction * sorted.length)) - 1];
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
