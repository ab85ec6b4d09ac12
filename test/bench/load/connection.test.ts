import assert from 'node:assert/strict';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:net';
import { test } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { LoadOptions } from '../../../bench/load/apply-load.ts';
import { closedLoad } from '../../../bench/load/closed-load.ts';
import { openLoad } from '../../../bench/load/open-load.ts';
import { listen, serve } from './loopback-server.ts';
import { selfSigned } from './self-signed.ts';

function settings(url: string, changes: Partial<LoadOptions> = {}) {
  return {
    url,
    connections: 1,
    calls: 4,
    seconds: 1,
    timeoutSeconds: 5,
    next: () => ({ method: 'GET', path: '/x' }) as const,
    verify: (_request, { status, body }) => (status === 200 ? undefined : `${status} ${body}`),
    onProgress: () => {},
    signal: new AbortController().signal,
    ...changes,
  } satisfies LoadOptions;
}

const { key, cert } = selfSigned();

test('TLS: a certificate that nobody vouches for is refused, and the reason told', async (t) => {
  let seen = 0;
  const server = createHttpsServer({ key, cert }, (_request, response) => {
    seen++;
    response.end();
  });
  const url = (await listen(t, server)).replace('http:', 'https:');
  const problems: string[] = [];
  const result = await closedLoad(settings(url, { calls: 2, onLost: (problem) => problems.push(problem) }));
  assert.deepEqual([result.lost, result.latency.count, result.connectMs, seen], [2, 2, [], 0]);
  assert.match(problems.join(), /self-signed certificate/);
});

test('the set-up of TCP and TLS is reported apart: no request pays for it', async (t) => {
  setDefaultCACertificates([...getCACertificates('default'), cert]);
  const server = createHttpsServer({ key, cert }, (request, response) => response.end(request.url));
  t.after(() => server.closeAllConnections());
  await listen(t, server);
  const { port } = server.address() as AddressInfo;
  // In front of it, one that lets a second pass before the first byte.
  const slow = createServer((socket) => {
    const onward = connect(port, '127.0.0.1');
    socket.on('error', () => onward.destroy()).on('close', () => onward.destroy());
    onward.on('error', () => socket.destroy()).pipe(socket);
    setTimeout(() => socket.pipe(onward), 1000);
  });
  const url = (await listen(t, slow)).replace('http:', 'https:');
  const result = await closedLoad(settings(url, { connections: 3, calls: 6 }));
  assert.deepEqual([result.calls, result.lost, result.wrong], [6, 0, 0]);
  assert.equal(result.connectMs.length, 3);
  assert.ok(Math.min(...result.connectMs) >= 990, `${result.connectMs}`);
  assert.ok(result.latency.max < 990_000, 'no request waited for a handshake');
});

test('a set-up that takes longer than the time-out loses the request that needs it, by time-out', async (t) => {
  const silent = createServer((socket) => socket.on('error', () => {}));
  const url = (await listen(t, silent)).replace('http:', 'https:');
  const result = await closedLoad(settings(url, { calls: 1, timeoutSeconds: 0.3 }));
  assert.deepEqual([result.calls, result.lost, result.timedOut], [1, 1, 1]);
  assert.ok(result.latency.min >= 300_000);
});

test('a server that closes after each answer: a set-up for each, and nothing lost', async (t) => {
  const url = await serve(t, (_request, response) => response.setHeader('connection', 'close').end('{}'));
  const result = await closedLoad(settings(url, { calls: 7 }));
  assert.deepEqual([result.calls, result.lost, result.connectMs.length], [7, 0, 7]);
});

test('a connection that the server closes while it is idle is set up again', async (t) => {
  const url = await serve(t, (request, response) => {
    response.end('{}', () => setTimeout(() => request.socket.destroy(), 10));
  });
  // Far enough apart that the end of one connection is noticed before the next request is due.
  const load = { ...settings(url, { calls: 3 }), rate: 1.5, arrivals: 'even', seed: 1 } as const;
  const result = await openLoad(load);
  assert.deepEqual([result.calls, result.lost, result.connectMs.length], [3, 0, 3]);
});

test('a refused connection is a lost request that counts with the time-out; the address is told', async (t) => {
  const server = createServer();
  const url = await listen(t, server);
  await new Promise((resolve) => server.close(resolve));
  const problems: string[] = [];
  const onLost = (problem: string) => problems.push(problem);
  const result = await closedLoad(settings(url, { calls: 5, connections: 2, timeoutSeconds: 3, onLost }));
  assert.deepEqual([result.calls, result.lost, result.timedOut, result.latency.count], [5, 5, 0, 5]);
  assert.equal(result.latency.min, 3_000_000);
  assert.equal(problems.length, 3);
  assert.match(problems[0] ?? '', /ECONNREFUSED 127\.0\.0\.1:/);
});

test('requests to a server that goes away end with the hundredth that is lost', async (t) => {
  const url = await serve(t, (request) => request.socket.destroy());
  const result = await closedLoad(settings(url, { calls: 1_000_000, connections: 50 }));
  assert.ok(result.lost >= 100 && result.lost < 150, `${result.lost} lost`);
  assert.equal(result.calls, result.latency.count);
});

test('a body in chunks that cut a character is put together', async (t) => {
  const text = '{"sheep":"🐑 Schäfchen"}';
  const url = await serve(t, async (_request, response) => {
    for (const byte of Buffer.from(text)) {
      response.write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    response.end();
  });
  const verify: LoadOptions['verify'] = (_request, { body }) => (body === text ? undefined : body);
  const result = await closedLoad(settings(url, { calls: 3, verify }));
  assert.deepEqual(result.firstWrong, []);
  assert.deepEqual(result.statuses, { 200: 3 });
});

test('an early hint is not taken for the answer', async (t) => {
  const url = await serve(t, (_request, response) => {
    response.writeEarlyHints({ link: '</style.css>; rel=preload' });
    response.writeProcessing();
    response.end('{}');
  });
  const result = await closedLoad(settings(url));
  assert.deepEqual(result.statuses, { 200: 4 });
});

for (const [what, bytes] of [
  ['cut off', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"half":'],
  ['not HTTP', 'SSH-2.0-OpenSSH_9.6\r\n'],
] as const) {
  test(`an answer that is ${what} is lost`, async (t) => {
    const server = createServer((socket) => {
      socket.on('error', () => {}).once('data', () => socket.end(bytes));
    });
    const result = await closedLoad(settings(await listen(t, server), { calls: 2 }));
    assert.deepEqual([result.calls, result.lost, result.wrong, result.statuses], [2, 2, 0, {}]);
  });
}

test('each request carries the headers that were made for it', async (t) => {
  const seen: string[] = [];
  const url = await serve(t, (request, response) => {
    seen.push(`${request.url} ${request.headers['authorization']}`);
    response.end('{}');
  });
  let made = 0;
  const next = () => ({ method: 'GET', path: `/${made++}` }) as const;
  const headersOf = async ({ path }: { path: string }) => ({ authorization: `signed ${path}` });
  await closedLoad(settings(`${url}/stage/`, { next, headersOf }));
  assert.deepEqual(
    seen,
    [0, 1, 2, 3].map((i) => `/stage/${i} signed /${i}`),
  );
});
