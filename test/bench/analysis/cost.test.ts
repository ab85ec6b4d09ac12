import assert from 'node:assert/strict';
import { test } from 'node:test';
import { costFiguresOf } from '../../../bench/analysis/cost.ts';
import { checkThreshold, parseThreshold } from '../../../bench/analysis/thresholds.ts';
import { renderHtml } from '../../../bench/reports/html/page.ts';
import { renderTerminal } from '../../../bench/reports/terminal.ts';
import type { BenchResult } from '../../../bench/results/result.ts';
import { bareResult, sampleResult } from '../sample-result.ts';

function remote(result: BenchResult): BenchResult {
  return { ...result, plan: { ...result.plan, isRemote: true } };
}

test('compute costs by the architecture that a stack describes, and 128 MB for 15 ms are 1 875 GB-s', () => {
  const sample = remote(sampleResult({ stacks: ['ts'], scenarios: ['cat'] }));
  const [cat] = sample.scenarios;
  assert.ok(cat?.reported);
  const billed = { ...cat, reported: { ...cat.reported, invocations: 6, billedSum: 90, memorySizeMb: 128 } };
  const described = (architecture: string): BenchResult => ({
    ...sample,
    stacks: sample.stacks.map((one) => ({
      ...one,
      functions: one.functions.map((each) => ({ ...each, architecture })),
    })),
  });
  // 0.015 s × 0.125 GB × 10^6 calls × USD 0.0000133334 or 0.0000166667.
  for (const [architecture, compute] of [
    ['arm64', '0.025'],
    ['x86_64', '0.031'],
  ] as const) {
    const cost = costFiguresOf(described(architecture), billed);
    assert.ok(cost);
    assert.equal(cost.compute.toFixed(3), compute);
    assert.deepEqual([cost.requests, cost.api, cost.dynamodb], [0.2, 1, 0]);
    // START, END and REPORT lines and the API's own: less than half a kB a call at USD 0.50 a GB.
    assert.equal(cost.logs.toFixed(2), '0.22');
    assert.equal(cost.total.toFixed(6), (cost.compute + 1.2 + cost.logs).toFixed(6));
  }
});

test('a wolf that finds nothing is charged no write, and a sheep that is in the way is', () => {
  const of = (scenario: 'wolf' | 'sheep', statuses: Readonly<Record<string, number>>) => {
    const sample = remote(sampleResult({ stacks: ['ts'], scenarios: [scenario] }));
    const [one] = sample.scenarios;
    assert.ok(one);
    const rounds = one.rounds.map((round) => ({ ...round, load: { ...round.load, statuses } }));
    return costFiguresOf(sample, { ...one, rounds })?.dynamodb ?? Number.NaN;
  };
  const [reads, write] = [4 * 0.125, 0.625];
  assert.ok(Math.abs(of('wolf', { 204: 10 }) - (reads + write)) < 1e-9);
  assert.ok(Math.abs(of('wolf', { 204: 5, 404: 15 }) - (reads + write / 4)) < 1e-9);
  assert.ok(Math.abs(of('sheep', { 201: 5, 409: 5 }) - write) < 1e-9);
  assert.ok(Math.abs(of('sheep', { 201: 5, 400: 15 }) - write / 4) < 1e-9);
});

test('the cost of a run on this machine is predicted, and no measurement', () => {
  const local = sampleResult({ stacks: ['ts'], scenarios: ['cat', 'wolf'], hasCpu: true });
  for (const one of local.scenarios) assert.equal(costFiguresOf(local, one), undefined);
  const [kept] = checkThreshold(local, parseThreshold('cat.cost<9'));
  assert.match(JSON.stringify(kept?.value), /predicted, and no measurement/);
  assert.match(renderTerminal(local), /USD\/M:\spredicted\sfor\sthis\smemory/);
  assert.match(renderTerminal(remote(local)), /USD\/M:\sa\smillion\scalls on AWS/);
  assert.match(renderHtml(remote(local)), /Cost of a million calls/);
});

test('without REPORT figures there is no cost', () => {
  const bare = bareResult();
  for (const one of bare.scenarios) assert.equal(costFiguresOf(bare, one), undefined);
});
