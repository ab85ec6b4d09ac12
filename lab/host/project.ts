import { execFile } from 'node:child_process';
import { access, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The yardstick, installed on first use into the cache, since nothing else of the project needs it. */
const YARDSTICK = 'serverless-offline@14.8.2';

const SERVERLESS_YML = `service: bench-host
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
`;
const HELLO = `export const handler = async () => ({ statusCode: 200, headers: { 'content-type': 'application/json' }, body: '{"ok":true}' });\n`;

/** A function that fails as it is told; it answers with the number that it was asked with. */
const SOAK = `export const handler = async (event) => {
  const { how } = event.pathParameters;
  if (how === 'throw') throw new Error('as told');
  if (how === 'exit') process.exit(3);
  if (how === 'kill') process.kill(process.pid, 'SIGKILL');
  if (how === 'hang') await new Promise((done) => setTimeout(done, 60_000));
  return { statusCode: 200, body: event.queryStringParameters.n };
};
`;

/** Folders of the project that both hosts serve. */
export interface BenchProject {
  readonly folder: string;
  readonly packageDir: string;
  readonly serverless: string;
}

/**
 * Writes and packages the project with one trivial function.
 * @throws Error when the yardstick cannot be installed (no network).
 */
export async function prepareProject(progress: (message: string) => void): Promise<BenchProject> {
  const folder = resolve('.cache/bench-host');
  const modules = join(folder, 'node_modules');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), '{"private":true,"type":"module"}\n');
  await writeFile(join(folder, 'serverless.yml'), SERVERLESS_YML);
  await writeFile(join(folder, 'hello.mjs'), HELLO);
  await writeFile(join(folder, 'soak.mjs'), SOAK);
  const installed = await access(join(modules, 'serverless-offline')).then(
    () => true,
    () => false,
  );
  if (!installed) {
    progress(`installing ${YARDSTICK} into ${folder} (once)`);
    const flags = ['--no-save', '--legacy-peer-deps', '--ignore-scripts', '--no-audit', '--no-fund'];
    await run('npm', ['install', ...flags, YARDSTICK], { cwd: folder });
    // serverless-offline asks for its peer from here.
    await symlink(resolve('node_modules/serverless'), join(modules, 'serverless')).catch(() => undefined);
  }
  const serverless = resolve('node_modules/.bin/serverless');
  await run(serverless, ['package'], { cwd: folder });
  return { folder, packageDir: join(folder, '.serverless'), serverless };
}
