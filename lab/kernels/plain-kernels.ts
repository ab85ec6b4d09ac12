import type { HerdSheep } from '../../bench/herd/make-herd.ts';

const SIEVE_LIMIT = 400_000;

/** The cat as the textbook rewrites it: the whole term in an array of numbers, pops and pushes in every step. */
export function arrayAckermann(m: number, n: number): number {
  const stack = [m, n];
  while (stack.length > 1) {
    const right = stack.pop() as number;
    const left = stack.pop() as number;
    if (left === 0) stack.push(right + 1);
    else if (right === 0) stack.push(left - 1, 1);
    else stack.push(left - 1, left, right - 1);
  }
  return stack[0] as number;
}

/** The sieve as one writes it first, over all numbers in an array. */
export function arraySieve(): number[] {
  const composite = new Array<boolean>(SIEVE_LIMIT + 1).fill(false);
  const primes: number[] = [];
  for (let p = 2; p <= SIEVE_LIMIT; p++) {
    if (composite[p]) continue;
    primes.push(p);
    for (let multiple = p * p; multiple <= SIEVE_LIMIT; multiple += p) composite[multiple] = true;
  }
  return primes;
}

/** The wolf's test as one writes it first: `%` by every prime up to the root. */
export function remainderIsPrime(weight: number, primes: readonly number[]): boolean {
  for (const p of primes) {
    if (p * p > weight) break;
    if (weight % p === 0) return false;
  }
  return weight > 1;
}

/** The tattoo of the heaviest sheep of prime weight, the smallest tattoo among equals; `undefined` without one. */
export function heaviest(
  herd: readonly HerdSheep[],
  isPrime: (weight: number) => boolean,
): bigint | undefined {
  let eaten: HerdSheep | undefined;
  for (const sheep of herd) {
    if (!isPrime(sheep.weight)) continue;
    const more = sheep.weight - (eaten?.weight ?? 0);
    if (eaten === undefined || more > 0 || (more === 0 && sheep.tattoo < eaten.tattoo)) eaten = sheep;
  }
  return eaten?.tattoo;
}
