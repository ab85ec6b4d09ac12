import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { studentT, studentTWithin } from '../../../bench/statistics/student-t.ts';

test("Student's t agrees with published tables (NIST handbook, section 1.3.6.7.2)", () => {
  const rows: readonly [degrees: number, confidence: number, t: number][] = [
    [1, 0.95, 12.706],
    [2, 0.95, 4.303],
    [4, 0.95, 2.776],
    [10, 0.95, 2.228],
    [20, 0.95, 2.086],
    [60, 0.95, 2.0],
    [1, 0.99, 63.657],
    [4, 0.99, 4.604],
    [30, 0.99, 2.75],
    [4, 0.998, 7.173],
    [100, 0.9, 1.66],
  ];
  for (const [degrees, confidence, t] of rows) {
    assert.equal(studentT(degrees, confidence).toFixed(3), t.toFixed(3), `${degrees} at ${confidence}`);
  }
});

/** The density, but for its constant factor. */
const density = (t: number, degrees: number) => (1 + (t * t) / degrees) ** (-(degrees + 1) / 2);

/** Simpson's rule over the whole half line, by t = x / (1 − x). */
function areaUpTo(limit: number, degrees: number): number {
  const end = limit / (1 + limit);
  const steps = 4000;
  const at = (x: number) => (x >= 1 ? 0 : density(x / (1 - x), degrees) / (1 - x) ** 2);
  let sum = 0;
  for (let step = 0; step <= steps; step++) {
    const weight = step === 0 || step === steps ? 1 : step % 2 === 1 ? 4 : 2;
    sum += weight * at((end * step) / steps);
  }
  return (sum * end) / steps / 3;
}

test('… with numerical integration of the density, also for fractions of a degree', () => {
  const degreesOf = fc.double({ min: 1.2, max: 200, noNaN: true });
  const tOf = fc.double({ min: 0.01, max: 50, noNaN: true });
  fc.assert(
    fc.property(degreesOf, tOf, (degrees, t) => {
      const expected = areaUpTo(t, degrees) / areaUpTo(1e9, degrees);
      assert.ok(Math.abs(studentTWithin(t, degrees) - expected) < 1e-3, `${t} with ${degrees}`);
    }),
    { numRuns: 200 },
  );
});

test('the point and the probability are each other’s inverse', () => {
  const degreesOf = fc.double({ min: 1, max: 1000, noNaN: true });
  const confidenceOf = fc.double({ min: 0.01, max: 0.9999, noNaN: true });
  fc.assert(
    fc.property(degreesOf, confidenceOf, (degrees, confidence) => {
      assert.ok(Math.abs(studentTWithin(studentT(degrees, confidence), degrees) - confidence) < 1e-9);
    }),
  );
});

test('degrees below 1 and confidences that are none are refused', () => {
  for (const [degrees, confidence] of [
    [0.5, 0.95],
    [Number.NaN, 0.95],
    [4, 1],
    [4, 0],
  ] as const) {
    assert.throws(() => studentT(degrees, confidence), RangeError);
  }
});
