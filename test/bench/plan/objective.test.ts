import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseObjective, readObjective } from '../../../bench/plan/objective.ts';
import { histogram } from '../../../bench/statistics/histogram.ts';

const FRACTIONS = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99, 'p99.9': 0.999, max: 1 };
const MICROS = { us: 1, ms: 1000, s: 1e6 };
const quantiles = fc.constantFrom(...(Object.keys(FRACTIONS) as (keyof typeof FRACTIONS)[]));
const units = fc.constantFrom(...(Object.keys(MICROS) as (keyof typeof MICROS)[]));
// Below 2 048 µs the histogram is exact.
const latencies = fc.array(fc.integer({ min: 1, max: 2000 }), { minLength: 1, maxLength: 300 });

function recorded(micros: readonly number[]) {
  const all = histogram();
  for (const one of micros) all.record(one);
  return all.toData();
}

test('is met exactly when the value at its rank keeps the limit', () => {
  fc.assert(
    fc.property(
      quantiles,
      fc.constantFrom('<', '<='),
      fc.integer({ min: 1, max: 2500 }),
      latencies,
      (name, sign, limit, micros) => {
        const sorted = micros.toSorted((a, b) => a - b);
        const value = sorted[Math.max(1, Math.ceil(FRACTIONS[name] * sorted.length)) - 1] ?? Number.NaN;
        const objective = parseObjective(`${name}${sign}${limit}us`);
        assert.equal(objective.isMetBy(recorded(micros)), sign === '<' ? value < limit : value <= limit);
      },
    ),
  );
});

test('the value at the limit itself meets <= and not <', () => {
  assert.equal(parseObjective('max<=250ms').isMetBy(recorded([250_000])), true);
  assert.equal(parseObjective('max<250ms').isMetBy(recorded([250_000])), false);
});

test('reads every quantile, sign, number and unit, with blanks or without', () => {
  fc.assert(
    fc.property(
      quantiles,
      fc.constantFrom('<', '<='),
      fc.integer({ min: 1, max: 1e6 }),
      units,
      (name, sign, n, unit) => {
        const number = String(n / 1000);
        const objective = parseObjective(`${name} ${sign} ${number} ${unit}`);
        assert.equal(objective.text, `${name}${sign}${number}${unit}`);
        assert.equal(objective.quantile, name);
        assert.equal(objective.limit, Number(number) * MICROS[unit]);
        assert.deepEqual(parseObjective(objective.text).limit, objective.limit);
      },
    ),
  );
});

test('anything else is refused with what is allowed, and never throws another error', () => {
  const near = [
    'p98<1s',
    'p99>1s',
    'p99<0ms',
    'p99<-1ms',
    'p99<1',
    'p99<ms',
    'p99<1h',
    'P99<1s',
    '',
    'p99',
    'toString<1s',
  ];
  for (const text of [...near, 'p99<1constructor', 'p99<1e3ms', 'p99=1ms', 'p99<1ms p50<1ms']) {
    assert.equal(readObjective(text), undefined, text);
    assert.throws(() => parseObjective(text), {
      name: 'RangeError',
      message: /p50, p90, p95, p99, p99\.9, max.*us, ms, s.*such as p99<250ms; got "/,
    });
  }
  fc.assert(
    fc.property(fc.string(), (text) => {
      const objective = readObjective(text);
      if (objective !== undefined) assert.ok(objective.limit > 0);
    }),
  );
});

test('no latencies at all meet nothing', () => {
  assert.equal(parseObjective('p50<=1s').isMetBy(recorded([])), false);
});
