/** Lanczos coefficients for g = 7, n = 9; the logarithm of gamma to about 15 digits. */
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

function logGamma(x: number): number {
  const shifted = x - 1;
  const sum = LANCZOS.reduce((total, one, index) => total + (index === 0 ? one : one / (shifted + index)), 0);
  const t = shifted + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(t) - t + Math.log(sum);
}

/** Continued fraction of the incomplete beta function by Lentz's method (DLMF 8.17.22). */
function betaFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  const apart = (value: number) => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / apart(1 - ((a + b) * x) / (a + 1));
  let result = d;
  for (let m = 1; m <= 500; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / apart(1 + even * d);
    c = apart(1 + even / c);
    result *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / apart(1 + odd * d);
    c = apart(1 + odd / c);
    result *= d * c;
    if (Math.abs(d * c - 1) < 1e-14) break;
  }
  return result;
}

/** Regularised incomplete beta function I_x(a, b). */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(1 - x));
  // The fraction converges fast on this side of the mean; the other side by symmetry (DLMF 8.17.4).
  return x < (a + 1) / (a + b + 2)
    ? (front * betaFraction(x, a, b)) / a
    : 1 - (front * betaFraction(1 - x, b, a)) / b;
}

/**
 * How likely Student's t lies within ±`t`, from the incomplete beta function (DLMF 8.17, Abramowitz and Stegun 26.7.1).
 * @param degrees degrees of freedom, at least 1, fractions allowed.
 */
export function studentTWithin(t: number, degrees: number): number {
  return 1 - incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5);
}

/**
 * The two-sided point of Student's t: a t lies within ± this with the probability `confidence`.
 * @param degrees degrees of freedom, at least 1, fractions allowed as Welch's test needs them.
 * @param confidence above 0 and below 1.
 * @throws RangeError on anything else.
 */
export function studentT(degrees: number, confidence = 0.95): number {
  if (!(degrees >= 1) || !(confidence > 0 && confidence < 1)) {
    throw new RangeError(
      `degrees must be at least 1 and confidence between 0 and 1; got ${degrees} and ${confidence}`,
    );
  }
  let [low, high] = [0, 1];
  while (studentTWithin(high, degrees) < confidence) high *= 2;
  // The distance halves each time; 60 times reach the precision of a double.
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (studentTWithin(middle, degrees) < confidence) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The standard normal deviate that 9 of 10 lie below. */
const NINE_OF_TEN = 1.2816;

/**
 * How many estimated standard errors away a true difference must lie so that 9 of 10 measurements find it: the
 * noncentral t by its normal approximation (Johnson and Welch 1940), and the error as its median estimates it
 * (Wilson and Hilferty 1931), since of few values it is told too small as a rule.
 * @param degrees degrees of freedom, at least 1.
 */
export function errorsToFind(degrees: number, confidence: number): number {
  const t = studentT(degrees, confidence);
  // Mean of an estimated standard deviation of 1.
  const mean = Math.sqrt(2 / degrees) * Math.exp(logGamma((degrees + 1) / 2) - logGamma(degrees / 2));
  const noncentrality = t * mean + NINE_OF_TEN * Math.sqrt(1 + t ** 2 * (1 - mean ** 2));
  return noncentrality / (1 - 2 / (9 * degrees)) ** 1.5;
}
