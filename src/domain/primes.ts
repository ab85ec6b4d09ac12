/** The sieve's upper end: its square is the heaviest weight, so its primes decide every weight. */
export const SIEVE_LIMIT = 400_000;

/** The largest number that {@link isPrime} can decide: {@link SIEVE_LIMIT} squared, the heaviest weight. */
export const MAX_TESTABLE = SIEVE_LIMIT * SIEVE_LIMIT;

/** How many primes there are up to {@link SIEVE_LIMIT}. */
export const PRIMES_IN_SIEVE = 33_860;

// Module-level and allocated once: as parameters these arrays cost the inner loop 30–70 %.
const composites = new Uint8Array(SIEVE_LIMIT / 2);
const primes = new Float64Array(PRIMES_IN_SIEVE);
const inverses = new Float64Array(PRIMES_IN_SIEVE);

// Rounds every inverse up a little, so that `floor(w * inverse)` is the true quotient whenever p divides w.
const ROUND_UP = 1 + 2 ** -50;

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
  inverses[0] = ROUND_UP / 2;
  let found = 1;
  for (let i = 1; i < half; i++) {
    if (composites[i] === 1) continue;
    const p = 2 * i + 1;
    primes[found] = p;
    inverses[found] = ROUND_UP / p;
    found++;
  }
  return found;
}

/**
 * Tells whether a whole number is prime, by trial division with the primes of the last {@link buildSieve}
 * up to its square root; the first divisor stops.
 *
 * A division with remainder costs some 36 cycles on doubles, this product about 2: with
 * `inverse = (1 + 2^−50) / p`, p divides w exactly when `floor(w * inverse) * p === w`, for every w < 2^38 and
 * p < 2^19. If p divides w, the product lies in [w/p, w/p + 1) since its relative error is positive and below
 * 2^−49 while w/p < 2^38; and if `q * p === w` holds for any integer q, p divides w.
 * @throws RangeError when `weight` is not a whole number from 0 to {@link MAX_TESTABLE}.
 */
export function isPrime(weight: number): boolean {
  if (!Number.isInteger(weight) || weight < 0 || weight > MAX_TESTABLE) {
    throw new RangeError(`weight must be a whole number from 0 to ${MAX_TESTABLE}; got ${weight}`);
  }
  if (weight < 2) return false;
  const end = primesUpTo(Math.floor(Math.sqrt(weight)));
  for (let i = 0; i < end; i++) {
    if (Math.floor(weight * (inverses[i] as number)) * (primes[i] as number) === weight) return false;
  }
  return true;
}

function primesUpTo(root: number): number {
  let low = 0;
  let high = primes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((primes[middle] as number) <= root) low = middle + 1;
    else high = middle;
  }
  return low;
}
