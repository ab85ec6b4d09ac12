import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sideBySide } from '../../../src/adapters/dynamodb/side-by-side.ts';

async function* source<T>(values: readonly T[], onEnd: () => void = () => undefined): AsyncGenerator<T> {
  try {
    yield* values;
  } finally {
    onEnd();
  }
}

test('gives all that all sources give, each in its order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(fc.nat())), async (lists) => {
      const named = lists.map((values, index) => values.map((value) => ({ index, value })));
      const given = await Array.fromAsync(sideBySide(named.map((values) => source(values))));
      const apart = lists.map((_, index) => given.filter((one) => one.index === index));
      assert.deepEqual(apart, named);
    }),
  );
});

test('a slow source does not hold up the others', async () => {
  const gate = Promise.withResolvers<number>();
  async function* slow() {
    yield await gate.promise;
  }
  const given = sideBySide([slow(), source([1, 2])]);
  assert.deepEqual([(await given.next()).value, (await given.next()).value], [1, 2]);
  gate.resolve(3);
  assert.equal((await given.next()).value, 3);
  assert.equal((await given.next()).done, true);
});

test('asks a source for more only when its last was taken', async () => {
  let made = 0;
  async function* counting() {
    for (;;) yield made++;
  }
  const given = sideBySide([counting()]);
  await given.next();
  await given.next();
  assert.equal(made, 2);
  await given.return(undefined);
});

test('the first failure ends all sources, and what fails after it goes nowhere', async () => {
  const late = Promise.withResolvers<never>();
  let ended = 0;
  async function* failing(error: Promise<never>): AsyncGenerator<number> {
    yield await error;
  }
  const first = failing(Promise.reject(new Error('first')));
  const endless = source(Array(1000).fill(1), () => ended++);
  await assert.rejects(
    Array.fromAsync(sideBySide([endless, first, failing(late.promise)])),
    /^Error: first$/,
  );
  late.reject(new Error('late'));
  await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal(ended, 1);
});
