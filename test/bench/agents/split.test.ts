import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readLines, sayLine } from '../../../bench/agents/protocol.ts';
import { arrivalsOf, shareOf, shareOfSlice, slicesOf } from '../../../bench/agents/split.ts';
import { arrivalTimes } from '../../../bench/load/arrivals.ts';
import type { LoadResult } from '../../../bench/results/load-result.ts';
import { mergeLoads } from '../../../bench/results/merge-loads.ts';
import { histogram, MAX_VALUE } from '../../../bench/statistics/histogram.ts';

const agents = fc.integer({ min: 1, max: 30 });

test('shares of a whole number are that number together, and differ by 1 at most', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10_000 }), agents, (total, of) => {
      const shares = Array.from({ length: of }, (_, index) => shareOf(total, index, of));
      assert.equal(
        shares.reduce((sum, one) => sum + one, 0),
        total,
      );
      assert.ok(Math.max(...shares) - Math.min(...shares) <= 1);
    }),
  );
});

test('what all agents send in all slices is the stream that one process sends, time by time', () => {
  fc.assert(
    fc.property(
      fc.record({
        rate: fc.double({ min: 0.5, max: 400, noNaN: true }),
        arrivals: fc.constantFrom('even', 'poisson'),
        seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        calls: fc.option(fc.integer({ min: 1, max: 300 }), { nil: undefined }),
        seconds: fc.double({ min: 0.1, max: 3, noNaN: true }),
      }),
      agents,
      fc.integer({ min: 50, max: 1500 }),
      (plan, of, sliceMs) => {
        const whole = [...arrivalTimes(plan)];
        const slices = [...slicesOf(plan, sliceMs)];
        const sent = Array.from({ length: of }, (_, agent) =>
          slices.flatMap((slice) => {
            // As it goes over the wire.
            const share = JSON.parse(JSON.stringify(shareOfSlice(slice, agent, of)));
            const times = [...arrivalTimes(plan, share)];
            assert.equal(times.length, arrivalsOf(slice, agent, of));
            assert.ok(times.every((at) => slice.fromMs <= at && at < slice.untilMs));
            return times;
          }),
        );
        sent.forEach((times, agent) => {
          assert.deepEqual(
            times,
            whole.filter((_, number) => number % of === agent),
          );
        });
        assert.equal(
          slices.reduce((sum, slice) => sum + slice.arrivals, 0),
          whole.length,
        );
      },
    ),
  );
});

const MICROS = fc.oneof(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 0, max: MAX_VALUE }));

test('what agents measured merges to what one histogram of all values holds, bucket by bucket', () => {
  fc.assert(
    fc.property(fc.array(fc.array(MICROS), { minLength: 1, maxLength: 6 }), (parts) => {
      const whole = histogram();
      for (const value of parts.flat()) whole.record(value);
      const loads = parts.map((values, index) => loadOf(values, index));
      const merged = mergeLoads('open', JSON.parse(JSON.stringify(loads)), 1000);
      assert.deepEqual(merged.latency, whole.toData());
      assert.equal(merged.calls, parts.flat().length);
      assert.equal(merged.lost, parts.length);
      assert.deepEqual(merged.statuses, { 200: parts.flat().length, 503: parts.length });
      assert.deepEqual(merged.throttled, { gateway: 0, lambda: parts.length });
      assert.deepEqual(merged.firstWrong, parts.map((_, index) => `wrong ${index}`).slice(0, 3));
      assert.equal(merged.elapsedMs, 1000);
    }),
  );
});

function loadOf(values: readonly number[], index: number): LoadResult {
  const latency = histogram();
  for (const value of values) latency.record(value);
  return {
    model: 'open',
    calls: values.length,
    latency: latency.toData(),
    statuses: { 200: values.length, 503: 1 },
    lost: 1,
    timedOut: 0,
    dropped: 0,
    throttled: { gateway: 0, lambda: 1 },
    wrong: 1,
    firstWrong: [`wrong ${index}`],
    elapsedMs: index,
    connectMs: [],
  };
}

test('lines arrive whole, however the response is cut', async () => {
  const said = [
    { kind: 'progress', answers: 1 },
    { kind: 'refused', message: 'no scenario “cow”' },
  ] as const;
  const bytes = Buffer.from(said.map(sayLine).join(''));
  for (let at = 0; at <= bytes.length; at++) {
    const chunks = (async function* () {
      yield bytes.subarray(0, at);
      yield bytes.subarray(at);
    })();
    assert.deepEqual(await Array.fromAsync(readLines(chunks)), said);
  }
  const cut = (async function* () {
    yield bytes.subarray(0, -4);
  })();
  await assert.rejects(Array.fromAsync(readLines(cut)), /the response was cut off after/);
  const flood = (async function* () {
    for (;;) yield Buffer.alloc(1_000_000, ' ');
  })();
  const heard = Array.fromAsync(readLines(flood));
  await assert.rejects(heard, /a response of more than 5000000 bytes/);
});
