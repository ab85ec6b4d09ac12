import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agentsCost } from '../../../bench/analysis/agents-cost.ts';
import { bench } from '../run-cli.ts';
import { samplePlan } from '../sample-result.ts';

const PLAN = samplePlan({
  stacks: ['ts'],
  scenarios: ['dog'],
  isRemote: true,
  model: 'open',
  agents: 20,
  rate: 20_000,
  calls: undefined,
  duration: 60,
  warmUp: 0,
  rateSteps: undefined,
  objective: undefined,
});

test('20 000 requests a second for a minute from 20 agents: what the docs say it costs', () => {
  const { agents, target, usd, calls } = agentsCost(PLAN);
  assert.equal(calls, 1_200_000);
  // 20 agents, 1.5 s billed of each of 60 s and 6 s before: 1 920 s of 1 769 MB at 0.0000133334 USD a GB-second.
  assert.ok(Math.abs(agents - 1920 * (1769 / 1024) * 0.0000133334) < 0.002, String(agents));
  assert.ok(target > 2 && usd < 5, String(usd));
  assert.equal(usd, agents + target);
});

test('steps, warm-ups, scenarios and stacks each add their calls', () => {
  const double = agentsCost({ ...PLAN, stacks: ['ts', 'python'] });
  assert.equal(double.calls, 2_400_000);
  const steps = { ...PLAN, rateSteps: [100, 200], objective: 'p50<1s', duration: 10, warmUp: 1, rate: 50 };
  assert.equal(agentsCost(steps).calls, 11 * (50 + 100 + 200));
});

test('a run from agents on AWS of more than a dollar waits for --yes, and says what it costs', async () => {
  const url = 'ts=https://abc123.execute-api.eu-west-3.amazonaws.com';
  const plan = ['--scenario', 'dog', '--agents', '20', '--rate', '20000', '--duration', '60'];
  const { code, stderr } = await bench('--url', url, ...plan);
  assert.equal(code, 2);
  assert.match(stderr, /--yes is missing: 20 agents and some 1204000 calls cost up to \d\.\d\d USD/);
});
