import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { startHost, type TestHost } from '../fixture-package.ts';

const ECHO = 'export const handler = async (event) => event.body?.length ?? 0;';

/** Sends a beginning, then one byte now and then; resolves with all that came back when the host ends it. */
function trickle(host: TestHost, beginning: string, rest: string): Promise<string> {
  const { hostname, port } = new URL(host.url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    // Before anything is sent: what is written to a socket that is not yet connected waits in its order.
    socket.write(beginning);
    let at = 0;
    const timer = setInterval(() => socket.write(rest[at++ % rest.length] ?? ''), 20);
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearInterval(timer);
      resolve(answer);
    });
  });
}

test('clients that are too slow with their headers or their body are cut off with 408', async (t) => {
  const host = await startHost(
    t,
    { echo: { source: ECHO, routes: ['POST /'] } },
    { headerSeconds: 0.2, requestSeconds: 0.5 },
  );
  const headers = await trickle(host, 'POST / HTTP/1.1\r\nHost: localhost\r\nX-Long: ', 'x');
  assert.match(headers, /^HTTP\/1\.1 408 Request Timeout/);
  const body = 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n';
  assert.match(await trickle(host, body, 'x'), /^HTTP\/1\.1 408 Request Timeout/);
  assert.deepEqual(await host.logLines('echo'), []);
  assert.equal(await (await fetch(host.url, { method: 'POST', body: 'abc' })).text(), '3');
});

test('20 MB are refused, announced or chunked, and the host goes on', async (t) => {
  const host = await startHost(t, { echo: { source: ECHO, routes: ['POST /'] } });
  const bytes = new Uint8Array(20_000_000);
  const announced = await fetch(host.url, { method: 'POST', body: bytes }).catch(() => undefined);
  // A client that is still sending may see the end of its connection before the answer.
  assert.ok(announced === undefined || announced.status === 413);
  const { hostname, port } = new URL(host.url);
  const answer = await new Promise<string>((resolve) => {
    const socket = connect(Number(port), hostname);
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
    socket.write('POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n');
    const piece = Buffer.concat([Buffer.from('f4240\r\n'), Buffer.alloc(1_000_000), Buffer.from('\r\n')]);
    for (let i = 0; i < 20; i += 1) socket.write(piece);
  });
  assert.match(answer, /^HTTP\/1\.1 413 /);
  assert.equal(await (await fetch(host.url, { method: 'POST', body: 'abc' })).text(), '3');
});

test('clients that go away in the middle of their body never reach the function', async (t) => {
  const host = await startHost(t, { echo: { source: ECHO, routes: ['POST /'] } });
  const { hostname, port } = new URL(host.url);
  for (let i = 0; i < 20; i += 1) {
    const socket = connect(Number(port), hostname, () =>
      socket.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf', () =>
        socket.destroy(),
      ),
    );
    await new Promise((resolve) => socket.once('close', resolve));
  }
  assert.equal(await (await fetch(host.url, { method: 'POST', body: 'abc' })).text(), '3');
  const starts = (await host.logLines('echo')).filter((line) => line.startsWith('START'));
  assert.equal(starts.length, 1);
});
