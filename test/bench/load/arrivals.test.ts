import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ArrivalPlan } from '../../../bench/load/arrivals.ts';
import { arrivalTimes } from '../../../bench/load/arrivals.ts';

const times = (plan: Partial<ArrivalPlan>) => [
  ...arrivalTimes({ rate: 100, arrivals: 'even', seed: 1, calls: undefined, seconds: 1, ...plan }),
];

function gapsOf(all: readonly number[]): number[] {
  return all.map((at, i) => at - (all[i - 1] ?? 0));
}

const rates = fc.double({ min: 0.01, max: 1e5, noNaN: true });
const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 });

test('even arrivals lie on the grid of their rate, the last one before the end', () => {
  assert.deepEqual(times({ rate: 4 }), [0, 250, 500, 750]);
  assert.deepEqual(times({ rate: 1000, calls: 3 }), [0, 1, 2]);
  fc.assert(
    fc.property(rates, fc.integer({ min: 1, max: 500 }), (rate, calls) => {
      const all = times({ rate, calls });
      assert.equal(all.length, calls);
      assert.deepEqual(
        all,
        Array.from({ length: calls }, (_, i) => (i * 1000) / rate),
      );
    }),
  );
});

test('Poisson arrivals ascend, end in time, and are the same for the same seed alone', () => {
  fc.assert(
    fc.property(rates, seeds, (rate, seed) => {
      const plan = { rate, seed, arrivals: 'poisson', seconds: 300 / rate } as const;
      const all = times(plan);
      assert.ok(gapsOf(all).every((gap) => gap >= 0));
      assert.ok((all.at(-1) ?? 0) < plan.seconds * 1000);
      assert.deepEqual(all, times(plan));
      assert.notDeepEqual(times({ ...plan, calls: 5 }), times({ ...plan, calls: 5, seed: seed ^ 1 }));
    }),
  );
});

// Bounds at five standard errors of the mean, and at a Kolmogorov–Smirnov statistic that chance exceeds once in
// 2·exp(−2·3²) = 1 of 33 million draws; fast-check tries 100 seeds.
test('the gaps of Poisson arrivals are exponential with the mean of their rate', () => {
  const calls = 4000;
  fc.assert(
    fc.property(rates, seeds, (rate, seed) => {
      const gaps = gapsOf(times({ rate, seed, arrivals: 'poisson', calls })).sort((a, b) => a - b);
      const mean = gaps.reduce((sum, gap) => sum + gap, 0) / calls;
      assert.ok(Math.abs((mean * rate) / 1000 - 1) < 5 / Math.sqrt(calls), `mean ${mean}`);
      const distance = Math.max(
        ...gaps.map((gap, i) => {
          const expected = 1 - Math.exp((-gap * rate) / 1000);
          return Math.max(Math.abs(expected - i / calls), Math.abs(expected - (i + 1) / calls));
        }),
      );
      assert.ok(distance * Math.sqrt(calls) < 3, `Kolmogorov–Smirnov distance ${distance}`);
    }),
  );
});
