import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClosedLoadOptions } from '../../../bench/load/closed-load.ts';
import { closedLoad } from '../../../bench/load/closed-load.ts';
import { serve } from './loopback-server.ts';

function load(url: string, options: Partial<ClosedLoadOptions>) {
  let made = 0;
  return closedLoad({
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
}

test('makes exactly the calls it is told, and hands each answer to its own request', async (t) => {
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

test('when the time is over it waits for what is under way: the server saw no call that was not counted', async (t) => {
  let served = 0;
  const url = await serve(t, (request, response) => {
    served++;
    setTimeout(() => response.end(request.url), 40);
  });
  const result = await load(url, { connections: 4, seconds: 0.25 });
  assert.equal(result.calls, served);
  assert.equal(result.latency.count, served);
  assert.equal(result.lost, 0);
});

test('a wrong answer is counted, and the first three are kept in words', async (t) => {
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

test('a request without an answer is lost, not repeated and not forgotten', async (t) => {
  const seen: (string | undefined)[] = [];
  const url = await serve(t, (request, response) => {
    seen.push(request.url);
    if (seen.length === 3) request.socket.destroy();
    else response.end(request.url);
  });
  const result = await load(url, { calls: 6 });
  assert.equal(result.lost, 1);
  assert.equal(new Set(seen).size, seen.length, 'no request twice');
  assert.equal(result.calls, seen.length);
});

test('an answer that does not come in time is lost', async (t) => {
  let answers = 0;
  const url = await serve(t, (request, response) => {
    if (answers++ !== 1) response.end(request.url);
  });
  const result = await load(url, { calls: 4, timeoutSeconds: 1 });
  assert.equal(result.lost, 1);
});

test('it stops when it is told to', async (t) => {
  const url = await serve(t, (request, response) => response.end(request.url));
  const interrupted = new AbortController();
  setTimeout(() => interrupted.abort(), 100);
  await assert.rejects(load(url, { seconds: 60, signal: interrupted.signal }), { name: 'AbortError' });
});
