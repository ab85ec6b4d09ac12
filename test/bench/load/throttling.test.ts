import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closedLoad } from '../../../bench/load/closed-load.ts';
import { openLoad } from '../../../bench/load/open-load.ts';
import { throttlerOf } from '../../../bench/load/throttling.ts';
import { histogramQuantile } from '../../../bench/statistics/quantile.ts';
import { serve } from './loopback-server.ts';

const GATEWAY = '{"message":"Too Many Requests"}';
const LAMBDA = '{"message":"Service Unavailable"}';

test('who throttled is told by status and body, and a slow 503 is no throttling', () => {
  const rows: readonly [
    status: number,
    body: string,
    millis: number,
    by: 'gateway' | 'lambda' | undefined,
  ][] = [
    [429, GATEWAY, 5, 'gateway'],
    [429, '', 5, 'gateway'],
    [429, '{"Message":"Rate Exceeded."}', 5, 'lambda'],
    [503, LAMBDA, 5, 'lambda'],
    [503, LAMBDA, 30_010, undefined],
    [503, '{"message":"maintenance"}', 5, undefined],
    [500, '{"message":"Internal Server Error"}', 5, undefined],
    [200, '{"message":"Service Unavailable"}', 5, undefined],
  ];
  for (const [status, body, millis, by] of rows) {
    assert.equal(throttlerOf({ status, body }, millis), by, `${status} ${body} after ${millis} ms`);
  }
});

/** A stage that throttles by the last digit of a path, and load on it. */
async function stage(t: Parameters<typeof serve>[0]) {
  let made = 0;
  const url = await serve(t, (request, response) => {
    const digit = request.url?.at(-1);
    if (digit === '1') response.writeHead(429).end(GATEWAY);
    else if (digit === '2') response.writeHead(503).end(LAMBDA);
    else response.end('fine');
  });
  const judged: string[] = [];
  const options = {
    url,
    connections: 5,
    calls: 20,
    seconds: 1,
    timeoutSeconds: 7,
    next: () => ({ method: 'GET', path: `/${made++}` }) as const,
    verify: ({ path }: { path: string }, { body }: { body: string }) => {
      judged.push(path);
      return body === 'fine' ? undefined : body;
    },
    onProgress: () => undefined,
    signal: new AbortController().signal,
  };
  return { options, judged };
}

test('what is throttled is counted by itself, is no wrong answer and no quick one', async (t) => {
  for (const load of [
    closedLoad,
    (options: Awaited<ReturnType<typeof stage>>['options']) =>
      openLoad({ ...options, calls: 20, rate: 2000, arrivals: 'even', seed: 1 }),
  ]) {
    const { options, judged } = await stage(t);
    const { calls, throttled, wrong, lost, statuses, latency } = await load(options);
    assert.deepEqual([calls, throttled, wrong, lost], [20, { gateway: 2, lambda: 2 }, 0, 0]);
    assert.deepEqual(statuses, { 200: 16, 429: 2, 503: 2 });
    assert.equal(judged.length, 16);
    const [median = 0, most = 0] = [0.5, 0.9].map((of) => histogramQuantile(latency, of));
    assert.ok(median < 1e6 && most > 6.9e6, `${median} ${most}`);
  }
});

test('a stage that throttles all is not asked to the end', async (t) => {
  const { options } = await stage(t);
  const all = {
    ...options,
    calls: 1000,
    connections: 100,
    next: () => ({ method: 'GET', path: '/1' }) as const,
  };
  const { calls, throttled } = await closedLoad(all);
  // Beside the hundredth, what was under way is waited for.
  assert.ok(calls >= 100 && calls < 300, `${calls}`);
  assert.deepEqual(throttled, { gateway: calls, lambda: 0 });
});
