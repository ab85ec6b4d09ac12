import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isMissing } from '../../../../bench/analysis/metrics.ts';
import {
  onLambda,
  predictAll,
  REFERENCE_YARDSTICK_MS,
} from '../../../../bench/analysis/prediction/on-lambda.ts';
import type { BenchResult, ScenarioResult } from '../../../../bench/results/result.ts';
import { sampleResult } from '../../sample-result.ts';

const sample = sampleResult({ rates: [], hasCpu: true });
const of = (scenario: string, stack: string) => {
  const one = sample.scenarios.find((each) => each.scenario === scenario && each.stack === stack);
  assert.ok(one);
  return one;
};
function predicted(result: BenchResult, one: ScenarioResult, memoryMb = [128, 1769]) {
  const found = onLambda(result, one, { memoryMb });
  assert.ok(!isMissing(found));
  return found;
}

test('a run on this machine is predicted from its CPU time: with a whole vCPU the cat takes that, scaled', () => {
  const cat = predicted(sample, of('cat', 'python'));
  assert.equal(cat.architecture, 'arm64');
  const whole = cat.sizes.find(({ memoryMb }) => memoryMb === 1769);
  const { low, typical, high } = cat.factors.cpu;
  assert.ok(whole);
  for (const [bound, factor] of [
    ['low', low],
    ['typical', typical],
    ['high', high],
  ] as const) {
    assert.ok(Math.abs(whole.warm.mean[bound] - cat.cpuMs * factor) < 1e-6);
  }
  assert.equal(cat.fastestMb, 1769);
  assert.ok(whole.first && whole.init && whole.first.mean.typical > whole.init.typical);
});

test('a machine whose yardstick is slower needs less time for the same CPU time on Lambda', () => {
  const slow = { ...sample, machine: { ...sample.machine, yardstickMs: 2 * REFERENCE_YARDSTICK_MS } };
  const equal = { ...sample, machine: { ...sample.machine, yardstickMs: REFERENCE_YARDSTICK_MS } };
  const typical = (result: BenchResult) => predicted(result, of('cat', 'ts')).factors.cpu.typical;
  assert.ok(Math.abs(typical(equal) / typical(slow) - 2) < 1e-9);
  const { yardstickMs: _, ...unknown } = sample.machine;
  const { origin } = predicted({ ...sample, machine: unknown }, of('cat', 'ts')).factors;
  assert.match(origin, /speed unknown/);
});

test('what cannot be predicted says why, and reports leave it out', () => {
  const remote = { ...sample, plan: { ...sample.plan, isRemote: true } };
  const { rounds, ...dog } = of('dog', 'ts');
  const silent = { ...dog, rounds: rounds.map(({ cpuMs: _, ...round }) => round) };
  const container = { ...of('dog', 'ts'), stack: 'ts@container' };
  const rows: readonly [result: BenchResult, one: ScenarioResult, why: RegExp][] = [
    [remote, of('dog', 'ts'), /a deployed API was measured/],
    [sample, silent, /no CPU time/],
    [sample, container, /not Lambda/],
    [sample, { ...of('dog', 'ts'), scenario: 'import' }, /S3 and SQS/],
  ];
  for (const [result, one, why] of rows) {
    const found = onLambda(result, one);
    assert.ok(isMissing(found));
    assert.match(found.missing, why);
  }
  assert.deepEqual(predictAll(remote).found, []);
});

test('a size below what the function used is marked, and is neither the cheapest nor the fastest', () => {
  const one = of('sheep', 'ts');
  assert.ok(one.reported);
  const large = { ...one, reported: { ...one.reported, maxMemoryUsedMb: 300 } };
  const { sizes, cheapestMb } = predicted(sample, large, [128, 256, 512, 1024]);
  assert.deepEqual(
    sizes.map(({ isTooSmall }) => isTooSmall),
    [true, true, false, false],
  );
  assert.equal(cheapestMb, 512);
});

test('a target at a memory size is predicted at that size alone', () => {
  const one = { ...of('dog', 'ts'), stack: 'ts@512MB' };
  const stacks = sample.stacks.map((stack) => ({ ...stack, name: `${stack.name}@512MB` }));
  const found = onLambda({ ...sample, stacks }, one);
  assert.ok(!isMissing(found));
  assert.deepEqual(
    found.sizes.map(({ memoryMb }) => memoryMb),
    [512],
  );
});
