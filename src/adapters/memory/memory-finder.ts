import type { SheepFinder } from '../../domain/sheep-finder.ts';

/** Finds sheep in the memory of this process. @param weights the sheep, which others may work on as well. */
export function memoryFinder(weights: ReadonlyMap<bigint, number>): SheepFinder {
  return {
    async find(tattoos) {
      return new Map(
        tattoos.flatMap((tattoo) => {
          const weight = weights.get(tattoo);
          return weight === undefined ? [] : [[tattoo, weight] as const];
        }),
      );
    },
  };
}
