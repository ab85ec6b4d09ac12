import type { FlockCounts, FlockFile, Flocks, Position, Receipt } from '../../domain/flock.ts';

/** @param weights the sheep of a {@link memoryShed}. */
export function memoryFlocks(weights: Map<bigint, number>): Flocks {
  const files = new Map<
    string,
    { position?: Position; counts?: FlockCounts; receipts: Map<number, Receipt> }
  >();
  const of = ({ bucket, key, etag }: FlockFile) => {
    const name = JSON.stringify([bucket, key, etag]);
    const found = files.get(name) ?? { receipts: new Map<number, Receipt>() };
    files.set(name, found);
    return found;
  };
  return {
    async progress(file) {
      const { position, counts } = of(file);
      return { position, counts };
    },
    async addChunk(file, { number, sheep, refused, bad }) {
      const { receipts } = of(file);
      if (receipts.has(number)) return 'known';
      const taken = sheep.map(({ tattoo }) => tattoo).filter((tattoo) => weights.has(tattoo));
      if (taken.length > 0) return taken;
      for (const { tattoo, weight } of sheep) weights.set(tattoo, weight);
      receipts.set(number, { added: sheep.length, refused, bad });
      return 'added';
    },
    async advance(file, position) {
      const known = of(file);
      if (position.chunk > (known.position?.chunk ?? 0)) known.position = position;
    },
    async finish(file, counts) {
      of(file).counts = counts;
    },
    async *receipts(file) {
      const { receipts } = of(file);
      for (const number of [...receipts.keys()].sort((a, b) => a - b)) {
        yield [receipts.get(number) as Receipt];
      }
    },
  };
}
