import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isMissing } from '../../../bench/analysis/metrics.ts';
import { ratiosOf } from '../../../bench/analysis/ratios.ts';
import { summaryOf } from '../../../bench/analysis/summary.ts';
import { renderHtml } from '../../../bench/reports/html/page.ts';
import { renderMarkdown } from '../../../bench/reports/markdown.ts';
import { renderTerminal } from '../../../bench/reports/terminal.ts';
import type { LoadResult } from '../../../bench/results/load-result.ts';
import type { BenchResult, RoundResult, ScenarioResult } from '../../../bench/results/result.ts';
import { sampleResult } from '../sample-result.ts';

function withRounds(
  result: BenchResult,
  stack: string,
  change: (rounds: readonly RoundResult[]) => readonly RoundResult[],
): BenchResult {
  return {
    ...result,
    scenarios: result.scenarios.map((one) =>
      one.stack === stack ? { ...one, rounds: change(one.rounds) } : one,
    ),
  };
}

const known = (result: BenchResult) => {
  const [ratio] = ratiosOf(result, 'p50');
  assert.ok(ratio && !isMissing(ratio.figures));
  return { ...ratio, figures: ratio.figures };
};

test('a wait is a mean less a mean, or a median of single waits, and no figure where it cannot be told', () => {
  const sample = sampleResult({ scenarios: ['cat'], stacks: ['ts'], rates: [], cold: 0 });
  const [cat] = sample.scenarios;
  assert.ok(cat?.reported);
  const { durationMean: _, ...unasked } = cat.reported;
  const starts = [
    [10, 4, 90, 100],
    [30, 10, 110, 100],
    [20, 19, 100, 120],
  ].map(([durationMs = 0, cpuMs = 0, initMs = 0, initCpuMs = 0]) => ({
    ...{ durationMs, cpuMs, initMs, initCpuMs },
    ...{ billedMs: undefined, clientMs: 200 },
  }));
  const figures = (reported: ScenarioResult['reported'], cpuMsPerCall: number, stack = 'ts') =>
    summaryOf({
      ...sample,
      scenarios: [{ ...cat, stack, reported, cpuMsPerCall }],
      coldStarts: [{ scenario: 'cat', stack: 'ts', starts, violations: [] }],
    }).figures[0];
  const at = (durationMean: number | null) => ({ ...cat.reported, durationMean }) as typeof cat.reported;
  assert.equal(figures(at(2.5), 2)?.waitPerCall, 0.5);
  for (const [reported, cpu, stack] of [
    [at(1.9), 2, 'ts'],
    [at(null), 2, 'ts'],
    [unasked, 2, 'ts'],
    [at(2.5), 2, 'ts@container'],
  ] as const) {
    assert.equal(figures(reported, cpu, stack)?.waitPerCall, undefined);
  }
  const { cold } = figures(at(2.5), 2) ?? {};
  assert.deepEqual([cold?.wait, cold?.initWait], [6, undefined], 'of 6, 20, 1; of -10, 10, -20');
});

test('what is not known of the host, and what is not predicted, is said in every report', () => {
  const silent = sampleResult({ scenarios: ['cat'], stacks: ['ts'], rates: [] });
  const why = /Not predicted for Lambda: cat on ts: no CPU time of its calls is known/;
  for (const render of [(one: BenchResult) => renderTerminal(one), renderMarkdown, renderHtml]) {
    assert.match(render(silent), why);
    assert.doesNotMatch(render(silent), /NaN|undefined|Infinity|see On Lambda/);
  }
  const text = renderTerminal(silent);
  assert.match(text.replaceAll('\n', ' '), /CPU, wait: not available; .*USD\/M: not predicted, see below/);
  assert.match(text, /^cat +ts +\d+ +[\d.]+ +- +[\d.]+ +[\d.]+ +[\d.]+ +- +- /m);
});

test('rounds pair by their number, whatever their order', () => {
  const sample = sampleResult({ scenarios: ['cat'] });
  const turned = withRounds(sample, 'python', (rounds) => rounds.toReversed());
  assert.equal(known(turned).figures.ratio.toFixed(9), known(sample).figures.ratio.toFixed(9));
  assert.equal(known(turned).figures.low.toFixed(9), known(sample).figures.low.toFixed(9));
});

test('a round that one stack did not finish stays out of the ratio, on both sides', () => {
  const sample = sampleResult({ scenarios: ['cat'] });
  const broken = withRounds(sample, 'python', (rounds) =>
    rounds.map((round) => (round.round === 2 ? { ...round, brokenOff: 'why' } : round)),
  );
  const without = ['ts', 'python'].reduce<BenchResult>(
    (result, stack) => withRounds(result, stack, (rounds) => rounds.filter(({ round }) => round !== 2)),
    sample,
  );
  assert.equal(known(broken).rounds, 4);
  assert.deepEqual(known(broken).figures, known(without).figures);
  assert.ok(summaryOf(broken).warnings.some((warning) => /round 2 was broken off \(why\)/.test(warning)));
});

test('rounds on the same execution environments are one unit of a verdict', () => {
  const sample = sampleResult({ scenarios: ['cat'], rounds: 6 });
  const fresh = (every: number) =>
    ['ts', 'python'].reduce<BenchResult>(
      (result, stack) =>
        withRounds(result, stack, (rounds) =>
          rounds.map((round) => ({ ...round, isFresh: every > 0 && (round.round - 1) % every === 0 })),
        ),
      sample,
    );
  assert.equal(known(fresh(1)).rounds, 6);
  assert.equal(known(fresh(2)).rounds, 3);
  assert.equal(known(fresh(2)).figures.ratio.toFixed(9), known(fresh(1)).figures.ratio.toFixed(9));
  assert.equal(known(fresh(0)).rounds, 6, 'never new: there is no other unit than the round');
  const kept = (result: BenchResult) =>
    summaryOf(result).warnings.some((one) => /environments were kept over all rounds/.test(one));
  assert.deepEqual([kept(fresh(0)), kept(fresh(2))], [true, false]);
});

test('no ratio is claimed where a stack is not comparable: it says why', () => {
  const sample = sampleResult({ scenarios: ['dog'] });
  const scenarios = sample.scenarios.map((one) =>
    one.stack === 'python' ? { ...one, incomparable: 'its herd is its own' } : one,
  );
  const [ratio] = ratiosOf({ ...sample, scenarios }, 'p50');
  assert.deepEqual(ratio?.figures, { missing: 'its herd is its own' });
  assert.match(renderTerminal({ ...sample, scenarios }), /unknown: its herd is its own/);
});

test('a quantile that a round has too few calls for is no basis of a ratio', () => {
  const [p99] = ratiosOf(sampleResult({ scenarios: ['cat'], calls: 99 }), 'p99');
  assert.deepEqual(p99?.figures, { missing: 'a round needs 100 calls for it' });
  const [enough] = ratiosOf(sampleResult({ scenarios: ['cat'], calls: 100 }), 'p99');
  assert.ok(enough && !isMissing(enough.figures));
});

test('no quantile is told of fewer calls than it needs: the maximum is shown as such', () => {
  const few = sampleResult({ scenarios: ['dog'], stacks: ['ts'], rounds: 3, calls: 13, cold: 9, rates: [5] });
  const [curve] = few.rateCurves;
  assert.ok(curve);
  const slow = {
    ...curve,
    steps: curve.steps.map((step) => ({
      ...step,
      load: (few.scenarios[0]?.rounds[0]?.load ?? step.load) as LoadResult,
    })),
  };
  const { figures, rateCurves } = summaryOf({ ...few, rateCurves: [slow] });
  const [dog] = figures;
  assert.ok(dog?.p90 && dog.p95 && dog.max, 'a p90 of 39 calls needs 10, a p95 20');
  assert.deepEqual([dog.p99, dog.reported?.durationP99], [undefined, null]);
  assert.ok((dog.reported?.durationP95 ?? 0) > 0);
  assert.deepEqual([dog.reported?.initP90, dog.reported?.initP99], [null, null]);
  assert.deepEqual([dog.cold?.init?.p90, dog.cold?.init?.p99], [undefined, undefined]);
  assert.ok((dog.cold?.init?.max ?? 0) > (dog.cold?.init?.p50 ?? Infinity));
  assert.deepEqual(dog.percentiles.map(({ percentile }) => percentile).slice(-3), [96, 97, 98.717949]);
  assert.equal(dog.percentiles.at(-1)?.ms, dog.max);
  assert.equal(rateCurves[0]?.steps[0]?.p99, undefined);
  assert.ok((rateCurves[0]?.steps[0]?.max ?? 0) > 0);
  for (const text of [renderTerminal(few), renderMarkdown(few), renderHtml(few)]) {
    assert.doesNotMatch(text, /NaN|undefined|Infinity/);
  }
});

test('more calls a second are better, as less latency is', () => {
  const [throughput] = ratiosOf(sampleResult({ scenarios: ['cat'] }), 'throughput');
  assert.ok(throughput && !isMissing(throughput.figures));
  assert.equal(throughput.figures.verdict, 'faster');
});

test('the more scenarios a run compares, the wider is each interval', () => {
  const width = (result: BenchResult) => known(result).figures.high / known(result).figures.low;
  const all = sampleResult();
  const alone = { ...all, scenarios: all.scenarios.filter(({ scenario }) => scenario === 'cat') };
  assert.ok(width(all) > width(alone));
});

test('time-outs are part of the distribution: a stack that loses calls has the time-out as its tail', () => {
  const sample = sampleResult({ scenarios: ['dog'], stacks: ['ts'] });
  const lossy = withRounds(sample, 'ts', (rounds) =>
    rounds.map((round) => {
      const { latency } = round.load;
      const buckets = [...latency.buckets, [16_000, 10] as const];
      return {
        ...round,
        load: {
          ...round.load,
          lost: 10,
          latency: { ...latency, buckets, count: latency.count + 10, max: 35e6 },
        },
      };
    }),
  );
  const [figures] = summaryOf(lossy).figures;
  assert.ok(figures?.p99 && figures.p99.value > 1000, String(figures?.p99?.value));
  assert.equal(figures.max, 35_000);
  assert.equal(figures.percentiles.at(-1)?.ms, 35_000, 'the plot shows it too');
});

test('above half of what the bench can measure a warning says so', () => {
  const sample = sampleResult({ scenarios: ['cat'] });
  const slow = { ...sample, floor: { requestsPerSecond: 2000, latencyMs: 0.5 } };
  assert.ok(summaryOf(slow).warnings.some((one) => /^cat on ts: \d+ calls\/s are more than half/.test(one)));
  const steps = sampleResult({ scenarios: ['dog'], rates: [50, 400] });
  const stepped = { ...steps, floor: { requestsPerSecond: 790, latencyMs: 0.5 } };
  assert.ok(
    summaryOf(stepped).warnings.some((one) => /^the rate steps of dog on ts: 400 calls\/s/.test(one)),
  );
  assert.ok(!summaryOf(sample).warnings.some((one) => /more than half/.test(one)));
});
