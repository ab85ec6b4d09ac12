import { intervalOverRounds, logMoments, type RatioInterval, verdictOf } from './interval.ts';
import { studentT } from './student-t.ts';

/**
 * The ratio `other / base` of a quantity of which less is better, by Student's t on the logarithms of the
 * ratios of the rounds: the round is the unit of resampling, since calls within one are not independent, and
 * with as few as five rounds a percentile bootstrap covers too little.
 * @param base positive, one value a round.
 * @param other positive, one value a round, in the same order: rounds pair, since stacks took turns in them.
 * @throws RangeError when there are no rounds, not as many of one as of the other, or a value is not above 0.
 */
export function ratioInterval(
  base: readonly number[],
  other: readonly number[],
  confidence = 0.95,
): RatioInterval {
  const rounds = base.length;
  if (rounds === 0 || other.length !== rounds) {
    throw new RangeError(
      `rounds must be as many for both stacks and at least 1; got ${rounds} and ${other.length}`,
    );
  }
  const ratios = base.map((value, round) => (other[round] ?? Number.NaN) / value);
  const interval = intervalOverRounds(ratios, undefined, confidence);
  return { ratio: Math.exp(logMoments(ratios).mean), ...interval, verdict: verdictOf(interval) };
}

/**
 * The ratio `other / base` of values that do not pair, such as the rounds of two runs or two sets of cold starts:
 * Welch's t on logarithms, which allows either side its own spread and number of values.
 * @param base positive values.
 * @param other positive values, as many or not.
 * @throws RangeError when one side is empty or a value is not above 0.
 */
export function unpairedRatioInterval(
  base: readonly number[],
  other: readonly number[],
  confidence = 0.95,
): RatioInterval {
  const [ours, theirs] = [logMoments(base), logMoments(other)];
  const mean = theirs.mean - ours.mean;
  const half = welchHalf(ours, theirs, confidence);
  const interval = { low: Math.exp(mean - half), high: Math.exp(mean + half) };
  return { ratio: Math.exp(mean), ...interval, verdict: verdictOf(interval) };
}

type Moments = ReturnType<typeof logMoments>;

/** Half the width of the interval of a difference of means, with the degrees of freedom of Welch and Satterthwaite. */
function welchHalf(ours: Moments, theirs: Moments, confidence: number): number {
  if (ours.count < 2 || theirs.count < 2) return Number.POSITIVE_INFINITY;
  const [a, b] = [ours.variance / ours.count, theirs.variance / theirs.count];
  if (a + b === 0) return 0;
  const degrees = (a + b) ** 2 / (a ** 2 / (ours.count - 1) + b ** 2 / (theirs.count - 1));
  return studentT(Math.max(1, degrees), confidence) * Math.sqrt(a + b);
}
