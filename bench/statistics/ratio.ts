import { type LogMoments, logMoments, type RatioInterval, ratioAround } from './interval.ts';

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
  const { mean, variance } = logMoments(ratios);
  return ratioAround(mean, Math.sqrt(variance / rounds), rounds - 1, confidence);
}

/**
 * The ratio `other / base` of values that do not pair, such as two sets of cold starts: Welch's t on logarithms, which
 * allows either side its own spread and number of values.
 * @param base positive values.
 * @param other positive values, as many or not.
 * @throws RangeError when one side is empty or a value is not above 0.
 */
export function unpairedRatioInterval(
  base: readonly number[],
  other: readonly number[],
  confidence = 0.95,
): RatioInterval {
  return ratioToFewRuns(base, [other], 0, confidence);
}

/**
 * The ratio `other / base` of one run and one or two others, whose rounds cannot show what differs between runs: Welch's
 * t on logarithms, widened by a spread of runs that is assumed.
 * @param base positive values, one a round.
 * @param others those of each of the other runs.
 * @param between assumed spread of the logarithms of runs of the same code.
 * @throws RangeError when one side is empty or a value is not above 0.
 */
export function ratioToFewRuns(
  base: readonly number[],
  others: readonly (readonly number[])[],
  between: number,
  confidence = 0.95,
): RatioInterval {
  const [ours, theirs] = [logMoments(base), others.map(logMoments)];
  const runs = theirs.length;
  if (runs === 0) throw new RangeError('there must be at least one other run; got 0');
  const mean = theirs.reduce((sum, one) => sum + one.mean, 0) / runs - ours.mean;
  const parts = [partOf(ours, 1), ...theirs.map((one) => partOf(one, runs))];
  const within = parts.reduce((sum, { square }) => sum + square, 0);
  const error = Math.sqrt(within + between ** 2 * (1 + 1 / runs));
  // Welch and Satterthwaite; what is assumed counts as known.
  const degrees = error ** 4 / parts.reduce((sum, { square, degrees: own }) => sum + square ** 2 / own, 0);
  return ratioAround(mean, error, Number.isNaN(degrees) ? 1 : Math.min(degrees, 1e4), confidence);
}

/** What one run adds to the variance of a mean of so many, and its degrees of freedom. */
function partOf({ count, variance }: LogMoments, runs: number) {
  return { square: variance / count / runs ** 2, degrees: count - 1 };
}

/** As many runs tell how much runs of the same code differ; fewer do not. */
export const RUNS_TO_SEE_BETWEEN = 3;

/**
 * The ratio `other / base` of one run and several others, by a value of each: Student's t on logarithms, with the
 * spread of the others, at least three, as that of all.
 * @param base positive, the value of the one run.
 * @param other positive, a value of each of the others.
 * @param baseError standard error of the logarithm of the one run's value by its own rounds, where it is known: a run
 * of few rounds is not as sure as the others.
 * @throws RangeError with fewer than three others, or when a value is not above 0.
 */
export function ratioToRuns(
  base: number,
  other: readonly number[],
  confidence = 0.95,
  baseError = 0,
): RatioInterval {
  if (other.length < RUNS_TO_SEE_BETWEEN) {
    throw new RangeError(`there must be at least ${RUNS_TO_SEE_BETWEEN} runs; got ${other.length}`);
  }
  const { count, mean, variance } = logMoments(other);
  const error = Math.sqrt(variance / count + Math.max(variance, baseError ** 2));
  return ratioAround(mean - logMoments([base]).mean, error, count - 1, confidence);
}
