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

const MIN_WEIGHT = 80_000_000_000;
const MAX_WEIGHT = 160_000_000_000;

/**
 * Makes the same herd for the same size and seed: distinct tattoos over all 64 bits, weights uniform in
 * 80–160 kg. It judges primes by itself, so that it can find the functions wrong.
 */
export function makeHerd(size: number, seed: number): Herd {
  const next = generator(seed);
  const sheep = new Map<bigint, HerdSheep>();
  while (sheep.size < size) {
    const tattoo = (BigInt(next()) << 32n) | BigInt(next());
    const share = (next() * 2 ** 21 + (next() >>> 11)) / 2 ** 53;
    sheep.set(tattoo, { tattoo, weight: MIN_WEIGHT + Math.floor(share * (MAX_WEIGHT - MIN_WEIGHT + 1)) });
  }
  const all = [...sheep.values()];
  const primes = all.filter(({ weight }) => isPrime(weight));
  return { sheep: all, primes: primes.sort((a, b) => b.weight - a.weight || (a.tattoo < b.tattoo ? -1 : 1)) };
}

/** Uniform 32-bit numbers by splitmix32 (https://github.com/bryc/code/blob/master/jshash/PRNGs.md#splitmix32). */
function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let t = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    t = Math.imul(t ^ (t >>> 15), 0x735a2d97);
    return (t ^ (t >>> 15)) >>> 0;
  };
}

function isPrime(weight: number): boolean {
  if (weight % 2 === 0) return weight === 2;
  for (let d = 3; d * d <= weight; d += 2) if (weight % d === 0) return false;
  return weight > 1;
}
