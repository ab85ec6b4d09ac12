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
  patterns: ['!**', 'hello.mjs', 'soak.mjs', 'broken.mjs']
functions:
  hello:
    handler: hello.handler
    events: [{ httpApi: 'GET /hello' }]
  soak:
    handler: soak.handler
    memorySize: 128
    timeout: 2
    events: [{ httpApi: 'GET /soak/{how}' }]
  broken:
    handler: broken.handler
    memorySize: 128
    timeout: 2
    events: [{ httpApi: 'GET /broken' }]
`,
  'hello.mjs': `export const handler = async () => ({ statusCode: 200, headers: { 'content-type': 'application/json' }, body: '{"ok":true}' });\n`,
  // An init that fails, and fails again within the invocation.
  'broken.mjs': "throw new Error('as told');\n",
  'soak.mjs': soakSource(0),
};

/** Code that fails as it is told, and answers with the number that it was asked with and its own version. */
export function soakSource(version: number): string {
  return `const never = () => new Promise((done) => setTimeout(done, 60_000));
const post = (id, kind, body, headers) =>
  fetch(\`http://\${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation/\${id}/\${kind}\`, { method: 'POST', body, headers });
export const handler = async (event, { awsRequestId: id }) => {
  const { how } = event.pathParameters;
  const good = { statusCode: 200, body: \`\${event.queryStringParameters.n} by version ${version}\` };
  switch (how) {
    case 'throw': throw new Error('as told');
    case 'exit': process.exit(3);
    case 'kill': process.kill(process.pid, 'SIGKILL'); break;
    case 'hang': await never(); break;
    case 'nul': return { ...good, headers: { 'x-a': 'a\\0b' } };
    case 'beyond': return { ...good, headers: { 'x-a': '\u20ac' } };
    case 'object': return { ...good, headers: { 'x-a': { b: 1 } } };
    case 'trailer': return { ...good, headers: { Trailer: 'x-a' } };
    // Its connection closes about when the next event is handed over.
    case 'gone': setImmediate(() => process.exit(0)); break;
    case 'silent': await post(id, 'response', JSON.stringify(good)); await never(); break;
    case 'text': await post(id, 'error', 'no JSON'); await never(); break;
    case 'twice': await post(id, 'response', JSON.stringify(good)); break;
    case 'stranger': await post('nobody', 'response', '{}'); break;
  }
  return good;
};
`;
}

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
