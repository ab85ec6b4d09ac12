/** What a stranger does: `npm install` of each tarball alone, from the registry, on the Nodes that are supported. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { packAll } from '../../packages/pack.ts';
import {
  checkEntries,
  checkHost,
  checkInsights,
  commandsIn,
  findNodes,
  type Node,
  writeForeignPackage,
} from './installed.ts';

const run = promisify(execFile);
let folder: string;
let nodes: readonly Node[];

/** Installs packages into an empty folder of their own. */
async function install(name: string, ...packages: string[]): Promise<string> {
  const target = join(folder, name);
  await mkdir(target, { recursive: true });
  await writeFile(join(target, 'package.json'), '{ "private": true, "allowScripts": { "node": true } }');
  await run('npm', ['install', '--no-audit', '--no-fund', ...packages], { cwd: target });
  return target;
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'installed-'));
  const [host = '', insights = ''] = await packAll(join(folder, 'tarballs'));
  await install('host', host);
  await install('insights', insights);
  const target = await install('node-22', 'node@22');
  const path = join(target, 'node_modules/node/bin/node');
  const { stdout } = await run(path, ['--version']);
  nodes = [...(await findNodes()), { path, version: stdout.trim() }];
});
after(() => rm(folder, { recursive: true, force: true }));

test('local-lambda brings its libraries with what these need and no more, and says what a template with tables needs besides', async () => {
  const target = join(folder, 'host');
  assert.deepEqual(
    (await readdir(join(target, 'node_modules'))).filter((name) => !name.startsWith('.')).sort(),
    [
      // Spans, loaded with --otlp alone.
      '@opentelemetry',
      '@sheep-shed',
      'ajv',
      // of prom-client
      'bintrees',
      ...['fast-deep-equal', 'fast-uri', 'json-schema-traverse'],
      'pend',
      'prom-client',
      'require-from-string',
      'tdigest',
      'ws',
      'yaml',
      'yauzl',
    ],
  );
  const packageDir = await writeForeignPackage(target);
  for (const node of nodes) {
    const started = commandsIn(target, node).run('local-lambda', '--package', packageDir, '--port', '0');
    await assert.rejects(started, {
      code: 2,
      stderr: /^the template has DynamoDB tables .* npm install .*\n$/,
    });
  }
});

test('each package works alone, on Node 20, 22 and 24', async (t) => {
  const target = join(folder, 'host');
  await run('npm', ['install', '--no-audit', '--no-fund', 'dynalite@4'], { cwd: target });
  const majors = nodes.map(({ version }) => version.split('.')[0]);
  for (const major of ['v20', 'v22', 'v24'])
    if (!majors.includes(major)) t.diagnostic(`passed over: ${major}`);
  for (const node of nodes) {
    t.diagnostic(node.version);
    await checkEntries(target, node);
    await checkInsights(join(folder, 'insights'), node, await checkHost(t, target, node));
  }
});
