import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryShed } from '../../src/adapters/memory/memory-shed.ts';
import type { CallContext } from '../../src/domain/context.ts';
import { run as deleteWolf } from '../../src/functions/delete-wolf/run.ts';
import { run as getCat } from '../../src/functions/get-cat/run.ts';
import { run as getDog } from '../../src/functions/get-dog/run.ts';
import { run as postSheep } from '../../src/functions/post-sheep/run.ts';

/** A host that is nothing but these values: all that a portable function may reach. */
const call: CallContext = {
  requestId: 'a-call',
  log: { warn: assert.fail, error: assert.fail },
  random: () => 0,
  remainingTimeMs: () => 1000,
};

test('a sheep is added once, weighed by the random numbers of the context', async () => {
  const context = { ...call, shed: memoryShed() };
  assert.deepEqual(await postSheep({ tattoo: '7' }, context), { tattoo: 7n, weight: 80_000_000_000 });
  await assert.rejects(postSheep({ tattoo: '007' }, context), {
    code: 'SHEEP_ALREADY_IN_SHED',
    message: 'sheep 7 is already in the shed',
  });
  assert.deepEqual(await getDog({}, context), { count: 1 });
});

test('the wolf eats the heaviest sheep of prime weight, then finds none', async () => {
  const shed = memoryShed();
  for (const [tattoo, weight] of [
    [1n, 80_000_000_021],
    [2n, 80_000_000_051],
    [3n, 80_000_000_052],
  ] as const) {
    await shed.add({ tattoo, weight });
  }
  const context = { ...call, shed };
  assert.equal(await deleteWolf({}, context), undefined);
  assert.equal(await shed.remove(2n), false, 'the heavier of the two primes is gone');
  await deleteWolf({}, context);
  await assert.rejects(deleteWolf({}, context), { code: 'NO_FITTING_SHEEP' });
  assert.deepEqual(await getDog({}, context), { count: 1 });
});

test('the cat computes what its limit allows, and refuses the rest', async () => {
  const context = { ...call, catMaxSteps: 2_785_999 };
  assert.deepEqual(await getCat({ m: '3', n: '8' }, context), { result: 2045 });
  await assert.rejects(getCat({ m: '3', n: '9' }, context), { code: 'CAT_WOULD_NOT_FINISH' });
});

test('whatever is no event of fields is invalid input', async () => {
  const context = { ...call, shed: memoryShed(), catMaxSteps: 1 };
  for (const event of [
    undefined,
    null,
    'tattoo',
    7,
    [],
    {},
    Object.create({ tattoo: '7', m: '1', n: '1' }),
  ]) {
    await assert.rejects(postSheep(event, context), { code: 'INVALID_INPUT' });
    await assert.rejects(getCat(event, context), { code: 'INVALID_INPUT' });
  }
});
