import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { temporaryFolder } from './fixture-package.ts';

const run = promisify(execFile);
const SERVERLESS = resolve('node_modules/serverless/bin/serverless.js');

/** A service that answers with its stage and a word. */
async function writeService(t: TestContext, word: string): Promise<string> {
  const project = await temporaryFolder(t);
  await symlink(resolve('node_modules'), join(project, 'node_modules'));
  await writeFile(
    join(project, 'serverless.yml'),
    `service: hello
plugins: ['@sheep-shed/local-lambda']
custom: { localLambda: { port: 0, logs: logs } }
package: { patterns: ['!**', hello.js] }
provider: { name: aws, runtime: nodejs24.x, environment: { STAGE: '\${sls:stage}' } }
functions: { hello: { handler: hello.handler, events: [{ httpApi: 'GET /hello' }] } }
`,
  );
  await writeSource(project, word);
  return project;
}

const writeSource = (project: string, word: string) =>
  writeFile(join(project, 'hello.js'), `exports.handler = async () => process.env.STAGE + ' ${word}';`);

test('sls local packages the service with its own options, serves it, and swaps it on a change', async (t) => {
  const project = await writeService(t, 'one');
  const child = spawn(process.execPath, [SERVERLESS, 'local', '--stage', 'test', '--host', 'localhost'], {
    cwd: project,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  const until = async (pattern: RegExp): Promise<string> => {
    for (;;) {
      const found = pattern.exec(output);
      if (found !== null) return found[1] ?? found[0];
      await once(child.stdout, 'data');
    }
  };
  const url = await until(/Try: curl -i '(http:\/\/localhost:[^']+)'/);
  assert.equal(await (await fetch(url)).text(), 'test one');
  await writeSource(project, 'two');
  await until(/packaged and swapped/);
  assert.equal(await (await fetch(url)).text(), 'test two');
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  assert.deepEqual(await exited, [0, null]);
});

test('sls local shows its settings and where they come from, and names a wrong one', async (t) => {
  const project = await writeService(t, 'one');
  const local = (...args: string[]) =>
    run(process.execPath, [SERVERLESS, 'local', ...args], { cwd: project });
  const { stdout } = await local('--show-config', '--max-environments', '3', '--env', 'A=1', '--env', 'B=2');
  assert.match(stdout, /^--logs +logs +custom\.localLambda\n--port +0 +custom\.localLambda\n/);
  assert.match(stdout, /^--max-environments +3 +command line$/m);
  assert.match(stdout, /^--env +A=1 B=2 +command line$/m);
  await assert.rejects(local('--port', 'x'), ({ stdout: said }) => {
    assert.match(said, /^--port must be a whole number from 0 to 65535; got "x"$/m);
    assert.doesNotMatch(said, /\n {4}at /);
    return true;
  });
});
