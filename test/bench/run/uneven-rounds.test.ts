import assert from 'node:assert/strict';
import { test } from 'node:test';
import { costFiguresOf } from '../../../bench/analysis/cost.ts';
import { METRICS } from '../../../bench/analysis/metrics.ts';
import { measureSynthetic } from '../measure-synthetic.ts';

/** 20 ms for a scan of 20 sheep, and for a put. */
const SLOW = { factor: 1000 };

for (const isRemote of [false, true]) {
  const where = isRemote ? 'on AWS' : 'on this machine';

  test(`a Poisson round without an arrival moves no REPORT line into another round, ${where}`, async () => {
    const flags = { rate: '3', arrivals: 'poisson', duration: '5', herd: '20', warmUp: '0' };
    const { scenarios, warnings } = await measureSynthetic('dog', flags, [{ ...SLOW, isRemote }]);
    for (const { rounds, reported, violations } of scenarios) {
      const calls = rounds.map(({ load }) => load.calls);
      assert.ok(calls.includes(0) && calls.some((some) => some > 1), calls.join(' '));
      assert.deepEqual([violations, warnings], [[], []]);
      assert.equal(
        reported?.invocations,
        calls.reduce((sum, some) => sum + some, 0),
      );
      assert.ok(rounds.every(({ brokenOff }) => brokenOff === undefined));
      if (isRemote) continue;
      assert.deepEqual(
        rounds.map((round) => round.reported?.invocations ?? 0),
        calls,
      );
    }
  });

  test(`a round that is broken off stays out of duration, billed duration and cost, ${where}`, async () => {
    const flags = { calls: '800', rounds: '4', herd: '20', warmUp: '0', connections: '1' };
    // In round 2 every other request is lost, and the others are answered late and without a write.
    const refusal = { millis: 500, answer: { status: 500, body: '' } };
    const fate = (call: number) =>
      call > 200 && call <= 400 ? (call % 2 === 0 ? 'lost' : refusal) : undefined;
    const kinds = [
      { factor: 1000, isRemote },
      { factor: 1000, isRemote, fate },
    ];
    const { scenarios, result, warnings } = await measureSynthetic('sheep', flags, kinds);
    const [well, ill] = scenarios as [(typeof scenarios)[number], (typeof scenarios)[number]];
    assert.deepEqual(
      ill.rounds.map(({ brokenOff }) => brokenOff === undefined),
      [true, false, true, true],
    );
    assert.deepEqual(warnings, []);
    assert.equal(ill.reported?.invocations, 600);
    for (const name of ['p50', 'max', 'throughput', 'duration', 'billed'] as const) {
      assert.equal(Number(METRICS[name].of(result, ill)), Number(METRICS[name].of(result, well)), name);
    }
    const remote = { ...result, plan: { ...result.plan, isRemote: true } };
    assert.ok(costFiguresOf(remote, well));
    assert.deepEqual(costFiguresOf(remote, ill), costFiguresOf(remote, well));
  });
}

test('a warm-up that failed breaks its round off, and is made good in the next one on new environments', async () => {
  for (const [freshEvery, isFresh] of [
    ['0', [false, false, false, false]],
    ['1', [true, true, true, true]],
    ['3', [true, true, false, true]],
  ] as const) {
    const flags = { calls: '40', rounds: '4', herd: '20', connections: '1', warmUp: '0.2', freshEvery };
    const fate = (call: number) => (call === 1 ? 'lost' : undefined);
    const { courses, scenarios, stacks } = await measureSynthetic('dog', flags, [{ ...SLOW, fate }]);
    const [{ rounds }] = courses as [(typeof courses)[number]];
    assert.match(rounds[0]?.result.brokenOff ?? '', /none of 1 requests was answered in the warm-up/);
    assert.deepEqual(
      rounds.map(({ result }) => result.isFresh),
      isFresh,
    );
    assert.equal(stacks[0]?.dropped(), isFresh.filter(Boolean).length);
    assert.deepEqual(
      rounds.slice(1).map(({ uncounted }) => uncounted.warmUp > 1),
      [true, isFresh[2], isFresh[3]],
      'the second round is warmed up, the others when their environments are new',
    );
    assert.deepEqual(
      scenarios[0]?.rounds.map(({ load, reported }) => [load.calls, reported?.invocations]),
      [[0, undefined], ...[10, 10, 10].map((calls) => [calls, calls])],
    );
    assert.deepEqual(scenarios[0]?.violations, []);
  }
});
