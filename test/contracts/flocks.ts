import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FlockFile, Flocks, Receipt } from '../../src/domain/flock.ts';
import type { Shed } from '../../src/domain/shed.ts';
import type { Sheep } from '../../src/domain/sheep.ts';

/** Flocks, and the shed into which they come. */
export interface FlocksFixture {
  readonly flocks: Flocks;
  readonly shed: Shed;
}

const WEIGHT = 80_000_000_000;
const columns = { count: 2, tattoo: 0, weight: 1 };
const sheepOf = (...tattoos: bigint[]): Sheep[] => tattoos.map((tattoo) => ({ tattoo, weight: WEIGHT }));

/** The contract of the `Flocks` port, run on every adapter. @param empty makes an empty shed. */
export function flocksContract(name: string, empty: () => Promise<FlocksFixture>): void {
  let files = 0;
  const newFile = (): FlockFile => ({ bucket: 'b', key: `in/ü ${files++}.csv`, etag: 'e' });
  const chunk = (number: number, sheep: readonly Sheep[]) => ({ number, sheep, refused: 0, bad: [] });
  const receiptsOf = async (flocks: Flocks, file: FlockFile): Promise<Receipt[]> =>
    (await Array.fromAsync(flocks.receipts(file))).flat();

  test(`${name}: a chunk is added once, however often it comes, and eaten sheep stay eaten`, async () => {
    const { flocks, shed } = await empty();
    const file = newFile();
    const all = sheepOf(...Array.from({ length: 99 }, (_, i) => 2n ** 64n - 1n - BigInt(i)));
    assert.deepEqual((await Promise.all([1, 2, 3].map(() => flocks.addChunk(file, chunk(1, all))))).sort(), [
      'added',
      'known',
      'known',
    ]);
    assert.equal(await shed.count(), 99);
    assert.equal(await shed.remove(2n ** 64n - 1n), true);
    assert.equal(await flocks.addChunk(file, chunk(1, all)), 'known');
    assert.equal(await shed.count(), 98);
    assert.deepEqual(await receiptsOf(flocks, file), [{ added: 99, refused: 0, bad: [] }]);
  });

  test(`${name}: a chunk with a tattoo that is taken changes nothing`, async () => {
    const { flocks, shed } = await empty();
    await shed.add({ tattoo: 2n, weight: WEIGHT + 1 });
    const file = newFile();
    assert.deepEqual(await flocks.addChunk(file, chunk(1, sheepOf(1n, 2n, 3n))), [2n]);
    assert.equal(await shed.count(), 1);
    assert.deepEqual(await receiptsOf(flocks, file), []);
    const bad = [{ line: 3, field: 'tattoo', value: '2', reason: 'taken, "so to say"' }];
    assert.equal(
      await flocks.addChunk(file, { number: 1, sheep: sheepOf(1n, 3n), refused: 1, bad }),
      'added',
    );
    assert.equal(await flocks.addChunk(file, { number: 2, sheep: [], refused: 1, bad }), 'added');
    assert.deepEqual(await receiptsOf(flocks, file), [
      { added: 2, refused: 1, bad },
      { added: 0, refused: 1, bad },
    ]);
    const weights = (await Array.fromAsync(shed.scan())).flat().map(({ weight }) => weight);
    assert.deepEqual(weights.sort(), [WEIGHT, WEIGHT, WEIGHT + 1]);
  });

  test(`${name}: the position goes forward only, and each file has its own`, async () => {
    const { flocks } = await empty();
    const file = newFile();
    assert.deepEqual(await flocks.progress(file), { position: undefined, counts: undefined });
    const at = (number: number) => ({ chunk: number, byte: number * 10, line: number, columns });
    for (const number of [2, 5, 3]) await flocks.advance(file, at(number));
    assert.deepEqual(await flocks.progress(file), { position: at(5), counts: undefined });
    await flocks.finish(file, { added: 7, refused: 1 });
    assert.deepEqual((await flocks.progress(file)).counts, { added: 7, refused: 1 });
    for (const other of [{ ...file, etag: 'f' }, newFile()]) {
      assert.deepEqual(await flocks.progress(other), { position: undefined, counts: undefined });
    }
    assert.deepEqual(await receiptsOf(flocks, file), []);
  });
}
