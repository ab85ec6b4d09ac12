import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { memoryShed } from '../../src/adapters/memory/memory-shed.ts';
import type { Shed } from '../../src/domain/shed.ts';
import type { Sheep } from '../../src/domain/sheep.ts';
import { eatHeaviestPrime, REMEMBERED } from '../../src/domain/wolf.ts';
import { slowIsPrime } from './slow-twins.ts';

async function shedOf(sheep: readonly Sheep[], pageSize = 7): Promise<Shed> {
  const shed = memoryShed({ pageSize });
  for (const one of sheep) await shed.add(one);
  return shed;
}

test('eats by weight, and by tattoo among equals, until no prime weight is left', async () => {
  const herds = fc.uniqueArray(
    fc.record(
      { tattoo: fc.bigInt({ min: 0n, max: 1000n }), weight: fc.integer({ min: 0, max: 60 }) },
      { noNullPrototype: true },
    ),
    { selector: (sheep) => sheep.tattoo, maxLength: 60 },
  );
  await fc.assert(
    fc.asyncProperty(herds, fc.integer({ min: 1, max: 9 }), async (herd, pageSize) => {
      const shed = await shedOf(herd, pageSize);
      const expected = herd
        .filter((sheep) => slowIsPrime(sheep.weight))
        .sort((a, b) => b.weight - a.weight || (a.tattoo < b.tattoo ? -1 : 1));
      for (const sheep of expected) assert.deepEqual(await eatHeaviestPrime(shed), sheep);
      assert.equal(await eatHeaviestPrime(shed), undefined);
      assert.equal(await shed.count(), herd.length - expected.length);
    }),
    { numRuns: 30 },
  );
});

test('wolves at once eat as many sheep as there are of prime weight, no sheep twice', async () => {
  // Small, since how long it takes to judge a weight is no part of the race.
  const prime = 59;
  const herd = Array.from({ length: 2 * REMEMBERED + 50 }, (_, i) => ({ tattoo: BigInt(i), weight: prime }));
  const shed = await shedOf([...herd, { tattoo: 1000n, weight: 60 }]);
  const meals = await Promise.all(Array.from({ length: herd.length + 10 }, () => eatHeaviestPrime(shed)));
  const eaten = meals.filter((sheep) => sheep !== undefined).map((sheep) => sheep.tattoo);
  assert.equal(eaten.length, herd.length);
  assert.equal(new Set(eaten).size, herd.length);
  assert.equal(await shed.count(), 1);
});
