import { strict as assert } from 'node:assert';
import type { Herd } from '../../bench/herd/make-herd.ts';
import type { Variant } from './variants.ts';
import { startWorker } from './worker.ts';

/** Orders of the cat whose rewriting steps are counted, with the closed form of the number (docs/workload.md). */
const ORDERS: readonly (readonly [m: number, n: number, steps: number])[] = [
  [0, 5, 1],
  [1, 7, 16],
  [2, 40, 2 * 40 ** 2 + 7 * 40 + 5],
  [3, 4, (128 * 4 ** 4 - 120 * 2 ** 4 + 9 * 4 + 37) / 3],
  [4, 0, 107],
];

/** What every variant must answer. */
export interface Expected {
  readonly cat: string;
  readonly wolf: string;
}

/** A herd as the workers read it. */
export function herdLine({ sheep }: Herd): string {
  return `herd ${sheep.map(({ tattoo, weight }) => `${tattoo}:${weight}`).join(' ')}`;
}

/**
 * Holds a variant to the workload: it takes as many rewriting steps as the closed forms say, counted in the kernels
 * themselves, finds the primes that the herd's maker finds, and eats the sheep that it names.
 * @returns the answers that the timed calls must give too.
 * @throws AssertionError naming the variant.
 */
export async function checkVariant(variant: Variant, herd: Herd): Promise<Expected> {
  const worker = startWorker({ ...variant, args: variant.sourceArgs });
  try {
    for (const [m, n, steps] of ORDERS) {
      const counted = Number(await worker.ask(`steps ${m} ${n}`));
      assert.equal(counted, steps, `${variant.name}: steps of A(${m}, ${n})`);
    }
    await worker.ask(herdLine(herd));
    const primes = new Set(herd.primes.map(({ tattoo }) => tattoo));
    const positions = herd.sheep.flatMap(({ tattoo }, i) => (primes.has(tattoo) ? [i] : []));
    const found = await worker.ask('primes');
    assert.equal(found, positions.join(' '), `${variant.name}: positions of the sheep of prime weight`);
    return { cat: '2045', wolf: String(herd.primes[0]?.tattoo ?? 'none') };
  } finally {
    worker.close();
  }
}
