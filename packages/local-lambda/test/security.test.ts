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
  assert.equal(env['HOME'], env['TMPDIR']);
  assert.deepEqual([env['AWS_CONFIG_FILE'], env['AWS_SHARED_CREDENTIALS_FILE']], ['/dev/null', '/dev/null']);
});

test('names that lead out of the log folder, and variables that Lambda reserves, are refused', async (t) => {
  const start = (properties: Record<string, unknown>) => startHost(t, { hi: { source: SOURCE, properties } });
  const cases: [Record<string, unknown>, RegExp][] = [
    [{ FunctionName: '../../hi' }, /^Resources\.\w+\.Properties\.FunctionName: must be 1 to 140 letters/],
    [{ LoggingConfig: { LogGroup: 'a/../../b' } }, /LoggingConfig\.LogGroup: must be 1 to 512 letters/],
    [{ LoggingConfig: { LogGroup: 'a\0b' } }, /LoggingConfig\.LogGroup: must be/],
    [
      { Environment: { Variables: { AWS_REGION: 'x', _HANDLER: 'y', OWN: 'z' } } },
      /Environment\.Variables: AWS_REGION, _HANDLER cannot be set, Lambda reserves it$/,
    ],
  ];
  for (const [properties, message] of cases) await assert.rejects(start(properties), { message });
});

test('a host that other machines can reach says what requests must carry', async (t) => {
  const folder = await temporaryFolder(t);
  const packageDir = await writePackage(join(folder, 'package'), { hi: { source: SOURCE } });
  const cli = fileURLToPath(new URL('../src/cli.ts', import.meta.url));
  const args = ['--package', packageDir, '--logs', join(folder, 'logs'), '--port', '0', '--host', '0.0.0.0'];
  const child = spawn(process.execPath, [cli, ...args], {
    env: { ...process.env, LOCAL_LAMBDA_TOKEN: 'of-the-environment' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  for await (const chunk of child.stdout) {
    output += chunk;
    if (output.includes('Stop with Ctrl-C')) child.kill('SIGTERM');
  }
  assert.match(output, /^Requests must carry the token of-the-environment: as Authorization: Bearer, /m);
  assert.match(output, /^Try: curl -H 'x-local-lambda-token: of-the-environment' /m);
});
