import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { renderTerminal } from '../../../bench/reports/terminal.ts';
import type { BenchResult, Plan, RoundResult, ScenarioResult } from '../../../bench/result.ts';
import { histogram } from '../../../bench/statistics/histogram.ts';

const GOLDEN = join(import.meta.dirname, 'terminal.golden.txt');

function round(
  millis: readonly number[],
  statuses: Record<string, number>,
  wrong: readonly string[] = [],
): RoundResult {
  const latency = histogram();
  for (const value of millis) latency.record(value * 1000);
  return {
    round: 1,
    startedAt: '2026-11-21T12:00:00.000Z',
    reported: undefined,
    brokenOff: undefined,
    load: {
      model: 'closed',
      calls: millis.length,
      latency: latency.toData(),
      statuses,
      lost: 0,
      timedOut: 0,
      dropped: 0,
      connectMs: [],
      wrong: wrong.length,
      firstWrong: wrong.slice(0, 3),
      elapsedMs: millis.reduce((sum, value) => sum + value, 0),
    },
  };
}

const REPORTED = {
  invocations: 6,
  coldStarts: 1,
  initP50: 61.25,
  initP90: 61.25,
  initP99: 61.25,
  durationP50: 1.5,
  durationP95: 12.25,
  durationP99: 123.4,
  billedP50: 2,
  billedSum: 90,
  maxMemoryUsedMb: 97,
  memorySizeMb: 128,
  timeouts: 0,
  errors: 0,
};
const scenarios: readonly ScenarioResult[] = [
  {
    scenario: 'cat',
    stack: 'ts',
    rounds: [round([1, 2, 3], { 200: 3 }), round([1, 2, 4], { 200: 3 })],
    reported: REPORTED,
    violations: [],
  },
  {
    scenario: 'cat',
    stack: 'python',
    rounds: [round([20, 21, 30], { 200: 3 }), round([20, 22, 40], { 200: 3 })],
    reported: { ...REPORTED, maxMemoryUsedMb: null },
    violations: [],
  },
  {
    scenario: 'wolf',
    stack: 'ts',
    rounds: [round([5, 6, 7, 8, 9], { 204: 2, 404: 3 }, ['first', 'second', 'third', 'fourth'])],
    reported: undefined,
    violations: ['the sheep do not add up'],
  },
];
const PLAN: Plan = {
  preset: 'default',
  stacks: ['ts', 'python'],
  scenarios: ['cat', 'wolf'],
  isRemote: false,
  rounds: 2,
  calls: undefined,
  duration: 3,
  warmUp: 0,
  connections: 1,
  model: 'closed',
  rate: undefined,
  arrivals: undefined,
  rateSteps: undefined,
  objective: undefined,
  cold: 0,
  m: 3,
  n: 8,
  herd: 1000,
  seed: 1,
  timeout: 35,
  region: undefined,
  stage: 'dev',
};
const result: BenchResult = {
  kind: 'sheep-shed-bench',
  version: 2,
  isComplete: true,
  startedAt: '2026-11-21T12:00:00.000Z',
  finishedAt: '2026-11-21T12:00:09.000Z',
  plan: PLAN,
  machine: {
    cpu: 'a processor',
    cores: 2,
    memoryMb: 4096,
    kernel: 'Linux 6',
    loadAverageBefore: 0.1,
    loadAverageAfter: 1.1,
  },
  versions: { node: 'v24.0.0', packages: {}, gitCommit: undefined, gitDirty: undefined },
  floor: undefined,
  stacks: [],
  scenarios,
  coldStarts: [],
  rateCurves: [],
  warnings: ['the machine is busy'],
};

test('a stack reached by URL without its region ends with what to paste into CloudWatch', () => {
  const remote: BenchResult = {
    ...result,
    plan: { ...PLAN, isRemote: true, stage: 'test' },
    stacks: [{ name: 'ts', url: 'http://127.0.0.1', functions: [] }],
  };
  const hint = [
    'For the figures of the host give --region, or paste into CloudWatch Logs Insights:',
    '  query   cloudwatch-queries/compare.logsinsights',
    '  window  2026-11-21T12:00:00.000Z to 2026-11-21T12:00:09.000Z',
    '  of the log groups',
    '    /aws/lambda/sheep-shed-test-ts-get-cat',
    '    /aws/lambda/sheep-shed-test-ts-delete-wolf',
  ].join('\n');
  assert.ok(renderTerminal(remote).endsWith(`\n\n${hint}`), renderTerminal(remote));
  const asked = renderTerminal({ ...remote, plan: { ...remote.plan, region: 'eu-west-3' } });
  assert.doesNotMatch(asked, /Logs Insights|of this machine/);
});

test('compute costs by the architecture that a stack describes, and 128 MB for 15 ms are 1 875 GB-s', () => {
  const described = (architecture: string): BenchResult => ({
    ...result,
    stacks: [
      {
        name: 'ts',
        url: 'http://127.0.0.1',
        functions: [
          {
            function: 'get-cat',
            name: 'x',
            runtime: 'nodejs24.x',
            architecture,
            memorySizeMb: 128,
            packageBytes: 1,
          },
        ],
      },
    ],
  });
  // 0.015 s × 0.125 GB × 10^6 calls × USD 0.0000133334 or 0.0000166667.
  assert.match(renderTerminal(described('arm64')), /cat +ts +0\.025 +0\.200 +1\.000 +0\.000 +1\.225/);
  assert.match(renderTerminal(described('x86_64')), /cat +ts +0\.031 +0\.200 +1\.000 +0\.000 +1\.231/);
});

test('two stacks and four scenarios fit on one screen', () => {
  const [cat] = scenarios;
  assert.ok(cat);
  const all = (['cat', 'sheep', 'dog', 'wolf'] as const).flatMap((scenario) =>
    ['ts', 'python'].map((stack) => ({ ...cat, scenario, stack })),
  );
  assert.ok(renderTerminal({ ...result, scenarios: all, warnings: [] }).split('\n').length <= 45);
});

test('the report is what the golden file shows (UPDATE_GOLDEN=1 writes it anew)', () => {
  const rendered = `${renderTerminal(result)}\n`;
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(GOLDEN, rendered);
  assert.equal(rendered, readFileSync(GOLDEN, 'utf8'));
});
