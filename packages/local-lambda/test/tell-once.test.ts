import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTellOnce } from '../src/tell-once.ts';

test('each message is told once, and no more than a hundred are', () => {
  const told: string[] = [];
  const tellOnce = createTellOnce((message) => told.push(message));
  for (let i = 0; i < 200; i += 1) {
    tellOnce('the same');
    tellOnce(`message ${i}`);
  }
  assert.equal(told.length, 100);
  assert.equal(new Set(told).size, 100);
});
