import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import tls from 'node:tls';
import { exchangeWith } from '../../../src/adapters/dynamodb/http-exchange.ts';
import { startTlsFront } from './tls-front.ts';

async function listen(t: TestContext, server: Server): Promise<URL> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

test('requests share one connection, and a long answer arrives whole', async (t) => {
  const long = 'ä'.repeat(500_000);
  let connections = 0;
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => response.end(request.method === 'GET' ? 'healthy' : long));
  });
  server.on('connection', () => connections++);
  const { exchange, close } = exchangeWith(await listen(t, server));
  t.after(close);
  t.after(() => server.closeAllConnections());
  assert.equal((await exchange('GET', {}, '')).body, 'healthy');
  assert.equal((await exchange('POST', { host: 'a' }, '{}')).body, long);
  assert.equal((await exchange('POST', {}, '{}')).status, 200);
  assert.equal(connections, 1);
});

test('over TLS the certificate is checked', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'http-exchange-test-'));
  t.after(() => rm(folder, { recursive: true }));
  const server = createServer((request, response) => response.end(request.headers['x-amz-target']));
  const behind = await listen(t, server);
  const front = await startTlsFront(behind.href, folder);
  t.after(() => front.close());
  const { exchange } = exchangeWith(new URL(front.url));
  await assert.rejects(exchange('POST', {}, '{}'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  const usual = tls.getCACertificates();
  t.after(() => tls.setDefaultCACertificates(usual));
  tls.setDefaultCACertificates([await readFile(front.certificateFile, 'utf8')]);
  const { exchange: trusting } = exchangeWith(new URL(front.url));
  assert.equal((await trusting('POST', { 'x-amz-target': 'a' }, '{}')).body, 'a');
});

test('a server that takes the request and stays silent, or breaks off, is an error with a code', async (t) => {
  const silent = createTcpServer(() => undefined);
  const rude = createTcpServer((socket) => {
    socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf');
  });
  const silentAt = await listen(t, silent);
  await assert.rejects(
    exchangeWith(silentAt, { connectMs: 1000, answerMs: 200 }).exchange('POST', {}, '{}'),
    { code: 'ETIMEDOUT' },
  );
  await assert.rejects(exchangeWith(await listen(t, rude)).exchange('POST', {}, '{}'), {
    code: 'ECONNRESET',
  });
  const gone = await listen(t, createTcpServer());
  gone.port = '1';
  await assert.rejects(exchangeWith(gone).exchange('POST', {}, '{}'), { code: 'ECONNREFUSED' });
});
