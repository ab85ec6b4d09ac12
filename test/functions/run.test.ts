import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryObjects } from '../../src/adapters/memory/memory-objects.ts';
import { memoryShed } from '../../src/adapters/memory/memory-shed.ts';
import { content } from '../../src/domain/content.ts';
import type { CallContext } from '../../src/domain/context.ts';
import { run as deleteWolf } from '../../src/functions/delete-wolf/run.ts';
import { run as echo } from '../../src/functions/echo/run.ts';
import { run as getCat } from '../../src/functions/get-cat/run.ts';
import { run as getDog } from '../../src/functions/get-dog/run.ts';
import { run as postSheep } from '../../src/functions/post-sheep/run.ts';
import { run as textToBytes } from '../../src/functions/text-to-bytes/run.ts';

/** A host that is nothing but these values: all that a portable function may reach. */
const call: CallContext = {
  requestId: 'a-call',
  correlationId: 'an-errand',
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

test('fields may be texts or whole numbers', async () => {
  const context = { ...call, shed: memoryShed(), catMaxSteps: 2_785_999 };
  assert.deepEqual(await getCat({ m: 3, n: 8n }, context), { result: 2045 });
  assert.equal((await postSheep({ tattoo: 2n ** 64n - 1n }, context)).tattoo, 2n ** 64n - 1n);
  for (const [tattoo, got] of [
    [-1, '-1'],
    [1.5, '1.5'],
    [2 ** 53, '9007199254740992'],
    [2n ** 64n, '18446744073709551616'],
    [true, '"true"'],
    [['7'], 'a list'],
    [Object.create(null), 'an object'],
  ] as const) {
    await assert.rejects(postSheep({ tattoo }, context), { message: new RegExp(`; got ${got}$`) });
  }
});

test('echo returns what it is given, text-to-bytes the bytes of a text', async () => {
  assert.deepEqual(await echo({ a: 1n }, call), { a: 1n });
  const bytes = new Uint8Array([0, 255]);
  assert.deepEqual(await echo(bytes, call), content('application/octet-stream', bytes));
  assert.deepEqual(
    await textToBytes({ text: 'é' }, { ...call, objects: memoryObjects() }),
    content('application/octet-stream', new Uint8Array([195, 169])),
  );
  await assert.rejects(textToBytes({ text: 7 }, { ...call, objects: memoryObjects() }), {
    message: 'text must be a text; got 7',
  });
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
