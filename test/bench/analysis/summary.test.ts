import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isMissing } from '../../../bench/analysis/metrics.ts';
import { ratiosOf } from '../../../bench/analysis/ratios.ts';
import { summarise } from '../../../bench/analysis/summary.ts';
import type { BenchResult, RoundResult } from '../../../bench/results/result.ts';
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
  const without = ['ts', 'python'].reduce(
    (result, stack) => withRounds(result, stack, (rounds) => rounds.filter(({ round }) => round !== 2)),
    sample,
  );
  assert.equal(known(broken).rounds, 4);
  assert.deepEqual(known(broken).figures, known(without).figures);
  assert.ok(summarise(broken).warnings.some((warning) => /round 2 was broken off \(why\)/.test(warning)));
});

test('a quantile that a round has too few calls for is no basis of a ratio', () => {
  const [p99] = ratiosOf(sampleResult({ scenarios: ['cat'], calls: 99 }), 'p99');
  assert.deepEqual(p99?.figures, { missing: 'a round needs 100 calls for it' });
  const [enough] = ratiosOf(sampleResult({ scenarios: ['cat'], calls: 100 }), 'p99');
  assert.ok(enough && !isMissing(enough.figures));
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
  const [figures] = summarise(lossy).figures;
  assert.ok(figures?.p99 && figures.p99.value > 1000, String(figures?.p99?.value));
  assert.equal(figures.max, 35_000);
  assert.equal(figures.percentiles.at(-1)?.ms, 35_000, 'the plot shows it too');
});

test('above half of what the bench can measure a warning says so', () => {
  const sample = sampleResult({ scenarios: ['cat'] });
  const slow = { ...sample, floor: { requestsPerSecond: 2000, latencyMs: 0.5 } };
  assert.ok(summarise(slow).warnings.some((one) => /^cat on ts: \d+ calls\/s are more than half/.test(one)));
  const steps = sampleResult({ scenarios: ['dog'], rates: [50, 400] });
  const stepped = { ...steps, floor: { requestsPerSecond: 790, latencyMs: 0.5 } };
  assert.ok(
    summarise(stepped).warnings.some((one) => /^the rate steps of dog on ts: 400 calls\/s/.test(one)),
  );
  assert.ok(!summarise(sample).warnings.some((one) => /more than half/.test(one)));
});
