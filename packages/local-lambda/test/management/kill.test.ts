import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { zipSync } from 'fflate';
import { startLocalLambda } from '../../src/start.ts';
import { onEnd, temporaryFolder } from '../fixture-package.ts';

const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));

test('what was answered before kill -9 is there again', async (t) => {
  const folder = await temporaryFolder(t);
  const state = join(folder, 'state');
  const child = spawn(process.execPath, [CLI, 'serve', '--state', state, '--port', '0'], { cwd: folder });
  const exited = once(child, 'exit');
  onEnd(t, () => {
    child.kill('SIGKILL');
    return exited;
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
    });
  }
  while (!/endpoint-url (http\S+)/.test(output)) await once(child.stdout, 'data');
  assert.match(output, /holds no Serverless project: an empty platform starts/);
  const [, url] = /endpoint-url (http\S+)/.exec(output) ?? [];
  const source = new TextEncoder().encode("export const handler = async () => 'kept';");
  const body = (name: string) =>
    JSON.stringify({
      FunctionName: name,
      Runtime: `nodejs${process.versions.node.split('.')[0]}.x`,
      Handler: 'index.handler',
      Role: 'arn:aws:iam::000000000000:role/any',
      Code: { ZipFile: Buffer.from(zipSync({ 'index.mjs': source })).toString('base64') },
    });
  const answered: string[] = [];
  // It is killed while some of these are under way.
  const creating = Array.from({ length: 20 }, async (_, i) => {
    const response = await fetch(`${url}/2015-03-31/functions`, { method: 'POST', body: body(`f${i}`) });
    if (response.status === 201) answered.push(`f${i}`);
    if (answered.length === 5) child.kill('SIGKILL');
  });
  await Promise.allSettled(creating);
  await exited;
  assert.ok(answered.length >= 5);
  const host = await startLocalLambda({ packageDir: [], logsDir: join(folder, 'logs'), state });
  onEnd(t, host.close);
  const names = new Set(host.functions.map(({ name }) => name));
  assert.deepEqual(
    answered.filter((name) => !names.has(name)),
    [],
  );
  assert.equal((await host.invoke(answered[0] ?? '', {})).payload, 'kept');
});
