import type { HerdSheep } from '../../bench/herd/make-herd.ts';

/** The tattoo of the heaviest sheep of prime weight, the smallest tattoo among equals; `undefined` without one. */
export function choose(herd: readonly HerdSheep[], isPrime: (weight: number) => boolean): bigint | undefined {
  let eaten: HerdSheep | undefined;
  for (const sheep of herd) {
    if (!isPrime(sheep.weight)) continue;
    const isBetter =
      eaten === undefined ||
      sheep.weight > eaten.weight ||
      (sheep.weight === eaten.weight && sheep.tattoo < eaten.tattoo);
    if (isBetter) eaten = sheep;
  }
  return eaten?.tattoo;
}
