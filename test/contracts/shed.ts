import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Shed } from '../../src/domain/shed.ts';
import type { Sheep } from '../../src/domain/sheep.ts';

/** The contract of the `Shed` port, run on every adapter. @param empty makes an empty shed of small pages. */
export function shedContract(name: string, empty: () => Promise<Shed>): void {
  const sheep = (tattoo: bigint, weight = 80_000_000_000): Sheep => ({ tattoo, weight });

  test(`${name}: an empty shed has no sheep and no page with one`, async () => {
    const shed = await empty();
    assert.equal(await shed.count(), 0);
    assert.deepEqual(await all(shed), []);
    assert.equal(await shed.remove(1n), false);
  });

  test(`${name}: tattoos and weights stay exact at the ends of their ranges`, async () => {
    const shed = await empty();
    const herd = [
      sheep(0n, 80_000_000_000),
      sheep(2n ** 53n, 159_999_999_999),
      sheep(2n ** 53n + 1n, 123_456_789_012),
      sheep(2n ** 64n - 1n, 160_000_000_000),
    ];
    for (const one of herd) assert.equal(await shed.add(one), true);
    assert.deepEqual(await all(shed), herd);
  });

  test(`${name}: a tattoo is added once, and the first sheep stays as it was`, async () => {
    const shed = await empty();
    assert.equal(await shed.add(sheep(7n, 80_000_000_001)), true);
    assert.equal(await shed.add(sheep(7n, 80_000_000_002)), false);
    assert.equal(await shed.add(sheep(7n, 80_000_000_001)), false, 'nor one of the same weight');
    assert.deepEqual(await all(shed), [sheep(7n, 80_000_000_001)]);
  });

  test(`${name}: of simultaneous adds of one tattoo exactly one succeeds, and so of removes`, async () => {
    const shed = await empty();
    const added = await Promise.all(
      Array.from({ length: 50 }, (_, i) => shed.add(sheep(9n, 80_000_000_000 + i))),
    );
    assert.equal(added.filter(Boolean).length, 1);
    const removed = await Promise.all(Array.from({ length: 50 }, () => shed.remove(9n)));
    assert.equal(removed.filter(Boolean).length, 1);
  });

  test(`${name}: any sequence of adds and removes leaves what a map would hold, over many pages`, async () => {
    // Few weights, so that a sheep often meets one of its own weight under its tattoo.
    const step = fc.tuple(fc.boolean(), fc.bigInt({ min: 0n, max: 15n }), fc.nat({ max: 1 }));
    const steps = fc.array(step, { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        const shed = await empty();
        const model = new Map<bigint, Sheep>();
        for (const [adds, tattoo, more] of sequence) {
          const one = sheep(tattoo, 80_000_000_000 + more);
          if (adds) assert.equal(await shed.add(one), !model.has(tattoo));
          else assert.equal(await shed.remove(tattoo), model.delete(tattoo));
          if (adds && !model.has(tattoo)) model.set(tattoo, one);
        }
        assert.equal(await shed.count(), model.size);
        assert.deepEqual(await all(shed), sorted([...model.values()]));
      }),
      { numRuns: 15 },
    );
  });
}

async function all(shed: Shed): Promise<Sheep[]> {
  const herd: Sheep[] = [];
  for await (const page of shed.scan()) herd.push(...page);
  return sorted(herd);
}

function sorted(herd: readonly Sheep[]): Sheep[] {
  return herd.toSorted((a, b) => (a.tattoo < b.tattoo ? -1 : 1));
}
