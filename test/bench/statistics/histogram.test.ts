import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  bucketOf,
  histogram,
  MAX_VALUE,
  middleOf,
  quantileOfData,
} from '../../../bench/statistics/histogram.ts';

const micros = fc.oneof(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 0, max: MAX_VALUE }));

test('quantiles agree with sorting, to 1 part in 2 000', () => {
  fc.assert(
    fc.property(
      fc.array(micros, { minLength: 1, maxLength: 300 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (values, fraction) => {
        const measured = histogram();
        for (const value of values) measured.record(value);
        const sorted = values.toSorted((a, b) => a - b);
        const exact = sorted[Math.max(1, Math.ceil(fraction * values.length)) - 1] ?? Number.NaN;
        const found = measured.quantile(fraction) ?? Number.NaN;
        assert.ok(Math.abs(found - exact) <= exact / 2000, `${found} for ${exact}`);
        assert.equal(measured.quantile(1), sorted.at(-1));
        assert.equal(measured.toData().min, sorted[0]);
        assert.equal(
          measured.toData().sum,
          values.reduce((sum, value) => sum + value, 0),
        );
      },
    ),
  );
});

test('buckets are in order, without gaps, and hold their middle', () => {
  fc.assert(
    fc.property(micros, (value) => bucketOf(Math.floor(middleOf(bucketOf(value)))) === bucketOf(value)),
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: MAX_VALUE }), (value) => {
      const step = bucketOf(value) - bucketOf(value - 1);
      return step === 0 || step === 1;
    }),
  );
});

test('what was written to a file goes on as if it had stayed in memory', () => {
  fc.assert(
    fc.property(fc.array(micros), fc.array(micros), (first, second) => {
      const whole = histogram();
      const part = histogram();
      for (const value of first) part.record(value);
      const resumed = histogram(JSON.parse(JSON.stringify(part.toData())));
      for (const value of second) resumed.record(value);
      for (const value of [...first, ...second]) whole.record(value);
      assert.deepEqual(resumed.toData(), whole.toData());
    }),
  );
});

test('an empty histogram has no quantiles', () => {
  assert.equal(histogram().quantile(0.5), undefined);
});

test('data from a file has the same quantiles as the histogram that wrote it', () => {
  const fractions = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.array(micros, { maxLength: 200 }), fractions, (values, fraction) => {
      const latency = histogram();
      for (const value of values) latency.record(value);
      assert.equal(quantileOfData(latency.toData(), fraction), latency.quantile(fraction));
    }),
  );
});
