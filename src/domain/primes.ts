/** The sieve's upper end: its square is the heaviest weight, so its primes decide every weight. */
export const SIEVE_LIMIT = 400_000;

/** The largest number that {@link isPrime} can decide: {@link SIEVE_LIMIT} squared, the heaviest weight. */
export const MAX_TESTABLE = SIEVE_LIMIT * SIEVE_LIMIT;

/** How many primes there are up to {@link SIEVE_LIMIT}. */
export const PRIMES_IN_SIEVE = 33_860;

// Module-level and allocated once: as parameters these arrays cost the inner loop 30–70 %.
const composites = new Uint8Array(SIEVE_LIMIT / 2);
// One place more than there are primes: what is collected without a branch overwrites it at the end.
const primes = new Float64Array(PRIMES_IN_SIEVE + 1);
const inverses = new Float64Array(PRIMES_IN_SIEVE);

// Rounds every inverse up a little, so that `floor(w * inverse)` is the true quotient whenever p divides w.
const ROUND_UP = 1 + 2 ** -51;

/** How many primes there are below 128; from there on a fraction decides, see {@link isPrime}. */
const SMALL_PRIMES = 31;
const LEAST_FRACTION = 2 ** -19;

/**
 * Finds the primes up to {@link SIEVE_LIMIT} by the sieve of Eratosthenes over the odd numbers and makes
 * them the ones that {@link isPrime} divides by. The workload demands it once in every wolf's call.
 * @returns how many primes were found.
 */
export function buildSieve(): number {
  composites.fill(0);
  const half = composites.length;
  // Index i stands for the odd number 2i + 1; the square of p stands at (p² − 1) / 2.
  for (let i = 1, p = 3; p * p < SIEVE_LIMIT; i++, p += 2) {
    if (composites[i] === 1) continue;
    for (let j = (p * p - 1) >> 1; j < half; j += p) composites[j] = 1;
  }
  primes[0] = 2;
  let found = 1;
  // Without a branch, which the processor would often mispredict: two fifths of the sieve's time.
  for (let i = 1; i < half; i = (i + 1) | 0) {
    primes[found] = 2 * i + 1;
    found = (found + 1 - (composites[i] as number)) | 0;
  }
  for (let i = 0; i < found; i = (i + 1) | 0) inverses[i] = ROUND_UP / (primes[i] as number);
  return found;
}

/**
 * Tells whether a whole number is prime, by trial division with the primes of the last {@link buildSieve}
 * up to its square root, one by one; the first divisor stops.
 *
 * A division with remainder costs some 36 cycles on doubles, a product about 2. With `inverse = (1 + 2^−51) / p`
 * the rounded product `q = w * inverse` lies, if w < 2^38, between w/p and w/p · (1 + 2^−50) < w/p + 2^−12/p.
 * So `floor(q)` is the whole part of w/p, and p divides w exactly when `floor(q) * p === w`. The fraction of q is
 * below 2^−12/p if p divides w, else at least 1/p: from p = 128 to p < 2^19, 2^−19 tells one from the other, and q
 * minus its floor is exact.
 * @throws RangeError when `weight` is not a whole number from 0 to {@link MAX_TESTABLE}.
 */
// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: the same test eight times, see below
export function isPrime(weight: number): boolean {
  if (!Number.isInteger(weight) || weight < 0 || weight > MAX_TESTABLE) {
    throw new RangeError(`weight must be a whole number from 0 to ${MAX_TESTABLE}; got ${weight}`);
  }
  if (weight < 2) return false;
  const end = primesUpTo(Math.floor(Math.sqrt(weight)));
  const small = Math.min(end, SMALL_PRIMES);
  let i = 0;
  for (; i < small; i++) {
    if (Math.floor(weight * (inverses[i] as number)) * (primes[i] as number) === weight) return false;
  }
  // Eight tests a turn, and all in this function: V8 inlines a shorter one, which then loses the constant addresses
  // of the arrays, and takes half as long again.
  for (; i < end - 7; i += 8) {
    const q0 = weight * (inverses[i] as number);
    if (q0 - Math.floor(q0) < LEAST_FRACTION) return false;
    const q1 = weight * (inverses[i + 1] as number);
    if (q1 - Math.floor(q1) < LEAST_FRACTION) return false;
    const q2 = weight * (inverses[i + 2] as number);
    if (q2 - Math.floor(q2) < LEAST_FRACTION) return false;
    const q3 = weight * (inverses[i + 3] as number);
    if (q3 - Math.floor(q3) < LEAST_FRACTION) return false;
    const q4 = weight * (inverses[i + 4] as number);
    if (q4 - Math.floor(q4) < LEAST_FRACTION) return false;
    const q5 = weight * (inverses[i + 5] as number);
    if (q5 - Math.floor(q5) < LEAST_FRACTION) return false;
    const q6 = weight * (inverses[i + 6] as number);
    if (q6 - Math.floor(q6) < LEAST_FRACTION) return false;
    const q7 = weight * (inverses[i + 7] as number);
    if (q7 - Math.floor(q7) < LEAST_FRACTION) return false;
  }
  for (; i < end; i++) {
    const q = weight * (inverses[i] as number);
    if (q - Math.floor(q) < LEAST_FRACTION) return false;
  }
  return true;
}

function primesUpTo(root: number): number {
  let low = 0;
  let high = PRIMES_IN_SIEVE;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((primes[middle] as number) <= root) low = middle + 1;
    else high = middle;
  }
  return low;
}
