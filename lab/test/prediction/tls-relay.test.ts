import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { makeCertificates } from '../../prediction/certificates.ts';
import { openTlsRelay, type Traffic } from '../../prediction/tls-relay.ts';

const hasOpenssl = await promisify(execFile)('openssl', ['version']).then(
  () => true,
  () => false,
);

test('the relay speaks TLS with a chain of its own, and tells which answers came from the database', {
  skip: !hasOpenssl && 'there is no openssl',
}, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'tls-relay-test-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const database = createServer((_, response) => response.end('sheep'));
  database.listen(0, '127.0.0.1');
  await once(database, 'listening');
  t.after(() => database.close());
  await writeFile(join(folder, 'roots.pem'), '');
  const certificates = await makeCertificates(join(folder, 'made'), join(folder, 'roots.pem'));
  const seen: Traffic[] = [];
  const { port } = database.address() as AddressInfo;
  const relay = await openTlsRelay(`http://127.0.0.1:${port}`, certificates, (one) => seen.push(one));
  const ca = await readFile(certificates.bundleFile);
  const asked = request(relay.url, { ca, agent: false }).end();
  const [response] = await once(asked, 'response');
  assert.equal(Buffer.concat(await response.toArray()).toString(), 'sheep');
  await relay.close();
  assert.equal(relay.connections(), 1);
  assert.equal(seen[0]?.direction, 'sent');
  assert.ok(seen.some(({ direction, fromService }) => direction === 'answered' && !fromService));
  assert.ok(seen.some(({ fromService }) => fromService));
});
