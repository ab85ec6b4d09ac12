/** How one stack compares with another, from rounds in which they took turns. */
export interface RatioInterval {
  /** Geometric mean of the ratios of the rounds. */
  readonly ratio: number;
  /** The 95 % confidence interval of the ratio; infinitely wide with a single round. */
  readonly low: number;
  readonly high: number;
  /** Whether the base is `faster` or `slower` than the other; `inconclusive` when the interval spans 1. */
  readonly verdict: 'faster' | 'slower' | 'inconclusive';
}

/** Student's t, two-sided 95 %, for 1 to 10 degrees of freedom (https://www.itl.nist.gov/div898/handbook/eda/section3/eda3672.htm). */
const T_975 = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228];
const Z_975 = 1.959964;

/**
 * The ratio `other / base` of a quantity of which less is better, by Student's t on the logarithms of the
 * ratios of the rounds: the round is the unit of resampling, since calls within one are not independent, and
 * with as few as five rounds a percentile bootstrap covers too little.
 * @param base positive, one value a round.
 * @param other positive, one value a round, in the same order.
 * @throws RangeError when there are no rounds or not as many of one as of the other.
 */
export function ratioInterval(base: readonly number[], other: readonly number[]): RatioInterval {
  const rounds = base.length;
  if (rounds === 0 || other.length !== rounds) {
    throw new RangeError(
      `rounds must be as many for both stacks and at least 1; got ${rounds} and ${other.length}`,
    );
  }
  const logs = base.map((value, round) => Math.log((other[round] ?? Number.NaN) / value));
  const mean = logs.reduce((sum, log) => sum + log, 0) / rounds;
  const squares = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0);
  const half =
    rounds === 1
      ? Number.POSITIVE_INFINITY
      : studentT(rounds - 1) * Math.sqrt(squares / (rounds - 1) / rounds);
  const [low, high] = [Math.exp(mean - half), Math.exp(mean + half)];
  return {
    ratio: Math.exp(mean),
    low,
    high,
    verdict: low > 1 ? 'faster' : high < 1 ? 'slower' : 'inconclusive',
  };
}

/** Two-sided 95 % point of Student's t; beyond the table by Fisher's expansion (Abramowitz and Stegun 26.7.5). */
export function studentT(degrees: number): number {
  const tabled = T_975[degrees - 1];
  if (tabled !== undefined) return tabled;
  const z = Z_975;
  const first = (z ** 3 + z) / 4;
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  return z + first / degrees + second / degrees ** 2;
}
