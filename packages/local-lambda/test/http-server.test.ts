import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { createAdmission } from '../src/admission.ts';
import { type GatewayAnswer, gatewayMessage } from '../src/gateway/answer.ts';
import { startHttpServer } from '../src/http-server.ts';

const LIMITS = { host: '127.0.0.1', port: 0, maxBodiesMb: 1, headerSeconds: 10, requestSeconds: 30 };

/** A server over a handler that misbehaves as its path says, and the faults that were told. */
async function startFaulty(t: TestContext, answers: Readonly<Record<string, () => unknown>>) {
  const faults: string[] = [];
  const server = await startHttpServer(LIMITS, {
    admit: createAdmission('127.0.0.1', undefined),
    handle: async ({ url = '/' }) => answers[url]?.() as GatewayAnswer,
    failed: () => gatewayMessage(500, 'own'),
    onFault: (where, error) => faults.push(`${where}: ${(error as Error).message}`),
  });
  t.after(() => {
    server.destroy();
    return server.close();
  });
  return { url: `http://127.0.0.1:${server.port}`, port: server.port, faults };
}

test("a fault of the host's own ends one request with 500, is told once, and the next is served", async (t) => {
  const answer = (headers: readonly string[], body: unknown = 'x') => ({ status: 200, headers, body });
  const { url, faults } = await startFaulty(t, {
    '/throws': () => {
      throw new RangeError('in the handler');
    },
    '/nothing': () => undefined,
    '/nul': () => answer(['x-a', 'a\0b']),
    '/beyond-latin-1': () => answer(['x-a', '羊']),
    '/name': () => answer(['x a', 'b']),
    '/trailer': () => answer(['trailer', 'x-a']),
    '/status': () => ({ status: 99, headers: [], body: '' }),
    '/body': () => answer([], { not: 'text' }),
    '/fine': () => answer(['x-a', 'b']),
  });
  for (const path of [
    '/throws',
    '/nothing',
    '/nul',
    '/beyond-latin-1',
    '/name',
    '/trailer',
    '/status',
    '/body',
  ]) {
    const before = faults.length;
    const response = await fetch(url + path);
    assert.equal(response.status, 500, path);
    assert.deepEqual(await response.json(), { message: 'own' }, path);
    assert.equal(faults.length, before + 1, path);
    assert.match(faults.at(-1) ?? '', new RegExp(`^GET ${path}: `));
  }
  assert.equal(await (await fetch(`${url}/fine`)).text(), 'x');
});

/** Sends bytes and resolves with all that comes back until the server ends the connection. */
async function exchange(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
  });
  socket.on('error', () => undefined);
  socket.write(bytes);
  await once(socket, 'close');
  return text;
}

test('requests as to a proxy, tunnels and upgrades are answered in HTTP', async (t) => {
  const echo = () => ({ status: 200, headers: [], body: 'served' });
  const { port } = await startFaulty(t, { '/a?b=1': echo, '/': echo });
  const request = (line: string, more = '') =>
    exchange(port, `${line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${more}\r\n`);
  assert.match(await request('GET http://elsewhere:1/a?b=1'), /^HTTP\/1\.1 200 [\s\S]*served$/);
  assert.match(await request('OPTIONS *'), /^HTTP\/1\.1 200 /);
  assert.match(await request('CONNECT localhost:80'), /^HTTP\/1\.1 405 /);
  assert.match(await request('GET /', 'Upgrade: websocket\r\n'), /^HTTP\/1\.1 200 /);
  assert.match(await request('GET /', 'Expect: the-best\r\n'), /^HTTP\/1\.1 417 /);
  assert.match(await exchange(port, 'no HTTP\r\n\r\n'), /^HTTP\/1\.1 400 /);
});

test('the bodies of the requests under way are bounded together, and one that has ended makes room', async (t) => {
  let answer = (): void => undefined;
  const waiting = new Promise<void>((resolve) => {
    answer = resolve;
  });
  let held = (): void => undefined;
  const isHeld = new Promise<void>((resolve) => {
    held = resolve;
  });
  const { url } = await startFaulty(t, {
    '/holds': async () => {
      held();
      await waiting;
      return { status: 200, headers: [], body: 'held' };
    },
    '/': () => ({ status: 200, headers: [], body: 'served' }),
  });
  const body = Buffer.alloc(700_000);
  const holding = fetch(`${url}/holds`, { method: 'POST', body });
  await isHeld;
  const refused = await fetch(url, { method: 'POST', body });
  assert.equal(refused.status, 503);
  assert.deepEqual(await refused.json(), {
    message: 'The bodies of the requests under way hold 1 MB: try again later',
  });
  answer();
  assert.equal(await (await holding).text(), 'held');
  let status = 503;
  // The bytes leave once the server knows that its answer has gone.
  for (let i = 0; i < 100 && status === 503; i += 1)
    status = (await fetch(url, { method: 'POST', body })).status;
  assert.equal(status, 200);
});
