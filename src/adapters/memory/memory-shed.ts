import type { Shed } from '../../domain/shed.ts';
import type { Sheep } from '../../domain/sheep.ts';

/**
 * A shed in the memory of this process, for tests and hosts without a database; pages of `pageSize` sheep.
 * @param options.weights the sheep, which others may work on as well.
 */
export function memoryShed({ pageSize = 1000, weights = new Map<bigint, number>() } = {}): Shed {
  return {
    async add({ tattoo, weight }) {
      if (weights.has(tattoo)) return false;
      weights.set(tattoo, weight);
      return true;
    },
    async count() {
      return weights.size;
    },
    async *scan() {
      let page: Sheep[] = [];
      for (const [tattoo, weight] of weights) {
        page.push({ tattoo, weight });
        if (page.length < pageSize) continue;
        yield page;
        page = [];
      }
      if (page.length > 0) yield page;
    },
    async remove(tattoo) {
      return weights.delete(tattoo);
    },
  };
}
