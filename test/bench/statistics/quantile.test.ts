import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { histogram } from '../../../bench/statistics/histogram.ts';
import {
  histogramQuantile,
  medianInterval,
  quantileOf,
  valuesNeeded,
} from '../../../bench/statistics/quantile.ts';
import { normal, seeded } from '../simulation.ts';

test('single values and histograms have the same quantiles', () => {
  const values = fc.array(fc.integer({ min: 0, max: 2000 }), { minLength: 1, maxLength: 100 });
  const fractions = fc.constantFrom(0, 0.5, 0.9, 0.95, 0.99, 1);
  fc.assert(
    fc.property(values, fractions, (all, fraction) => {
      const latency = histogram();
      for (const one of all) latency.record(one);
      assert.equal(quantileOf(all, fraction), histogramQuantile(latency.toData(), fraction));
    }),
  );
  assert.equal(quantileOf([], 0.5), undefined);
});

test('a quantile is more than the maximum from the number of values on that it needs', () => {
  for (const fraction of [0.9, 0.95, 0.99, 0.999]) {
    const ascending = (count: number) => Array.from({ length: count }, (_, index) => index);
    const needed = valuesNeeded(fraction);
    assert.equal(quantileOf(ascending(needed - 1), fraction), needed - 2, `the maximum of ${needed - 1}`);
    assert.equal(quantileOf(ascending(needed), fraction), needed - 2, `the last but one of ${needed}`);
  }
  assert.deepEqual([0.5, 0.9, 0.95, 0.99, 0.999, 1].map(valuesNeeded), [1, 10, 20, 100, 1000, 1]);
});

test('the ranks of the median’s interval are those of published tables', () => {
  // Ranks from 1: 1 and 6 of 6, 2 and 9 of 10, 6 and 15 of 20 (Conover, table A3).
  const rows: readonly [count: number, low: number, high: number][] = [
    [6, 1, 6],
    [10, 2, 9],
    [20, 6, 15],
  ];
  for (const [count, low, high] of rows) {
    const ranks = Array.from({ length: count }, (_, index) => index + 1);
    assert.deepEqual(medianInterval(ranks), { low, high });
  }
  assert.equal(medianInterval([1, 2, 3, 4, 5]), undefined);
  assert.equal(medianInterval([]), undefined);
});

test('the interval holds the median of a skewed distribution in at least 95 of 100 samples of 20', () => {
  const random = seeded(3);
  let held = 0;
  for (let sample = 0; sample < 1000; sample++) {
    const interval = medianInterval(Array.from({ length: 20 }, () => Math.exp(normal(random))));
    if (interval && interval.low <= 1 && 1 <= interval.high) held++;
  }
  assert.ok(held >= 940, `${held} of 1000`);
});
