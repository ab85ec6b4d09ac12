import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { onceATurn } from '../../src/hosts/container/once-a-turn.ts';

test('what comes in one turn is taken together and in order; one that fails keeps no other back', async () => {
  const taken: number[] = [];
  const faults: unknown[] = [];
  const take = onceATurn((one: number) => {
    if (one === 1) throw new Error('one');
    taken.push(one);
    // What comes while others are taken belongs to the next turn.
    if (one === 2) take(4);
  }, faults.push.bind(faults));
  for (const one of [1, 2, 3]) {
    take(one);
    await undefined;
  }
  assert.deepEqual(taken, []);
  await nextTurn();
  assert.deepEqual(taken, [2, 3]);
  assert.deepEqual(faults, [new Error('one')]);
  await nextTurn();
  assert.deepEqual(taken, [2, 3, 4]);
});
