/** Worker and client over TLS, with a certificate of an authority of our own. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { startRabbitmq } from '../../../rabbitmq/start-rabbitmq.ts';
import { openAmqpClient } from '../../../src/hosts/worker/client.ts';
import { startWorker } from './start-worker.ts';

test('amqps: with the authority it is trusted, without it is not', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'test-tls-'));
  const [certificate, key] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const words = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', ...names];
  await promisify(execFile)('openssl', [...words, '-keyout', key, '-out', certificate], { timeout: 20_000 });
  const broker = await startRabbitmq({ tls: { certificate, key } });
  const settings = { AMQP_URL: broker.tlsUrl, HOST_FUNCTIONS: 'echo', AMQP_TLS_CA: certificate };
  const host = await startWorker(settings);
  const client = await openAmqpClient({ url: broker.tlsUrl, tls: { ca: await readFile(certificate) } });
  t.after(async () => {
    await client.close();
    await host.stop();
    await broker.stop();
    await rm(folder, { recursive: true });
  });
  assert.deepEqual(await client.call('echo', { secret: 1 }), { secret: 1 });
  await assert.rejects(openAmqpClient({ url: broker.tlsUrl, openTimeoutMs: 2_000 }), {
    code: 'CONNECTION_LOST',
  });
});
