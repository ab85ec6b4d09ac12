import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { select } from '../src/evaluate/select.ts';
import { createDistinctCounter, createQuantiles, rankOf, SKETCH_ERROR } from '../src/evaluate/sketch.ts';
import { runEvents } from './run-events.ts';

const number = fc.oneof(
  fc.integer({ min: -1000, max: 1000 }),
  fc.double({ min: -1e6, max: 1e6, noNaN: true }),
);
const event = fc.record({
  g: fc.constantFrom('a', 'b', 'c'),
  v: fc.option(number),
  at: fc.integer({ min: 0, max: 1e9 }),
});

function close(actual: unknown, expected: number, scale: number): void {
  assert.ok(Math.abs(Number(actual) - expected) <= 1e-9 * Math.max(1, scale), `${actual} is not ${expected}`);
}

// Written from the definitions, without sharing a line with the evaluator: sorting, counting, two passes.
function nearestRank(values: readonly number[], percent: number): number | undefined {
  return [...values]
    .sort((a, b) => a - b)
    .find((value) => values.filter((other) => other <= value).length * 100 >= percent * values.length - 1e-9);
}

test('aggregates agree with an independent implementation on random data', () => {
  const query = `stats count(*) as rows, count(v) as n, count_distinct(v) as d, sum(v) as s, avg(v) as m, min(v) as lo,
    max(v) as hi, pct(v, 50) as p50, pct(v, 90) as p90, pct(v, 99.9) as p999, stddev(v) as dev,
    earliest(v) as first, latest(v) as last, max(v) - min(v) as span by g`;
  fc.assert(
    fc.property(fc.array(event, { minLength: 1, maxLength: 60 }), (events) => {
      const { rows } = runEvents(
        query,
        events.map(({ g, v, at }) => ({ message: JSON.stringify({ g, v }), timestamp: at })),
      );
      assert.deepEqual(
        rows.map(([g]) => g),
        [...new Set(events.map(({ g }) => g))].sort(),
      );
      for (const [g, count, n, d, s, m, lo, hi, p50, p90, p999, dev, first, last, span] of rows) {
        const own = events.filter((one) => one.g === g);
        const present = own.filter((one) => one.v !== null);
        const values = present.map(({ v }) => Number(JSON.stringify(v)));
        const scale = values.reduce((sum, value) => sum + Math.abs(value), 0);
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        assert.equal(count, own.length);
        assert.equal(n, values.length);
        assert.equal(d, new Set(values.map(String)).size);
        if (values.length === 0) {
          assert.deepEqual([s, m, lo, hi, p50, dev, first, last, span], Array(9).fill(null));
          continue;
        }
        close(s, mean * values.length, scale);
        close(m, mean, scale);
        assert.equal(Number(lo), Math.min(...values));
        assert.equal(Number(hi), Math.max(...values));
        for (const [actual, percent] of [
          [p50, 50],
          [p90, 90],
          [p999, 99.9],
        ] as const) {
          assert.equal(Number(actual), nearestRank(values, percent));
        }
        const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
        if (values.length === 1) assert.equal(dev, null);
        else
          assert.ok(
            Math.abs(Number(dev) - Math.sqrt(squares / (values.length - 1))) <= 1e-6 * Math.max(1, scale),
          );
        const times = present.map(({ at }) => at);
        assert.ok(present.some((one) => one.at === Math.min(...times) && one.v === first));
        assert.ok(present.some((one) => one.at === Math.max(...times) && one.v === last));
      }
    }),
    { numRuns: 200 },
  );
});

test('selection finds the value that sorting finds', () => {
  const values = fc.oneof(
    fc.array(number, { minLength: 1, maxLength: 300 }),
    fc.array(fc.constantFrom(1, 2), { minLength: 1, maxLength: 300 }),
  );
  fc.assert(
    fc.property(values, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (list, share) => {
      const rank = Math.floor(share * list.length);
      assert.equal(select(Float64Array.from(list), rank), Float64Array.from(list).sort()[rank]);
    }),
  );
  const organ = Float64Array.from({ length: 100_000 }, (_, i) => Math.min(i, 100_000 - i));
  assert.equal(select(organ.slice(), 50_000), organ.slice().sort()[50_000]);
});

test('ranks are the nearest, from the first value to the last', () => {
  assert.deepEqual(
    [0, 1, 50, 99, 99.9, 100].map((percent) => rankOf(percent, 1_000)),
    [0, 9, 499, 989, 998, 999],
  );
  assert.equal(rankOf(95, 20), 18);
  assert.equal(rankOf(50, 1), 0);
});

test('beyond the budget percentiles come from a sketch within its stated error', () => {
  const budget = { remaining: 1_000 };
  const quantiles = createQuantiles(budget);
  const values = Array.from({ length: 20_000 }, (_, i) => ((i * 7919) % 20_000) * 0.37 - 500);
  for (const value of values) quantiles.add(value);
  assert.equal(quantiles.sketched, true);
  assert.equal(budget.remaining, 1_000, 'the budget of the column is given back');
  const sorted = [...values].sort((a, b) => a - b);
  for (const percent of [0, 1, 25, 50, 90, 99, 99.9, 100]) {
    const exact = sorted[rankOf(percent, sorted.length)] ?? 0;
    assert.ok(
      Math.abs((quantiles.at(percent) ?? Number.NaN) - exact) <= 1.01 * SKETCH_ERROR * Math.abs(exact) + 1e-9,
    );
  }
});

test('beyond its limit the distinct count is an estimate within five standard errors', () => {
  const counter = createDistinctCounter(1_000);
  for (let i = 0; i < 200_000; i++) counter.add(`value-${i % 100_000}`);
  assert.equal(counter.sketched, true);
  assert.ok(Math.abs(counter.count() / 100_000 - 1) < 5 * 0.0081);
});
