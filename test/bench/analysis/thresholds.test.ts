import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OptionError } from '@sheep-shed/options';
import fc from 'fast-check';
import { isMissing, METRICS } from '../../../bench/analysis/metrics.ts';
import { checkThreshold, parseThreshold, THRESHOLD_METRICS } from '../../../bench/analysis/thresholds.ts';
import { SCENARIO_NAMES } from '../../../bench/results/names.ts';
import { bareResult, sampleResult } from '../sample-result.ts';

const FACTORS = { ms: 1, s: 1000, us: 0.001, MB: 1, GB: 1000, '/s': 1, USD: 1, '': 1 } as const;
const unitsOf = (metric: (typeof THRESHOLD_METRICS)[number]): readonly (keyof typeof FACTORS)[] => {
  const unit = metric === 'ratio' ? '' : METRICS[metric].unit;
  return unit === 'ms' ? ['ms', 's', 'us', ''] : unit === 'MB' ? ['MB', 'GB', ''] : [unit, ''];
};

test('whatever the grammar allows is read as it was meant, with and without blanks', () => {
  const parts = fc.record({
    scenario: fc.constantFrom(...SCENARIO_NAMES, '*' as const),
    stack: fc.option(fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/), { nil: undefined }),
    metric: fc.constantFrom(...THRESHOLD_METRICS),
    sign: fc.constantFrom('<', '<=', '>', '>='),
    number: fc.integer({ min: 0, max: 999_999 }).map((thousandths) => thousandths / 1000),
    blank: fc.constantFrom('', ' '),
    pick: fc.nat(3),
  });
  fc.assert(
    fc.property(parts, ({ scenario, stack, metric, sign, number, blank, pick }) => {
      const units = unitsOf(metric);
      const unit = units[pick % units.length] ?? '';
      const subject = [scenario, ...(stack === undefined ? [] : [stack]), metric].join('.');
      const threshold = parseThreshold(`${subject}${blank}${sign}${blank}${number}${unit}`);
      assert.equal(threshold.text, `${subject}${sign}${number}${unit}`);
      assert.equal(threshold.scenario, scenario === '*' ? undefined : scenario);
      assert.equal(threshold.stack, stack);
      assert.equal(threshold.metric, metric);
      assert.equal(threshold.sign, sign);
      assert.ok(Math.abs(threshold.limit - number * FACTORS[unit]) < 1e-9);
    }),
  );
});

test('any other text is refused with an error of options, never another one', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z*.<>=0-9 ]{0,20}$/)), (text) => {
      try {
        parseThreshold(text);
      } catch (error) {
        assert.ok(error instanceof OptionError);
      }
    }),
  );
});

test('what is wrong is named, with what is allowed in its place', () => {
  const rows: readonly [text: string, message: RegExp][] = [
    ['wolf.p98<1ms', /must end in one of the metrics p50, p90, .*, ratio, not "p98"; got "wolf.p98<1ms"/],
    [
      'cow.p99<1ms',
      /must begin with one of the scenarios cat, sheep, dog, wolf, import, portrait or \*, not "cow"/,
    ],
    ['wolf.a.b.p99<1ms', /at most one stack .*, not "a.b"/],
    ['wolf.p99<1MB', /on p99 takes us, ms, s or no unit, not "MB"/],
    ['wolf.ratio>2ms', /on ratio takes no unit, not "ms"/],
    ['wolf.errors<1toString', /on errors takes no unit/],
    ['wolf.p99', /must be <scenario or \*>.*metrics: p50, /],
    ['wolf.p99=1ms', /must be <scenario/],
    ['', /must be <scenario/],
  ];
  for (const [text, message] of rows) assert.throws(() => parseThreshold(text), message, text);
});

test('a threshold holds for every stack, or for the one it names', () => {
  const result = sampleResult();
  const check = (text: string) => checkThreshold(result, parseThreshold(text));
  const kept = (text: string) => check(text).map(({ where, isKept }) => [where, isKept]);
  assert.deepEqual(kept('cat.p50<10ms'), [
    ['cat on ts', true],
    ['cat on python', false],
  ]);
  assert.deepEqual(kept('cat.python.p50<0.1s'), [['cat on python', true]]);
  assert.deepEqual(kept('cat.ratio>20'), [['cat, ts over python', true]]);
  assert.deepEqual(kept('cat.ts.memory<=0.097GB'), [['cat on ts', true]]);
  assert.equal(check('*.errors<=0').length, 8);
  assert.ok(check('*.errors<=0').every(({ isKept }) => isKept));
});

test('a metric or a stack that is not available misses its threshold, with a word why', () => {
  const bare = bareResult();
  for (const metric of THRESHOLD_METRICS) {
    for (const { value, isKept } of checkThreshold(bare, parseThreshold(`dog.${metric}>=0`))) {
      assert.equal(isKept, !isMissing(value), metric);
      if (isMissing(value)) assert.notEqual(value.missing, '');
    }
  }
  const [billed] = checkThreshold(bare, parseThreshold('dog.billed<9s'));
  assert.deepEqual(billed?.value, { missing: 'no REPORT lines of it are known' });
  const few = sampleResult({ scenarios: ['cat'], rounds: 3, calls: 13, cold: 20 });
  const [p99] = checkThreshold(few, parseThreshold('cat.ts.p99<9s'));
  assert.deepEqual([p99?.value, p99?.isKept], [{ missing: 'it needs 100 calls, and there are 39' }, false]);
  const [init] = checkThreshold(few, parseThreshold('cat.ts.init-p99<9s'));
  assert.deepEqual(init?.value, { missing: 'it needs 100 cold starts, and there are 20' });
  const [nobody] = checkThreshold(bare, parseThreshold('dog.rust.p50<9s'));
  assert.deepEqual([nobody?.where, nobody?.isKept], ['dog on rust', false]);
  const [ratio] = checkThreshold(bare, parseThreshold('dog.ratio>1'));
  assert.deepEqual(ratio?.value, { missing: 'the result holds no comparison of it' });
});
