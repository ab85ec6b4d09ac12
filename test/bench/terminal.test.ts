import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { renderTerminal } from '../../bench/reports/terminal.ts';
import type { BenchResult, RoundResult, ScenarioResult } from '../../bench/result.ts';
import { histogram } from '../../bench/statistics/histogram.ts';

const GOLDEN = join(import.meta.dirname, 'terminal.golden.txt');

function round(
  millis: readonly number[],
  statuses: Record<string, number>,
  wrong: readonly string[] = [],
): RoundResult {
  const latency = histogram();
  for (const value of millis) latency.record(value * 1000);
  return {
    startedAt: '2026-11-21T12:00:00.000Z',
    load: {
      calls: millis.length,
      latency: latency.toData(),
      statuses,
      lost: 0,
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
const result: BenchResult = {
  version: 1,
  startedAt: '2026-11-21T12:00:00.000Z',
  finishedAt: '2026-11-21T12:00:09.000Z',
  plan: {},
  machine: {},
  stacks: [],
  scenarios,
  warnings: ['the machine is busy'],
};

test('the report is what the golden file shows (UPDATE_GOLDEN=1 writes it anew)', () => {
  const rendered = `${renderTerminal(result)}\n`;
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(GOLDEN, rendered);
  assert.equal(rendered, readFileSync(GOLDEN, 'utf8'));
});
