import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { onEnd, temporaryFolder, writePackage } from '../fixture-package.ts';

const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));

/** The command line in a folder of its own, with all that it has printed so far. */
function start(t: TestContext, cwd: string, ...args: string[]) {
  const child = spawn(process.execPath, [CLI, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
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
  const until = async (pattern: RegExp): Promise<string> => {
    for (;;) {
      const found = pattern.exec(output);
      if (found !== null) return found[1] ?? found[0];
      await new Promise((done) => setTimeout(done, 20));
    }
  };
  return { child, until, exited };
}

const URL_LINE = /Try: curl -i '(http:[^']+)'/;

test('SIGTERM lets what is in flight end, and a second one does not', async (t) => {
  const folder = await temporaryFolder(t);
  const source = `import { writeFileSync } from 'node:fs';
    export const handler = async ({ rawPath }) => {
      writeFileSync(${JSON.stringify(folder)} + rawPath, '');
      await new Promise((done) => setTimeout(done, rawPath === '/short' ? 500 : 60_000));
      return 'done';
    };`;
  const inFlight = async (name: string) => {
    while (!existsSync(join(folder, name))) await new Promise((done) => setTimeout(done, 20));
  };
  const packageDir = await writePackage(join(folder, 'package'), {
    slow: { source, routes: ['GET /short', 'GET /long'], properties: { Timeout: 100 } },
  });
  const args = ['--package', packageDir, '--logs', join(folder, 'logs'), '--port', '0'];
  const drained = start(t, folder, ...args);
  const url = await drained.until(URL_LINE);
  const answer = fetch(url).then((response) => response.text());
  await inFlight('short');
  drained.child.kill('SIGTERM');
  assert.equal(await answer, 'done');
  assert.deepEqual(await drained.exited, [0, null]);

  const killed = start(t, folder, ...args);
  const long = (await killed.until(URL_LINE)).replace('/short', '/long');
  const lost = fetch(long).catch((error: Error) => error);
  await inFlight('long');
  killed.child.kill('SIGTERM');
  await killed.until(/stopping; once more to kill/);
  killed.child.kill('SIGTERM');
  assert.deepEqual(await killed.exited, [1, null]);
  assert.ok((await lost) instanceof Error);
});

test('variables of --env-file reach the functions and beat the template', async (t) => {
  const folder = await temporaryFolder(t);
  const source = 'export const handler = () => [process.env.A, process.env.B];';
  const properties = { Environment: { Variables: { A: 'template', B: 'template' } } };
  const packageDir = await writePackage(join(folder, 'package'), {
    env: { source, routes: ['GET /env'], properties },
  });
  await writeFile(join(folder, 'local.env'), 'A=file\n');
  const args = ['--package', packageDir, '--logs', join(folder, 'logs'), '--port', '0'];
  const { until } = start(t, folder, ...args, '--env-file', 'local.env');
  assert.deepEqual(await (await fetch(await until(URL_LINE))).json(), ['file', 'template']);
});

test('it packages and swaps when a source of a Serverless project changes', async (t) => {
  const project = await temporaryFolder(t);
  const write = (answer: string) =>
    writeFile(join(project, 'hello.js'), `exports.handler = async () => '${answer}';`);
  await writeFile(
    join(project, 'serverless.yml'),
    `service: hello
package: { patterns: ['!**', hello.js] }
provider: { name: aws, runtime: nodejs24.x }
functions: { hello: { handler: hello.handler, events: [{ httpApi: 'GET /hello' }] } }
`,
  );
  await write('one');
  await mkdir(join(project, 'node_modules/.bin'), { recursive: true });
  const program = 'node_modules/.bin/serverless';
  await symlink(resolve(program), join(project, program));
  const { until } = start(t, project, '--port', '0');
  const url = await until(URL_LINE);
  assert.equal(await (await fetch(url)).text(), 'one');
  await write('two');
  await until(/packaged and swapped/);
  assert.equal(await (await fetch(url)).text(), 'two');
  await writeFile(join(project, 'serverless.yml'), 'service: [');
  await until(/packaging failed, the old code stays:/);
  assert.equal(await (await fetch(url)).text(), 'two');
});

test('--watch swaps a package that another tool has made anew', async (t) => {
  const folder = await temporaryFolder(t);
  const build = join(folder, '.aws-sam/build');
  await mkdir(join(folder, '.aws-sam'));
  await cp(fileURLToPath(new URL('../deployment-package/fixtures/sam-build', import.meta.url)), build, {
    recursive: true,
  });
  // In the project's own folder, where boto3 is already.
  const args = ['--package', build, '--logs', join(folder, 'logs'), '--port', '0', '--dynamodb', 'off'];
  const { until } = start(t, process.cwd(), ...args, '--watch', 'on');
  const url = (await until(URL_LINE)).replace(/\/[^/]*$/, '/rest/new');
  assert.equal((await fetch(url)).status, 200);
  await writeFile(
    join(build, 'NodeFunction/index.js'),
    'exports.handler = async () => ({ statusCode: 418 });',
  );
  const template = join(build, 'template.yaml');
  await writeFile(template, await readFile(template, 'utf8'));
  await until(/^swapped$/m);
  assert.equal((await fetch(url)).status, 418);
});

test('logs --follow prints lines as they come and ends on SIGTERM', async (t) => {
  const folder = await temporaryFolder(t);
  const source = 'export const handler = async (event) => { console.log("saw", event.rawPath); };';
  const packageDir = await writePackage(join(folder, 'package'), { hi: { source, routes: ['GET /hi'] } });
  const { until } = start(t, folder, '--package', packageDir, '--logs', 'logs', '--port', '0');
  const url = await until(URL_LINE);
  const followed = start(t, folder, 'logs', 'hi', '--logs', 'logs', '--follow');
  await fetch(url);
  await followed.until(/\tINFO\tsaw \/hi\n.*\tEND .*\n.*\tREPORT /);
  followed.child.kill('SIGTERM');
  assert.deepEqual(await followed.exited, [0, null]);
  assert.ok((await readdir(join(folder, 'logs'))).includes('aws'));
});
