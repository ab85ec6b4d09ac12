import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseObjective, stepSeconds } from '../../../bench/plan/objective.ts';
import type { LoadResult } from '../../../bench/results/load-result.ts';
import { achievedShare, climbRates, type RateSearch } from '../../../bench/run/rate-steps.ts';
import { histogram } from '../../../bench/statistics/histogram.ts';

const objective = parseObjective('p99<100ms');

/** Ten seconds of load at a rate, with every answer after so many milliseconds. */
function result(rate: number, millis: number, changes: Partial<LoadResult> = {}): LoadResult {
  const latency = histogram();
  for (let i = 0; i < rate * 10; i++) latency.record(millis * 1000);
  return {
    model: 'open',
    calls: rate * 10,
    latency: latency.toData(),
    statuses: {},
    lost: 0,
    timedOut: 0,
    dropped: 0,
    wrong: 0,
    firstWrong: [],
    elapsedMs: 10_000 - 1000 / rate + millis,
    connectMs: [],
    ...changes,
  };
}

/** Climbs over made-up steps on one stack. */
async function climb(rates: readonly number[], run: (rate: number) => LoadResult) {
  const tried: number[] = [];
  const search = newSearch();
  await climbRates(rates, objective, 10, [search], async (rate) => {
    tried.push(rate);
    return run(rate);
  });
  return { ...search, tried, met: search.steps.map(({ met }) => met) };
}

function newSearch(): RateSearch {
  return { steps: [], highestRate: undefined };
}

test('stacks take turns at each rate, and one that is done or cannot go on is left out', async () => {
  const [fast, slow, gone] = [newSearch(), newSearch(), newSearch()];
  const tried: string[] = [];
  const names = new Map([
    [fast, 'fast'],
    [slow, 'slow'],
    [gone, 'gone'],
  ]);
  await climbRates([10, 20, 30], objective, 10, [fast, slow, gone], async (rate, search) => {
    tried.push(`${names.get(search)} ${rate}`);
    return search === gone ? undefined : result(rate, search === slow ? 500 : 5);
  });
  assert.deepEqual(tried, ['fast 10', 'slow 10', 'gone 10', 'slow 20', 'fast 20', 'fast 30']);
  assert.deepEqual([fast.highestRate, slow.highestRate, gone.steps], [30, undefined, []]);
});

test('a step lasts until its quantile is more than the maximum, and is not met by fewer calls', async () => {
  assert.equal(stepSeconds(1, objective, 10), 140);
  assert.equal(stepSeconds(1000, objective, 10), 10);
  const short = histogram();
  for (let i = 0; i < 99; i++) short.record(5000);
  const { met } = await climb([10], (rate) => result(rate, 5, { calls: 99, latency: short.toData() }));
  assert.deepEqual(met, [false]);
});

test('all rates meet: the last is the highest', async () => {
  const { highestRate, met } = await climb([10, 20, 30], (rate) => result(rate, 5));
  assert.equal(highestRate, 30);
  assert.deepEqual(met, [true, true, true]);
});

test('two failures end it: the rest is not tried', async () => {
  const { highestRate, tried, met } = await climb([10, 20, 30, 40, 50], (rate) =>
    result(rate, rate > 20 ? 500 : 5),
  );
  assert.equal(highestRate, 20);
  assert.deepEqual(tried, [10, 20, 30, 40]);
  assert.deepEqual(met, [true, true, false, false]);
});

test('a rate that meets after a failure does not count, nor does it stop the search', async () => {
  const { highestRate, tried } = await climb([10, 20, 30, 40, 50], (rate) =>
    result(rate, rate === 20 || rate === 40 ? 500 : 5),
  );
  assert.equal(highestRate, 10);
  assert.deepEqual(tried, [10, 20, 30, 40]);
});

test('when the lowest fails no rate is the highest', async () => {
  const { highestRate } = await climb([10, 20], (rate) => result(rate, rate === 10 ? 500 : 5));
  assert.equal(highestRate, undefined);
  assert.equal((await climb([], (rate) => result(rate, 5))).highestRate, undefined);
});

for (const [what, changes] of [
  ['lost', { lost: 1 }],
  ['dropped', { dropped: 1 }],
  ['wrong', { wrong: 1 }],
  ['throttled', { throttled: { gateway: 1, lambda: 0 } }],
  ['too late by a tenth', { elapsedMs: 11_000 }],
] as const) {
  test(`a request ${what} fails a step whose latency is good`, async () => {
    const { met } = await climb([20], (rate) => result(rate, 5, changes));
    assert.deepEqual(met, [false]);
  });
}

test('the achieved share: what was answered, in the time that it took', () => {
  assert.equal(achievedShare(result(10, 5), 10), 1);
  assert.equal(achievedShare(result(10, 800), 10), 1, 'a slow server that keeps up achieves its rate');
  assert.equal(achievedShare(result(10, 5, { lost: 20 }), 10), 0.8);
  assert.equal(achievedShare(result(10, 5, { throttled: { gateway: 10, lambda: 10 } }), 10), 0.8);
  assert.equal(achievedShare(result(10, 5, { calls: 75, dropped: 25 }), 10), 0.75);
  assert.equal(achievedShare(result(10, 5, { elapsedMs: 20_005 }), 10), 0.5);
  assert.equal(achievedShare(result(0, 5), 10), 0);
});

test('rates that do not ascend are named', async () => {
  for (const rates of [[0], [-1], [10, 10], [20, 10], [Number.NaN]]) {
    await assert.rejects(
      climb(rates, (rate) => result(rate, 5)),
      /^RangeError: rates must be above 0 and ascend; got/,
    );
  }
});
