import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  bucketOf,
  histogram,
  MAX_VALUE,
  mergeHistograms,
  middleOf,
} from '../../../bench/statistics/histogram.ts';
import { histogramQuantile } from '../../../bench/statistics/quantile.ts';

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
        const found = histogramQuantile(measured.toData(), fraction) ?? Number.NaN;
        assert.ok(Math.abs(found - exact) <= exact / 2000, `${found} for ${exact}`);
        assert.equal(histogramQuantile(measured.toData(), 1), sorted.at(-1));
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

test('parts that were written to files merge to what one histogram of all holds', () => {
  fc.assert(
    fc.property(fc.array(micros), fc.array(micros), (first, second) => {
      const whole = histogram();
      const part = histogram();
      for (const value of first) part.record(value);
      const rest = histogram();
      for (const value of second) rest.record(value);
      for (const value of [...first, ...second]) whole.record(value);
      const parts = [part, rest].map((one) => JSON.parse(JSON.stringify(one.toData())));
      assert.deepEqual(mergeHistograms(parts), whole.toData());
    }),
  );
});

test('an empty histogram has no quantiles', () => {
  assert.equal(histogramQuantile(histogram().toData(), 0.5), undefined);
});
