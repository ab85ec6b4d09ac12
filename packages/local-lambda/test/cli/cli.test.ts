import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import manifest from '../../../../package.json' with { type: 'json' };
import { renderInvocation, renderReady } from '../../src/cli/render.ts';
import { temporaryFolder, writePackage } from '../fixture-package.ts';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
/** Node's own folder for it would be in the one that must be empty in the end. */
const COMPILE_CACHE = join(ROOT, '.cache/compile');
const CLI = join(ROOT, 'packages/local-lambda/src/cli.ts');
/** What `npm run local` gives to Node, the program included. */
const [, ...SCRIPT] = manifest.scripts.local.split(' ');

test('npm run local serves, shows each invocation, keeps its log, and ends on SIGTERM', async (t) => {
  const folder = await temporaryFolder(t);
  const source = 'export const handler = () => "hi";';
  const packageDir = await writePackage(join(folder, 'package'), {
    hello: { source, routes: ['GET /hello'] },
  });
  const logs = join(folder, 'logs');
  const args = [...SCRIPT, '--package', packageDir, '--logs', logs, '--port', '0'];
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { ...process.env, TMPDIR: folder, NODE_COMPILE_CACHE: COMPILE_CACHE },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  const until = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const found = pattern.exec(output);
      if (found !== null) return found;
      await once(child.stdout, 'data');
    }
  };
  const [, url = ''] = await until(/Try: curl -i '([^']+)'\n/);
  assert.equal(await (await fetch(url)).text(), 'hi');
  await until(/hello +[\d.]+ ms .*cold, init [\d.]+ ms\n/);
  child.kill('SIGTERM');
  assert.deepEqual(await once(child, 'exit'), [0, null]);
  assert.deepEqual((await readdir(folder)).sort(), ['logs', 'package']);

  const printed = spawn(process.execPath, [CLI, 'logs', 'hello', '--logs', logs], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [text] = (await once(printed.stdout, 'data')) as [Buffer];
  assert.match(text.toString(), /INIT_START.*\n.*START.*\n.*END.*\n.*REPORT/);
});

test('wrong options and packages end with one line and code 2', async (t) => {
  const folder = await temporaryFolder(t);
  for (const args of [
    ['--port', '70000'],
    ['--package', folder],
    ['logs', 'none', '--logs', folder],
  ]) {
    const child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    let error = '';
    child.stderr.on('data', (chunk) => {
      error += chunk;
    });
    assert.deepEqual(await once(child, 'close'), [2, null]);
    assert.match(error, /^[^\n]+\n$/);
  }
});

test('an invocation in one line', () => {
  const report = {
    requestId: 'a',
    durationMs: 8.114,
    initMs: 140.53,
    memorySizeMb: 128,
    maxMemoryUsedMb: 23,
  };
  assert.equal(
    renderInvocation('get-dog', report),
    'get-dog                              8.11 ms     23 MB  cold, init 140.53 ms',
  );
  const failed = { ...report, initMs: undefined, functionError: 'KeyError' };
  assert.equal(
    renderInvocation('get-dog', failed),
    'get-dog                              8.11 ms     23 MB  error KeyError',
  );
  assert.equal(
    renderInvocation('get-dog', { ...failed, status: 'timeout', functionError: 'Sandbox.Timedout' }),
    'get-dog                              8.11 ms     23 MB  timeout',
  );
});

test('a host without functions says so, in place of a call that cannot be made', () => {
  const host = { url: 'http://127.0.0.1:3000', token: undefined, routes: [], functions: [] };
  assert.equal(
    renderReady(host, 'logs'),
    [
      'No functions yet.',
      'Logs: logs; local-lambda logs prints them',
      'Try: aws lambda list-functions --endpoint-url http://127.0.0.1:3000',
      'Stop with Ctrl-C.',
      '',
    ].join('\n'),
  );
});
