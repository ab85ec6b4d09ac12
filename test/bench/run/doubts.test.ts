import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BENCH_OPTIONS } from '../../../bench/plan/options.ts';
import { planOf } from '../../../bench/plan/plan.ts';
import { resolveWithPreset } from '../../../bench/plan/presets.ts';
import { settleOptions } from '../../../bench/plan/settle-options.ts';
import type { Observed } from '../../../bench/run/doubts.ts';
import { doubtsOf } from '../../../bench/run/doubts.ts';

const planWith = (flags: Readonly<Record<string, readonly string[]>>) =>
  planOf(['ts'], settleOptions(resolveWithPreset(BENCH_OPTIONS, { flags })));

const QUIET: Observed = {
  plan: planWith({}),
  cores: 2,
  loadAverageBefore: 0.4,
  loadAverageAfter: 1.2,
  cpuBefore: { busyMs: 1_000, ownMs: 500 },
  cpuAfter: { busyMs: 61_500, ownMs: 60_000 },
  wallMs: 60_020,
  steadyMs: 60_000,
  floor: { requestsPerSecond: 15_000, latencyMs: 0.1 },
  courses: [
    { scenario: 'cat', stack: 'ts', isHerdKnown: true, herds: [0, 0], medianMs: 1.5 },
    { scenario: 'dog', stack: 'ts', isHerdKnown: true, herds: [1000, 1000], medianMs: 4 },
  ],
  throttled: [{ where: 'cat on ts', throttled: { gateway: 0, lambda: 0 } }],
};

test('a quiet run is not doubted', () => assert.deepEqual(doubtsOf(QUIET), []));

test('what a system does not tell is no doubt', () => {
  const silent = { loadAverageBefore: undefined, loadAverageAfter: undefined, cpuBefore: undefined };
  assert.deepEqual(doubtsOf({ ...QUIET, ...silent, floor: undefined }), []);
});

test('each doubt names its figure and its bound', () => {
  const crowded = planWith({ connections: ['9'] });
  const dog = { scenario: 'dog', stack: 'ts', isHerdKnown: true, herds: [1000, 1100], medianMs: 4 };
  const rows: readonly [change: Partial<Observed>, doubt: RegExp][] = [
    [
      { loadAverageBefore: 1.6 },
      /^the load average before the run was 1.6 on 2 cores \(at most 1.5 is quiet\)/,
    ],
    [{ loadAverageAfter: 2.3 }, /^the load average after the run was 2.3 on 2 cores \(at most 2 is quiet\)/],
    [
      { cpuAfter: { busyMs: 121_000, ownMs: 60_500 } },
      /^other programs used 1.00 of 2 cores .* \(at most 0.1/,
    ],
    [{ wallMs: 59_800 }, /^the clock was set by -200 ms during the run \(at most 100 ms is good\)/],
    [
      { courses: [{ ...dog, herds: [1000], isHerdKnown: false }] },
      /^the functions drew the weights themselves/,
    ],
    [{ plan: crowded, loadAverageAfter: 9 }, /^9 connections on 2 cores: execution environments wait/],
    [{ plan: planWith({ engine: ['autocannon'], scenario: ['cat'] }) }, /^autocannon applied the load: /],
    [{ courses: [dog] }, /^rounds began with other herds than the 1000 sheep planned: 1100 in dog on ts$/],
    [
      { courses: [{ ...dog, herds: [], medianMs: 0.15 }] },
      /^the median of dog on ts, 0.15 ms, is below twice the 0.10 ms/,
    ],
    [
      {
        throttled: [
          { where: 'cat on ts', throttled: { gateway: 5, lambda: 0 } },
          { where: 'the rates of dog on ts', throttled: { gateway: 7, lambda: 0 } },
        ],
      },
      /^12 requests were throttled by API Gateway \(429\) in cat on ts, the rates of dog on ts; .*throttleRate/,
    ],
    [
      { throttled: [{ where: 'cat on ts', throttled: { gateway: 0, lambda: 3 } }] },
      /^3 requests were throttled by Lambda in cat on ts; .*--param=reservedConcurrency/,
    ],
  ];
  for (const [change, doubt] of rows) {
    const doubts = doubtsOf({ ...QUIET, ...change });
    assert.equal(doubts.length, 1, doubts.join('\n'));
    assert.match(doubts[0] ?? '', doubt);
  }
});

test('the herd of a scenario whose work does not depend on it is not doubted', () => {
  const courses = [{ scenario: 'sheep', stack: 'ts', isHerdKnown: true, herds: [1000, 5000], medianMs: 4 }];
  assert.deepEqual(doubtsOf({ ...QUIET, courses }), []);
});
