import assert from 'node:assert/strict';
import { test } from 'node:test';
import { costFiguresOf } from '../../../bench/analysis/cost.ts';
import type { BenchResult } from '../../../bench/results/result.ts';
import { bareResult, sampleResult } from '../sample-result.ts';

test('compute costs by the architecture that a stack describes, and 128 MB for 15 ms are 1 875 GB-s', () => {
  const sample = sampleResult({ stacks: ['ts'], scenarios: ['cat'] });
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
    assert.equal(cost.total.toFixed(6), (cost.compute + 1.2).toFixed(6));
  }
});

test('without REPORT figures there is no cost', () => {
  const bare = bareResult();
  for (const one of bare.scenarios) assert.equal(costFiguresOf(bare, one), undefined);
});
