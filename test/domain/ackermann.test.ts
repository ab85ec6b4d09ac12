import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ackermann, ackermannSteps, refuseImpossible } from '../../src/domain/ackermann.ts';
import { slowAckermann } from './slow-twins.ts';

const AFFORDABLE_STEPS = 300_000;
const orders = fc
  .tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 400 }))
  .filter(([m, n]) => ackermannSteps(m, n) <= AFFORDABLE_STEPS);

test('results and numbers of steps agree with the textbook', () => {
  fc.assert(
    fc.property(orders, ([m, n]) => {
      const slow = slowAckermann(m, n);
      assert.equal(ackermann(m, n), slow.result);
      assert.equal(ackermannSteps(m, n), slow.steps);
    }),
  );
});

test('known values', () => {
  const rows: readonly [m: number, n: number, result: number][] = [
    [0, 0, 1],
    [1, 0, 2],
    [2, 3, 9],
    [3, 8, 2045],
    [4, 0, 13],
    [1, 100_000, 100_002],
    [1, 5_000_000, 5_000_002],
    // The low stack is full while terms of both kinds wait on it, then the tall one has to grow.
    [2, 4094, 8191],
    [2, 4095, 8193],
    [2, 5000, 10_003],
    [2, 9000, 18_003],
    [0, 999_999_999_999_999, 1_000_000_000_000_000],
  ];
  for (const [m, n, result] of rows) assert.equal(ackermann(m, n), result, `A(${m}, ${n})`);
});

test('the steps of orders too long to count obey the recurrence of the rewriting system', () => {
  assert.equal(ackermannSteps(3, 8), 2_785_999);
  for (let n = 1; n <= 20; n++) {
    const before = 2 ** (n + 2) - 3;
    assert.equal(
      ackermannSteps(3, n),
      1 + ackermannSteps(3, n - 1) + ackermannSteps(2, before),
      `A(3, ${n})`,
    );
  }
  assert.equal(ackermannSteps(4, 1), 1 + ackermannSteps(4, 0) + ackermannSteps(3, 13));
  assert.equal(ackermannSteps(5, 0), 1 + ackermannSteps(4, 1));
});

test('an order that would not finish is refused before its first step', () => {
  const limit = 2_785_999;
  refuseImpossible(3, 8, limit);
  const impossible: readonly (readonly [number, number])[] = [
    [3, 9],
    [4, 2],
    [5, 1],
    [6, 0],
    [1, limit],
    [2, 10 ** 15 - 1],
    [3, 10 ** 15 - 1],
    [10 ** 15 - 1, 10 ** 15 - 1],
  ];
  for (const [m, n] of impossible) {
    assert.throws(() => refuseImpossible(m, n, limit), {
      code: 'CAT_WOULD_NOT_FINISH',
      message: `m=${m}, n=${n} takes more rewriting steps than the ${limit} allowed`,
    });
  }
});
