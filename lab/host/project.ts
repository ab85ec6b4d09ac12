import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Lab, ROOT } from '../experiment.ts';

const run = promisify(execFile);
const PACKAGE_LIMIT_MS = 120_000;
const INSTALL_LIMIT_MS = 600_000;

/** The yardstick, installed on first use into the cache, since nothing else of the project needs it. */
const YARDSTICK = 'serverless-offline@14.8.2';

const FILES = {
  'package.json': '{"private":true,"type":"module"}\n',
  'serverless.yml': `service: bench-host
frameworkVersion: '4'
plugins: [serverless-offline]
provider:
  name: aws
  runtime: nodejs24.x
  region: eu-west-3
  memorySize: 1024
  timeout: 10
package:
  individually: true
  patterns: ['!**', 'hello.mjs', 'soak.mjs']
functions:
  hello:
    handler: hello.handler
    events: [{ httpApi: 'GET /hello' }]
  soak:
    handler: soak.handler
    memorySize: 128
    timeout: 2
    events: [{ httpApi: 'GET /soak/{how}' }]
`,
  'hello.mjs': `export const handler = async () => ({ statusCode: 200, headers: { 'content-type': 'application/json' }, body: '{"ok":true}' });\n`,
  // Fails as it is told, and answers with the number that it was asked with.
  'soak.mjs': `export const handler = async (event) => {
  const { how } = event.pathParameters;
  if (how === 'throw') throw new Error('as told');
  if (how === 'exit') process.exit(3);
  if (how === 'kill') process.kill(process.pid, 'SIGKILL');
  if (how === 'header') return { statusCode: 200, headers: { 'x-a': 'a\\0b' } };
  if (how === 'object') return { statusCode: 200, headers: { 'x-a': { b: 1 } } };
  if (how === 'hang') await new Promise((done) => setTimeout(done, 60_000));
  return { statusCode: 200, body: event.queryStringParameters.n };
};
`,
};

/** Folders of the project that both hosts serve. */
export interface HostedProject {
  readonly folder: string;
  readonly packageDir: string;
}

/** Writes and packages a project of trivial functions. @throws Error when the yardstick cannot be installed. */
export async function prepareProject({ progress, signal }: Lab): Promise<HostedProject> {
  const folder = join(ROOT, '.cache/bench-host');
  const modules = join(folder, 'node_modules');
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(FILES)) await writeFile(join(folder, name), text);
  if (!existsSync(join(modules, 'serverless-offline'))) {
    progress.line(`installing ${YARDSTICK} into ${folder} (once)`);
    const flags = ['--no-save', '--legacy-peer-deps', '--ignore-scripts', '--no-audit', '--no-fund'];
    const limits = { cwd: folder, timeout: INSTALL_LIMIT_MS, signal };
    await run('npm', ['install', ...flags, YARDSTICK], limits);
    // serverless-offline asks for its peer from here.
    await symlink(join(ROOT, 'node_modules/serverless'), join(modules, 'serverless')).catch(() => undefined);
  }
  progress.step('packaging the project (sls package)');
  const serverless = join(modules, 'serverless/bin/serverless.js');
  await run(process.execPath, [serverless, 'package'], { cwd: folder, timeout: PACKAGE_LIMIT_MS, signal });
  return { folder, packageDir: join(folder, '.serverless') };
}
