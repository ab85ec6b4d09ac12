import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LoadOptions } from '../../../bench/load/apply-load.ts';
import { closedLoad } from '../../../bench/load/closed-load.ts';
import type { Connect } from '../../../bench/load/connection.ts';
import type { OpenLoadOptions } from '../../../bench/load/open-load.ts';
import { openLoad } from '../../../bench/load/open-load.ts';
import { histogramQuantile } from '../../../bench/statistics/quantile.ts';
import type { Clock } from '../../../bench/world/clock.ts';
import { virtualClock } from '../virtual-clock.ts';
import { serve } from './loopback-server.ts';

function settings(url: string) {
  let made = 0;
  return {
    url,
    connections: 8,
    calls: undefined,
    seconds: 1,
    timeoutSeconds: 5,
    rate: 100,
    arrivals: 'even',
    seed: 1,
    next: () => ({ method: 'GET', path: `/echo/${made++}` }),
    verify: ({ path }, { status, body }) =>
      status === 200 && body === path ? undefined : `${path}: ${body}`,
    onProgress: () => {},
    signal: new AbortController().signal,
  } satisfies OpenLoadOptions;
}

const STALL = { from: 1000, to: 2000 };

/** Connections to a server that holds back all answers from the first to the second second; times are virtual. */
function stalling(clock: Clock, answerMs: number): Connect {
  return () => ({
    isOpen: () => true,
    open: async () => undefined,
    async send({ path }) {
      const sentAt = clock.now();
      const isStalled = sentAt >= STALL.from && sentAt < STALL.to;
      const waitMs = isStalled ? STALL.to - sentAt : answerMs;
      if (waitMs > 0) await clock.sleep(waitMs);
      const answer = { status: 200, body: path };
      return { answer, problem: undefined, isTimedOut: false, sentAt, endedAt: clock.now() };
    },
    close: () => undefined,
  });
}

for (const [connections, what] of [
  [128, 'with a connection for each'],
  [8, 'when most of them must wait for a connection'],
] as const) {
  test(`a stall of 1 s at 100 requests/s is seen by each request planned in it, ${what}`, async () => {
    const clock = virtualClock();
    const plan = { ...settings('http://stalling.invalid'), connections, seconds: 4 };
    const result = await clock.run(openLoad({ ...plan, clock, connect: stalling(clock, 0) }));
    assert.deepEqual(
      [result.calls, result.latency.count, result.lost, result.dropped, result.wrong],
      [400, 400, 0, 0, 0],
    );
    // A request due in the stall waits for its end: 100 of 400 with 1 000, 990, … 10 ms, the others with none.
    const expected = Array.from({ length: 400 }, (_, i) => i * 10)
      .map((due) => (due >= STALL.from && due < STALL.to ? STALL.to - due : 0))
      .sort((a, b) => a - b);
    for (const fraction of [0.5, 0.75, 0.8, 0.9, 0.95, 0.99, 1]) {
      const ms = (histogramQuantile(result.latency, fraction) ?? Number.NaN) / 1000;
      const byArithmetic = expected[Math.ceil(fraction * 400) - 1] ?? Number.NaN;
      // The histogram keeps 1 part in 2 000.
      assert.ok(
        Math.abs(ms - byArithmetic) <= byArithmetic / 2000,
        `p${fraction * 100}: ${ms}, not ${byArithmetic} ms`,
      );
    }
    assert.equal(expected[395], 960, 'the p99 by arithmetic');
  });
}

test('the same stall all but vanishes in the closed model, where few requests meet it', async () => {
  const clock = virtualClock();
  const plan = { ...settings('http://stalling.invalid'), connections: 1, seconds: 4 };
  const closed: LoadOptions = { ...plan, clock, connect: stalling(clock, 1) };
  const { latency } = await clock.run(closedLoad(closed));
  assert.equal(latency.max, 1_000_000, 'the one request under way waited for the end of the stall');
  assert.equal(histogramQuantile(latency, 0.99), 1000, 'the p99 shows nothing of it');
});

test('it sends at the planned times although no answer comes, up to its connections; the rest is dropped', async (t) => {
  const seen: string[] = [];
  const url = await serve(t, (request) => {
    seen.push(request.url ?? '');
  });
  const result = await openLoad({ ...settings(url), connections: 10, seconds: 0.5, timeoutSeconds: 1 });
  assert.equal(seen.length, result.calls, 'the server saw what was counted as sent');
  assert.equal(result.calls + result.dropped, 50, 'every planned request is in the account');
  assert.ok(result.calls >= 10 && result.dropped > 0, `${result.calls} sent, ${result.dropped} dropped`);
  assert.deepEqual([result.lost, result.timedOut], [result.calls, result.calls]);
  assert.equal(result.latency.count, 50, 'what was dropped is in the percentiles too');
  assert.ok(result.latency.min >= 1_000_000, 'each counts with the time-out at least');
});

test('one slow request holds up one connection, not the plan', async (t) => {
  let answered = 0;
  let answerSlow = (): void => undefined;
  const url = await serve(t, (request, response) => {
    const answer = () => response.end(request.url);
    if (request.url === '/echo/0') answerSlow = answer;
    else answer();
    answered += 1;
    // Most of the plan goes on while the first request waits.
    if (answered === 90) answerSlow();
  });
  const result = await openLoad({ ...settings(url), connections: 2, seconds: 1, timeoutSeconds: 60 });
  assert.deepEqual([result.calls, result.lost, result.dropped], [100, 0, 0]);
  // From the first request to the ninetieth of a plan of 100 a second.
  assert.ok(result.latency.max >= 880_000, `${result.latency.max} µs`);
});

test('Poisson arrivals: as many requests as the seed says', async (t) => {
  const url = await serve(t, (request, response) => response.end(request.url));
  const load = { ...settings(url), arrivals: 'poisson', rate: 200, seconds: 0.5, seed: 9 } as const;
  const first = await openLoad(load);
  const again = await openLoad({ ...load, verify: () => undefined });
  assert.equal(first.calls, again.calls);
  assert.equal(first.wrong, 0);
  assert.notEqual(first.calls, (await openLoad({ ...load, seed: 10, verify: () => undefined })).calls);
});

test('makes exactly the calls it is told', async (t) => {
  const url = await serve(t, (request, response) => response.end(request.url));
  const result = await openLoad({ ...settings(url), calls: 37, rate: 1000, connections: 3 });
  assert.deepEqual(result.statuses, { 200: 37 });
});

test('a rate far beyond what can be sent neither hangs nor loses count', async (t) => {
  const url = await serve(t, (request, response) => response.end(request.url));
  const result = await openLoad({ ...settings(url), rate: 1_000_000, seconds: 0.02 });
  assert.equal(result.calls + result.dropped, 20_000);
  assert.equal(result.wrong, 0);
});

test('a server that refuses everything ends it early, with all that was due in the account', async (t) => {
  const url = await serve(t, (request) => request.socket.destroy());
  const problems: string[] = [];
  const onLost = (problem: string) => problems.push(problem);
  const result = await openLoad({ ...settings(url), rate: 1000, seconds: 60, onLost });
  assert.ok(result.lost >= 100 && result.lost < 120, `${result.lost} lost`);
  assert.equal(problems.length, 3);
});

test('it stops when it is told to, also between two requests that lie far apart', async (t) => {
  const url = await serve(t, (request, response) => response.end(request.url));
  const signal = AbortSignal.timeout(150);
  await assert.rejects(openLoad({ ...settings(url), rate: 0.01, seconds: 600, signal }), {
    name: 'TimeoutError',
  });
});

test('a rate that is none is named', async () => {
  for (const rate of [0, -1, Number.NaN, Infinity]) {
    await assert.rejects(
      openLoad({ ...settings('http://127.0.0.1:1'), rate }),
      /^RangeError: rate must be .*above 0/,
    );
  }
});

test('an answer that cannot be judged ends the load with that error', async (t) => {
  const url = await serve(t, (request, response) => response.end(request.url));
  const verify = () => {
    throw new Error('no judgement');
  };
  await assert.rejects(openLoad({ ...settings(url), seconds: 60, verify }), /no judgement/);
});
