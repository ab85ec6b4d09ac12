import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startHost, temporaryFolder, writePackage } from './fixture-package.ts';

const SOURCE = 'export const handler = () => ({ env: process.env, cwd: process.cwd() });';

test('the host listens on 127.0.0.1 and nowhere else', async (t) => {
  const host = await startHost(t, { hi: { source: SOURCE } });
  const { hostname, port } = new URL(host.url);
  assert.equal(hostname, '127.0.0.1');
  const other = connect(Number(port), '127.0.0.2');
  const [error] = (await once(other, 'error')) as [NodeJS.ErrnoException];
  // macOS has no second loopback address.
  assert.ok(['ECONNREFUSED', 'EADDRNOTAVAIL', 'ETIMEDOUT'].includes(error.code ?? ''));
});

test('an environment has dummy credentials, its own temporary folder, and works in its task root', async (t) => {
  const host = await startHost(t, { hi: { source: SOURCE } });
  const { env, cwd } = (await host.invoke('hi', {})).payload as { env: Record<string, string>; cwd: string };
  assert.deepEqual(
    [env['AWS_ACCESS_KEY_ID'], env['AWS_SECRET_ACCESS_KEY'], env['AWS_SESSION_TOKEN']],
    ['local-lambda', 'local-lambda', 'local-lambda'],
  );
  assert.equal(cwd, env['LAMBDA_TASK_ROOT']);
  assert.ok(env['TMPDIR'] !== undefined && !cwd.startsWith(env['TMPDIR']));
  assert.equal(env['HOME'], undefined);
});

test('another address to listen on is warned of', async (t) => {
  const folder = await temporaryFolder(t);
  const packageDir = await writePackage(join(folder, 'package'), { hi: { source: SOURCE } });
  const cli = fileURLToPath(new URL('../src/cli.ts', import.meta.url));
  // An address that is no other machine's, but is not the usual one.
  const args = [
    '--package',
    packageDir,
    '--logs',
    join(folder, 'logs'),
    '--port',
    '0',
    '--host',
    '127.0.0.3',
  ];
  const child = spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  const [text] = (await once(child.stderr, 'data')) as [Buffer];
  child.kill('SIGTERM');
  await once(child, 'exit');
  assert.match(text.toString(), /^--host 127\.0\.0\.3: other machines can invoke these functions/);
});
