import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LoadOptions } from '../../../bench/load/apply-load.ts';
import { MAX_UNSERVED } from '../../../bench/load/apply-load.ts';
import { engineOf } from '../../../bench/load/engine.ts';
import { ENGINE_NAMES } from '../../../bench/results/names.ts';
import { histogramQuantile } from '../../../bench/statistics/quantile.ts';
import { serve } from './loopback-server.ts';

/** What every load engine does: one contract, run on each. */
for (const name of ENGINE_NAMES) {
  const apply = await engineOf(name);
  const load = (url: string, options: Partial<LoadOptions>) => {
    let made = 0;
    return apply({
      url,
      connections: 1,
      calls: undefined,
      seconds: 0.3,
      timeoutSeconds: 5,
      next: () => ({ method: 'POST', path: `/echo/${made++}` }),
      verify: ({ path }, { status, body }) =>
        status === 200 && body.endsWith(path) ? undefined : `${path} got ${body}`,
      onProgress: () => {},
      signal: new AbortController().signal,
      ...options,
    });
  };

  test(`${name} makes exactly the calls it is told, and hands each answer to its own request`, async (t) => {
    const seen: string[] = [];
    const url = await serve(t, (request, response) => {
      seen.push(`${request.method} ${request.url}`);
      setTimeout(() => response.end(request.url), Math.random() * 3);
    });
    const result = await load(`${url}/stage`, { calls: 57, connections: 5 });
    assert.equal(result.calls, 57);
    assert.deepEqual(result.statuses, { 200: 57 });
    assert.deepEqual([result.wrong, result.lost, result.latency.count], [0, 0, 57]);
    assert.deepEqual(new Set(seen), new Set(Array.from({ length: 57 }, (_, i) => `POST /stage/echo/${i}`)));
  });

  test(`${name} makes as many connections as it has calls, and no more requests at once than connections`, async (t) => {
    let atOnce = 0;
    let most = 0;
    const url = await serve(t, (request, response) => {
      most = Math.max(most, ++atOnce);
      setTimeout(() => {
        atOnce--;
        response.end(request.url);
      }, 5);
    });
    assert.equal((await load(url, { calls: 2, connections: 5 })).calls, 2);
    assert.equal((await load(url, { calls: 20, connections: 3 })).calls, 20);
    assert.equal(most, 3);
  });

  test(`${name} waits for what is under way when the time is over: the server saw no call that was not counted`, async (t) => {
    let served = 0;
    const url = await serve(t, (request, response) => {
      served++;
      setTimeout(() => response.end(request.url), 40);
    });
    const result = await load(url, { connections: 4, seconds: 0.25 });
    assert.ok(served >= 4, 'a call on each connection');
    assert.equal(result.calls, served);
    assert.equal(result.latency.count, served);
    assert.equal(result.lost, 0);
    const median = histogramQuantile(result.latency, 0.5) ?? 0;
    assert.ok(median > 38_000, `${median} µs`);
  });

  test(`${name} counts a wrong answer, and keeps the first three in words`, async (t) => {
    let answers = 0;
    const url = await serve(t, (request, response) =>
      response.end(answers++ % 2 === 0 ? request.url : 'nonsense'),
    );
    const result = await load(url, { calls: 20 });
    assert.equal(result.wrong, 10);
    assert.deepEqual(result.firstWrong, [
      '/echo/1 got nonsense',
      '/echo/3 got nonsense',
      '/echo/5 got nonsense',
    ]);
  });

  test(`${name} loses a request without an answer: it is not repeated and not forgotten`, async (t) => {
    const seen: (string | undefined)[] = [];
    const url = await serve(t, (request, response) => {
      seen.push(request.url);
      if (seen.length === 3) request.socket.destroy();
      else response.end(request.url);
    });
    const told: string[] = [];
    const result = await load(url, { calls: 6, onLost: (problem) => told.push(problem) });
    assert.equal(result.lost, 1);
    assert.equal(result.wrong, 0);
    assert.equal(new Set(seen).size, seen.length, 'no request twice');
    assert.equal(result.calls, seen.length);
    assert.equal(told.length, 1);
    const middle = histogramQuantile(result.latency, 0.8) ?? 0;
    assert.ok(middle < 5_000_000, 'the time-out that a lost request counts with is in no other latency');
  });

  test(`${name} loses an answer that does not come in time`, async (t) => {
    let answers = 0;
    const url = await serve(t, (request, response) => {
      if (answers++ !== 1) response.end(request.url);
    });
    const { lost, timedOut, calls } = await load(url, { calls: 4, timeoutSeconds: 1 });
    assert.deepEqual([lost, timedOut, calls], [1, 1, 4]);
  });

  test(`${name} ends early when a server loses all`, async (t) => {
    const url = await serve(t, (request) => void request.socket.destroy());
    const { lost, calls } = await load(url, { connections: 20, seconds: 30, timeoutSeconds: 1 });
    assert.ok(lost >= MAX_UNSERVED && lost < MAX_UNSERVED + 100 && lost === calls, `${lost} of ${calls}`);
  });

  test(`${name} stops when it is told to, and when an answer cannot be judged`, async (t) => {
    const url = await serve(t, (request, response) => response.end(request.url));
    const interrupted = new AbortController();
    const isUnderWay = () => setImmediate(() => interrupted.abort());
    const verify = () => void isUnderWay();
    await assert.rejects(load(url, { seconds: 60, verify, signal: interrupted.signal }), {
      name: 'AbortError',
    });
    const judge = () => assert.fail('no judgement');
    await assert.rejects(load(url, { seconds: 60, verify: judge }), /no judgement/);
  });
}

test('autocannon refuses what it cannot do', async () => {
  const apply = await engineOf('autocannon');
  const options = {
    url: 'http://127.0.0.1:9',
    connections: 1,
    calls: 1,
    seconds: 0,
    timeoutSeconds: 1,
    next: () => ({ method: 'GET', path: '/' }) as const,
    verify: () => undefined,
    onProgress: () => {},
    signal: new AbortController().signal,
  };
  await assert.rejects(apply({ ...options, headersOf: async () => ({}) }), /autocannon has no headersOf/);
  await assert.rejects(apply({ ...options, afterAnswer: async () => {} }), /autocannon has no afterAnswer/);
});
