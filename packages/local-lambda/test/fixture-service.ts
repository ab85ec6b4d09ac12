import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { TestContext } from 'node:test';
import { onEnd } from './fixture-package.ts';

/** The Serverless Framework's program, to be run by Node. */
export const SERVERLESS = resolve('node_modules/serverless/bin/serverless.js');

/** Writes a service with the plugin that answers with its stage and a word. */
export async function writeService(project: string, word: string): Promise<void> {
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
}

/** Runs `sls local` on the service: its stage reaches the package, a change is swapped, and SIGTERM ends it. */
export async function checkSlsLocal(t: TestContext, project: string, node: string): Promise<void> {
  await writeService(project, 'one');
  const child = spawn(node, [SERVERLESS, 'local', '--stage', 'test', '--host', 'localhost'], {
    cwd: project,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  onEnd(t, () => {
    child.kill('SIGKILL');
    return exited;
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  const until = async (pattern: RegExp): Promise<string> => {
    for (;;) {
      const found = pattern.exec(output);
      if (found !== null) return found[1] ?? found[0];
      await Promise.race([once(child.stdout, 'data'), exited.then(() => assert.fail(output))]);
    }
  };
  const url = await until(/Try: curl -i '(http:\/\/localhost:[^']+)'/);
  assert.equal(await (await fetch(url)).text(), 'test one');
  await writeSource(project, 'two');
  await until(/packaged and swapped/);
  assert.equal(await (await fetch(url)).text(), 'test two');
  await writeSource(project, 'three');
  child.kill('SIGTERM');
  assert.deepEqual(await exited, [0, null]);
  assert.doesNotMatch(output, /stopping[\s\S]*swapped/);
}

function writeSource(project: string, word: string): Promise<void> {
  const source = `exports.handler = async () => process.env.STAGE + ' ${word}';`;
  return writeFile(join(project, 'hello.js'), source);
}
