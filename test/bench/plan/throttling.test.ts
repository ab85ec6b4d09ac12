import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { BENCH_OPTIONS } from '../../../bench/plan/options.ts';
import { resolveWithPreset } from '../../../bench/plan/presets.ts';
import { settleOptions } from '../../../bench/plan/settle-options.ts';
import { type StackLimits, throttlesOf } from '../../../bench/plan/throttling.ts';

const USUAL = { rate: 200, burst: 400 };
const account = (concurrency: number, isReserved = false): StackLimits['functions'] =>
  new Map([['cat', { concurrency, isReserved }]]);

/** What is throttled of the cat's plan, when it answers in so many milliseconds. */
function throttled(limits: Partial<StackLimits>, millis: number, flags: Readonly<Record<string, string[]>>) {
  const given = { url: ['http://127.0.0.1'], scenario: ['cat'], ...flags };
  const options = settleOptions(resolveWithPreset(BENCH_OPTIONS, { flags: given }));
  return throttlesOf({ stage: undefined, functions: new Map(), ...limits }, options, () => millis / 1000);
}

test('a plan below the limits, or whose limits nobody knows, is not throttled', () => {
  const rows: Parameters<typeof throttled>[] = [
    [{ stage: USUAL, functions: account(1000) }, 40, {}],
    // 250 requests/s for 2.2 s: the burst lasts.
    [{ stage: USUAL }, 40, { connections: ['10'] }],
    // A bucket that is filled as fast as it empties lasts for ever.
    [{ stage: USUAL }, 50, { connections: ['10'], duration: ['3600'] }],
    [{ stage: USUAL, functions: account(200, true) }, 40, { rate: ['200'], duration: ['600'] }],
    [{ functions: account(10) }, 100, {}],
    [{}, 1, { preset: ['classic'], rateSteps: ['5000'], slo: ['p99<1s'] }],
    [{ stage: { rate: 10_000, burst: 5_000 }, functions: account(1000) }, 15, { preset: ['classic'] }],
  ];
  for (const [limits, millis, flags] of rows) {
    assert.deepEqual(throttled(limits, millis, flags), [], JSON.stringify(flags));
  }
});

test('a plan above a limit is told which, its value, and what to change', () => {
  const rows: readonly [...Parameters<typeof throttled>, RegExp][] = [
    [
      { stage: USUAL },
      20,
      {},
      /^cat: --connections 10 sends about 500 requests\/s for 2\.2 s, up to 10 at once; the stage takes 200\/s and 400 at once: --connections 7, or deploy with --param=throttleRate=500$/,
    ],
    [
      { stage: USUAL },
      20,
      { preset: ['classic'] },
      /--connections 100 sends about 5000 requests\/s for 0\.2 s, .*: --connections 6, or .*throttleRate=5000$/,
    ],
    [
      { stage: { rate: 10_000, burst: 50 } },
      20,
      { preset: ['classic'] },
      /up to 100 at once; .* --connections 50, or deploy with --param=throttleRate=10000 --param=throttleBurst=100$/,
    ],
    [
      { stage: USUAL },
      20,
      { rate: ['400'] },
      /^cat: --rate 400 sends 400 requests\/s .*: --rate 200, or deploy/,
    ],
    [
      { functions: account(10) },
      300,
      { preset: ['classic'] },
      /^cat: --connections 100 needs 100 execution environments at once; 10 are left in the account: --connections 10, or ask AWS for more/,
    ],
    [
      { functions: account(5, true) },
      300,
      {},
      /needs 10 .*; 5 are reserved for the function: --connections 5, or deploy with a higher --param=reservedConcurrency$/,
    ],
    [
      { functions: account(10) },
      40,
      {},
      /^cat: --connections 10 sends about 250 requests\/s; Lambda takes 100\/s with the 10 execution environments left in the account: --connections 4, or ask/,
    ],
    [
      { functions: account(100) },
      40,
      { rate: ['2000'] },
      /--rate 2000 sends 2000 .* takes 1000\/s .*: --rate 1000, or/,
    ],
  ];
  for (const [limits, millis, flags, said] of rows) {
    const found = throttled(limits, millis, flags);
    assert.equal(found.length, 1, found.join('\n'));
    assert.match(found[0] ?? '', said);
  }
});

test('of rates one after the other the first that empties the burst is told, and the most environments', () => {
  const steps = { rateSteps: ['50', '100', '200', '400', '800'], slo: ['p99<250ms'], connections: ['90'] };
  const limits = { stage: { rate: 500, burst: 400 }, functions: account(80) };
  assert.match(
    throttled(limits, 900, steps).join('\n'),
    /^cat: --connections 90 needs 90 .*\ncat: --rate-steps 800 sends 800 requests\/s .*: --rate-steps up to 500, or .*\ncat: --rate-steps 800 needs 90/,
  );
});

test('scenarios that are throttled alike are told once', () => {
  const limits = { stage: USUAL };
  const [said, ...more] = throttled(limits, 20, { scenario: ['cat', 'dog', 'wolf'] });
  assert.match(said ?? '', /^cat, dog, wolf: --connections 10/);
  assert.deepEqual(more, []);
});

test('the limits that docs/measure-on-aws.md deploys with are enough for the plans that it measures', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/measure-on-aws.md'), 'utf8');
  const [, rate, burst] = /--param=throttleRate=(\d+) --param=throttleBurst=(\d+)/.exec(page) ?? [];
  const [, rateSteps = ''] = /--rate-steps (\S+) --slo/.exec(page) ?? [];
  const limits = { stage: { rate: Number(rate), burst: Number(burst) }, functions: account(1000) };
  for (const flags of [{}, { preset: ['classic'] }, { rateSteps: [rateSteps], slo: ['p99<250ms'] }]) {
    assert.deepEqual(throttled(limits, 15, flags), []);
    assert.notDeepEqual(throttled({ stage: USUAL }, 15, flags), [], 'the default is not');
  }
});
