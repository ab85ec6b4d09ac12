import { splitmix32 } from '../world/random.ts';

/** A sheep as the bench loads it into a table. */
export interface HerdSheep {
  readonly tattoo: bigint;
  /** Micrograms. */
  readonly weight: number;
}

/** The sheep that a scenario starts with; the same for every stack. */
export interface Herd {
  readonly sheep: readonly HerdSheep[];
  /** Those of prime weight in the order in which wolves must eat them: heaviest first, then smallest tattoo. */
  readonly primes: readonly HerdSheep[];
}

/** The lightest and the heaviest weight of a sheep, in micrograms, both possible. */
export const WEIGHTS = { min: 80_000_000_000, max: 160_000_000_000 } as const;

/**
 * Gives sheep one by one, the same for the same seed whatever their number: distinct tattoos over all 64 bits,
 * weights uniform over {@link WEIGHTS}.
 */
export function* herdSheep(size: number, seed: number): Generator<HerdSheep, undefined> {
  const next = splitmix32(seed);
  const tattoos = new Set<bigint>();
  while (tattoos.size < size) {
    const tattoo = (BigInt(next()) << 32n) | BigInt(next());
    const share = (next() * 2 ** 21 + (next() >>> 11)) / 2 ** 53;
    if (tattoos.has(tattoo)) continue;
    tattoos.add(tattoo);
    yield { tattoo, weight: WEIGHTS.min + Math.floor(share * (WEIGHTS.max - WEIGHTS.min + 1)) };
  }
}

/** Makes the herd of a size and seed. It judges primes by itself, so that it can find the functions wrong. */
export function makeHerd(size: number, seed: number): Herd {
  const all = [...herdSheep(size, seed)];
  const divisors = primesUpTo(Math.sqrt(WEIGHTS.max));
  const primes = all.filter(({ weight }) => isPrime(weight, divisors));
  return { sheep: all, primes: primes.sort((a, b) => b.weight - a.weight || (a.tattoo < b.tattoo ? -1 : 1)) };
}

/** Trial division by every prime up to the square root of the heaviest weight. */
function isPrime(weight: number, divisors: readonly number[]): boolean {
  for (const p of divisors) {
    if (p * p > weight) break;
    if (weight % p === 0) return false;
  }
  return weight > 1;
}

function primesUpTo(limit: number): number[] {
  const isComposite = new Uint8Array(limit + 1);
  const primes: number[] = [];
  for (let p = 2; p <= limit; p++) {
    if (isComposite[p] === 1) continue;
    primes.push(p);
    for (let multiple = p * p; multiple <= limit; multiple += p) isComposite[multiple] = 1;
  }
  return primes;
}
