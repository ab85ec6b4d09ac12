import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ratioInterval, studentT } from '../../bench/statistics/ratio.ts';

/** Uniform in [0, 1), the same for every run: a linear congruential generator (Numerical Recipes). */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Normal deviates by Box and Muller. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Simulates benchmarks of two stacks whose medians vary from round to round by a tenth. */
function simulate(benchmarks: number, rounds: number, trueRatio: number) {
  const random = seeded(rounds);
  const noise = () => Math.exp(0.1 * normal(random));
  return Array.from({ length: benchmarks }, () => {
    const base = Array.from({ length: rounds }, () => 10 * noise());
    const other = Array.from({ length: rounds }, () => 10 * trueRatio * noise());
    return ratioInterval(base, other);
  });
}

test('the interval holds the true ratio in 92 to 98 of 100 simulated benchmarks', () => {
  for (const rounds of [2, 3, 5, 15]) {
    const held = simulate(1000, rounds, 1.3).filter(({ low, high }) => low <= 1.3 && 1.3 <= high).length;
    assert.ok(held >= 920 && held <= 980, `${held} of 1000 with ${rounds} rounds`);
  }
});

test('of two equal stacks one is called faster in at most 6.5 of 100 simulated benchmarks', () => {
  // 5 in 100 by construction, and what chance adds to it in 1 000.
  for (const rounds of [2, 5, 15]) {
    const wrong = simulate(1000, rounds, 1).filter(({ verdict }) => verdict !== 'inconclusive').length;
    assert.ok(wrong <= 65, `${wrong} of 1000 with ${rounds} rounds`);
  }
});

test('by hand: two rounds of 2 and 8 have the geometric mean 4 and a wide interval', () => {
  const { ratio, low, high, verdict } = ratioInterval([1, 1], [2, 8]);
  assert.equal(ratio.toFixed(6), '4.000000');
  // Logs ln 2 and ln 8: mean ln 4, standard error ln 2, t with one degree of freedom 12.706.
  assert.equal(low.toFixed(6), (4 / 2 ** 12.706).toFixed(6));
  assert.equal(high.toFixed(3), (4 * 2 ** 12.706).toFixed(3));
  assert.equal(verdict, 'inconclusive');
});

test('the verdict speaks of the base', () => {
  assert.equal(ratioInterval([1, 1, 1], [2, 2.1, 1.9]).verdict, 'faster');
  assert.equal(ratioInterval([2, 2.1, 1.9], [1, 1, 1]).verdict, 'slower');
  assert.equal(ratioInterval([1], [2]).verdict, 'inconclusive');
  assert.throws(() => ratioInterval([], []), RangeError);
  assert.throws(() => ratioInterval([1, 2], [1]), RangeError);
});

test("Student's t agrees with published tables beyond its own", () => {
  const rows: readonly [degrees: number, t: number][] = [
    [1, 12.706],
    [10, 2.228],
    [11, 2.201],
    [20, 2.086],
    [60, 2.0],
    [1000, 1.962],
  ];
  for (const [degrees, t] of rows) assert.equal(studentT(degrees).toFixed(2), t.toFixed(2), String(degrees));
});
