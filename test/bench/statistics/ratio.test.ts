import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ratioInterval, unpairedRatioInterval } from '../../../bench/statistics/ratio.ts';

test('by hand: two rounds of 2 and 8 have the geometric mean 4 and a wide interval', () => {
  const { ratio, low, high, verdict } = ratioInterval([1, 1], [2, 8]);
  assert.equal(ratio.toFixed(6), '4.000000');
  // Logs ln 2 and ln 8: mean ln 4, standard error ln 2, t with one degree of freedom 12.7062.
  assert.equal(Math.log(4 / low).toFixed(4), (12.7062 * Math.log(2)).toFixed(4));
  assert.equal(Math.log(high / 4).toFixed(4), (12.7062 * Math.log(2)).toFixed(4));
  assert.equal(verdict, 'inconclusive');
});

test('by hand: Welch of (1, e²) and (e³, e⁵) is e³ with two degrees of freedom', () => {
  const { ratio, low } = unpairedRatioInterval([1, Math.E ** 2], [Math.E ** 3, Math.E ** 5]);
  assert.equal(Math.log(ratio).toFixed(6), '3.000000');
  // Both variances of the logs are 2, so that the standard error is √(2/2 + 2/2).
  assert.equal(Math.log(low).toFixed(3), (3 - 4.3027 * Math.SQRT2).toFixed(3));
});

test('the verdict speaks of the base', () => {
  for (const compare of [ratioInterval, unpairedRatioInterval]) {
    assert.equal(compare([1, 1, 1], [2, 2.1, 1.9]).verdict, 'faster');
    assert.equal(compare([2, 2.1, 1.9], [1, 1, 1]).verdict, 'slower');
    assert.equal(compare([1], [2]).verdict, 'inconclusive');
    assert.deepEqual(compare([3, 3], [3, 3]), {
      ratio: 1,
      low: 1,
      high: 1,
      verdict: 'inconclusive',
      detectable: 1,
    });
  }
});

test('more confidence makes a wider interval', () => {
  const [usual, sure] = [0.95, 0.99].map((one) => ratioInterval([1, 1.1, 0.9], [2, 2.1, 1.9], one));
  assert.ok(usual && sure && sure.low < usual.low && sure.high > usual.high);
});

test('no rounds, rounds that do not pair, and values that have no logarithm are refused', () => {
  assert.throws(() => ratioInterval([], []), RangeError);
  assert.throws(() => ratioInterval([1, 2], [1]), RangeError);
  assert.throws(() => ratioInterval([1, 0], [1, 1]), RangeError);
  assert.throws(() => unpairedRatioInterval([1], []), RangeError);
});
