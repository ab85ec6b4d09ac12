import { errorsToFind, studentT } from './student-t.ts';

/** A range that holds the true value with a stated confidence; from 0 to infinity where nothing is known. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** How one quantity compares with another. */
export interface RatioInterval extends Interval {
  /** Geometric mean of the ratios. */
  readonly ratio: number;
  /** Whether the base is `faster` or `slower` than the other; `inconclusive` when the interval spans 1. */
  readonly verdict: Verdict;
  /**
   * The smallest true ratio above 1 that 9 of 10 such measurements would tell from 1, and its reciprocal below 1;
   * infinite where nothing is known of the spread.
   */
  readonly detectable: number;
}

/** What an interval of a ratio says of the base. */
export type Verdict = 'faster' | 'slower' | 'inconclusive';

/** Mean and spread of the logarithms of positive values. */
export interface LogMoments {
  readonly count: number;
  readonly mean: number;
  /** Sample variance; infinite with fewer than two values. */
  readonly variance: number;
}

/** @throws RangeError when there are no values or one is not above 0. */
export function logMoments(values: readonly number[]): LogMoments {
  if (values.length === 0 || !values.every((value) => value > 0 && value < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`values must be finite numbers above 0, at least one; got ${values.join(', ')}`);
  }
  const logs = values.map(Math.log);
  const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
  const squares = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0);
  return {
    count: logs.length,
    mean,
    variance: logs.length < 2 ? Number.POSITIVE_INFINITY : squares / (logs.length - 1),
  };
}

/**
 * The confidence interval of a quantity that was measured once a round: by Student's t on the logarithms of the
 * rounds' values, around `centre`. The round is the unit, since calls within one are not independent.
 * @param values positive, one a round; a single one gives an interval without bounds.
 * @param centre the estimate from all rounds together; the geometric mean of the rounds when not given.
 * @throws RangeError when there are no values or one is not above 0.
 */
export function intervalOverRounds(values: readonly number[], centre?: number, confidence = 0.95): Interval {
  const { count, mean, variance } = logMoments(values);
  if (count < 2) return { low: 0, high: Number.POSITIVE_INFINITY };
  const half = studentT(count - 1, confidence) * Math.sqrt(variance / count);
  const middle = centre === undefined ? mean : Math.log(centre);
  return { low: Math.exp(middle - half), high: Math.exp(middle + half) };
}

/**
 * The interval of a ratio whose logarithm was estimated: Student's t around it.
 * @param error standard error of the logarithm; infinite where nothing is known of the spread.
 * @param degrees degrees of freedom of that error.
 */
export function ratioAround(
  logarithm: number,
  error: number,
  degrees: number,
  confidence: number,
): RatioInterval {
  const isKnown = Number.isFinite(error) && degrees > 0;
  const usable = Math.max(1, degrees);
  const half = isKnown ? studentT(usable, confidence) * error : Number.POSITIVE_INFINITY;
  const interval = { low: Math.exp(logarithm - half), high: Math.exp(logarithm + half) };
  return {
    ratio: Math.exp(logarithm),
    ...interval,
    verdict: verdictOf(interval),
    detectable: Math.exp(isKnown ? errorsToFind(usable, confidence) * error : Number.POSITIVE_INFINITY),
  };
}

/** What an interval says of the base, when a ratio above 1 means that the base is better. */
export function verdictOf({ low, high }: Interval): Verdict {
  return low > 1 ? 'faster' : high < 1 ? 'slower' : 'inconclusive';
}

/**
 * The confidence that each of so many intervals needs, so that all of them together hold their values in 95 of 100
 * benchmarks: 1 − 0.05 / comparisons (Bonferroni). Without it a benchmark of four scenarios would see a difference
 * between equal stacks in one of five runs.
 */
export function confidenceOfEach(comparisons: number): number {
  return 1 - 0.05 / Math.max(1, comparisons);
}
