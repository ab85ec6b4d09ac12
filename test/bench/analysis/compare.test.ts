import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareResults, regressionsOf } from '../../../bench/analysis/compare.ts';
import { codeOf, judge } from '../../../bench/analysis/gates.ts';
import { isMissing } from '../../../bench/analysis/metrics.ts';
import { checkThreshold, parseThreshold } from '../../../bench/analysis/thresholds.ts';
import { renderComparison, renderComparisonMarkdown } from '../../../bench/reports/comparison.ts';
import { renderJudgement } from '../../../bench/reports/judgement.ts';
import type { BenchResult } from '../../../bench/results/result.ts';
import { bareResult, sampleResult } from '../sample-result.ts';

const SMALL = { scenarios: ['cat', 'dog'], cold: 20, rates: [] } as const;

test('a stack that got slower is a regression, the other is not', () => {
  const comparison = compareResults(
    [sampleResult(SMALL)],
    sampleResult({ ...SMALL, seed: 2, slower: { ts: 2 } }),
  );
  const regressions = regressionsOf(comparison);
  assert.ok(regressions.some(({ scenario, metric }) => scenario === 'cat' && metric === 'p50'));
  assert.ok(regressions.every(({ stack }) => stack === 'ts'));
  const text = renderComparison(comparison, { before: ['a.json'], after: 'b.json' });
  assert.match(text, /cat +ts +p50 .* worse\n/);
  assert.match(text, /Regression: cat on ts \(p50\)/);
  assert.match(
    renderComparisonMarkdown(comparison, { before: ['a'], after: 'b' }),
    /\| cat \| ts \| p50 \|.*\| worse \|/,
  );
});

test('turned around, the same is better', () => {
  const comparison = compareResults(
    [sampleResult({ ...SMALL, seed: 2, slower: { ts: 2 } })],
    sampleResult(SMALL),
  );
  assert.deepEqual(regressionsOf(comparison), []);
  assert.match(renderComparison(comparison, { before: ['a'], after: 'b' }), /cat +ts +p50 .* better\n/);
});

test('runs of the same stacks show a regression in at most 5 of 100 comparisons, all metrics together', () => {
  const runs = Array.from({ length: 121 }, (_, seed) =>
    sampleResult({ scenarios: ['dog'], cold: 6, rates: [], calls: 40, seed: seed + 10 }),
  );
  const [first, ...others] = runs;
  assert.ok(first);
  let wrong = 0;
  let before = first;
  for (const after of others) {
    if (regressionsOf(compareResults([before], after)).length > 0) wrong++;
    before = after;
  }
  // 6 of 120 expected at most, and what chance adds.
  assert.ok(wrong <= 6 + 2 * Math.sqrt(120 * 0.05 * 0.95), `${wrong} of 120`);
});

test('three earlier runs tell what differs between runs; fewer are told to be blind to it', () => {
  const run = (seed: number, level = 1) =>
    sampleResult({ ...SMALL, stacks: ['ts'], seed, slower: { ts: level } });
  // The machine was 1.3 times as slow in the second run: what two runs cannot know.
  const before = [run(1), run(2, 1.3), run(3), run(4), run(5)];
  const few = compareResults(before.slice(0, 2), run(6, 1.2));
  const many = compareResults(before, run(6, 1.2));
  assert.match(few.warnings.join('\n'), /^2 runs before cannot show what differs .* as if that were 5 %/);
  assert.doesNotMatch(many.warnings.join('\n'), /cannot show/);
  assert.deepEqual(regressionsOf(many), []);
  const memory = (of: typeof few) => of.changes.find(({ metric }) => metric === 'memory')?.figures;
  assert.ok(isMissing(memory(few)), 'a peak has no rounds');
  assert.ok(memory(many) !== undefined && !isMissing(memory(many)), 'but runs have');
  for (const { figures } of many.changes) {
    assert.ok(isMissing(figures) || figures.detectable > 1 || figures.low === figures.high);
  }
  const text = renderComparison(many, { before: ['a', 'b', 'c', 'd', 'e'], after: 'f' });
  assert.match(text, /^a, b, c, d, e before, f after/);
  assert.match(text, /finds: the smallest\s+difference/);
});

test('different plans, machines and versions are named', () => {
  const before = sampleResult(SMALL);
  const after: BenchResult = {
    ...sampleResult({ ...SMALL, scenarios: ['cat', 'wolf'] }),
    isComplete: false,
    plan: { ...before.plan, herd: 200, calls: undefined, arrivals: 'even' },
    machine: { ...before.machine, cores: 8 },
    versions: { ...before.versions, node: 'v26.0.0' },
  };
  const text = compareResults([before], after).warnings.join('\n');
  assert.match(text, /the plans differ: calls 1000 before, none after; herd 1000 before, 200 after/);
  assert.match(text, /the machines differ: cores 2 before, 8 after/);
  assert.match(text, /Node differs: v24.21.0 before, v26.0.0 after/);
  assert.match(text, /the run after ended early/);
  assert.match(text, /only measured before: dog on ts, dog on python/);
  assert.match(text, /only measured after: wolf on ts, wolf on python/);
});

test('runs with nothing in common, and runs of one round, give no verdict and say so', () => {
  const names = { before: ['a'], after: 'b' };
  const apart = compareResults(
    [sampleResult({ ...SMALL, stacks: ['x'] })],
    sampleResult({ ...SMALL, stacks: ['y'] }),
  );
  assert.match(renderComparison(apart, names), /nothing to compare/);
  const bare = compareResults([bareResult()], bareResult());
  assert.ok(bare.changes.every(({ figures }) => isMissing(figures)));
  assert.match(renderComparison(bare, names), /No metric has values enough in all runs: no verdict/);
});

test('a stack that is slower than its other revision gives exit code 4 and says where; one that is not says what it would find', () => {
  const against = (level: number) => {
    const shape = { ...SMALL, stacks: ['ts', 'against'], slower: { against: 1 / level } };
    const sample = sampleResult(shape);
    return { ...sample, plan: { ...sample.plan, against: 'HEAD~1' } };
  };
  const none = { thresholds: [], baseline: undefined };
  const said = (result: BenchResult) => renderJudgement(judge(result, none), { before: [], after: '' });
  // The samples' second stack takes 28 times as long in the cat, and as long in the dog.
  const slow = against(100);
  assert.equal(judge(slow, none).code, 4);
  assert.match(
    said(slow),
    /^Regression against HEAD~1: cat \([0-9.]+ times as long\), dog \([0-9.]+ times as long\)\.$/,
  );
  const same = against(1);
  assert.equal(judge(same, none).code, 0);
  assert.match(said(same), /^No regression against HEAD~1 .* would find: cat [0-9.]+ %, dog [0-9.]+ %\.$/);
  assert.equal(judge({ ...slow, plan: { ...slow.plan, against: undefined } }, none).code, 0);
});

test('exit codes: what did not verify comes before a threshold, a threshold before a regression', () => {
  const good = sampleResult(SMALL);
  const [first, ...others] = good.scenarios;
  assert.ok(first);
  const wrong = { ...good, scenarios: [{ ...first, violations: ['one too few'] }, ...others] };
  const missed = checkThreshold(good, parseThreshold('cat.p50<1us'));
  const kept = checkThreshold(good, parseThreshold('cat.p50<1s'));
  const regression = compareResults(
    [sampleResult({ ...SMALL, seed: 3 })],
    sampleResult({ ...SMALL, slower: { ts: 3 } }),
  );
  assert.equal(codeOf(wrong, missed, regression), 1);
  assert.equal(codeOf(good, missed, regression), 3);
  assert.equal(codeOf(good, kept, regression), 4);
  assert.equal(codeOf(good, kept, undefined), 0);
  const [cold, ...rest] = good.coldStarts;
  assert.ok(cold);
  assert.equal(
    codeOf({ ...good, coldStarts: [{ ...cold, violations: ['warm'] }, ...rest] }, [], undefined),
    1,
  );
});
