import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { strToU8 } from 'fflate';
import { provideRuntimeSdk } from '../../src/runtimes/node/runtime-sdk.ts';
import { onEnd, serve, temporaryFolder, writePackage } from '../fixture-package.ts';

const run = promisify(execFile);

async function writeModule(folder: string, name: string, text: string): Promise<void> {
  await mkdir(join(folder, name), { recursive: true });
  await writeFile(
    join(folder, name, 'package.json'),
    JSON.stringify({ name, version: '3.9.9', main: 'index.js' }),
  );
  await writeFile(join(folder, name, 'index.js'), text);
}

test("functions find the runtime's SDK in their project, by require and by import, after their own", async (t) => {
  const folder = await temporaryFolder(t);
  const modules = join(folder, 'project/node_modules');
  await writeModule(modules, '@aws-sdk/client-fake', "exports.name = require('fake-core');");
  await writeModule(modules, 'fake-core', "module.exports = 'project';");
  const packageDir = await writePackage(join(folder, 'project/.serverless'), {
    required: {
      files: {
        'index.js': strToU8(
          "const { name } = require('@aws-sdk/client-fake'); exports.handler = async () => name;",
        ),
      },
    },
    imported: {
      source: "import { name } from '@aws-sdk/client-fake'; export const handler = async () => name;",
    },
    own: {
      files: {
        'index.js': strToU8(
          "const { name } = require('@aws-sdk/client-fake'); exports.handler = async () => name;",
        ),
        'node_modules/@aws-sdk/client-fake/index.js': strToU8("exports.name = 'own';"),
      },
    },
    naming: { source: "export const handler = () => '@aws-sdk/reviver';" },
    lacking: {
      source:
        "import '@aws-sdk/client-nowhere'; export const other = () => import('@aws-sdk/client-elsewhere'); export const handler = () => 1;",
    },
    core: { files: { 'index.js': strToU8("require('fake-core'); exports.handler = () => 1;") } },
  });
  const host = await serve(t, folder, { packageDir, cacheDir: join(folder, 'cache') });
  assert.equal((await host.invoke('required', {})).payload, 'project');
  assert.equal((await host.invoke('imported', {})).payload, 'project');
  assert.equal((await host.invoke('own', {})).payload, 'own');
  const { errorType, payload } = await host.invoke('lacking', {});
  assert.equal(errorType, 'Runtime.ImportModuleError');
  assert.match(
    (payload as { errorMessage: string }).errorMessage,
    /Lambda's runtime brings @aws-sdk\/client-nowhere; .* --runtime-sdk$/,
  );
  // Nothing else of the project gets in.
  assert.equal((await host.invoke('core', {})).errorType, 'Runtime.ImportModuleError');
  assert.deepEqual(host.notices, [
    "lacking: neither the package nor the project holds @aws-sdk/client-nowhere, @aws-sdk/client-elsewhere, which Lambda's runtime brings; --runtime-sdk installs what is missing",
  ]);
});

/** A registry with one package, for npm itself. */
async function startRegistry(t: TestContext, folder: string, name: string): Promise<string> {
  await writeModule(folder, name, "exports.name = 'installed';");
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: join(folder, name),
  });
  const [{ filename, integrity }] = JSON.parse(stdout) as [{ filename: string; integrity: string }];
  const server = createServer((request, response) => {
    if (request.url?.endsWith('.tgz')) {
      void readFile(join(folder, filename)).then((tarball) => response.end(tarball));
      return;
    }
    const dist = { tarball: `http://${request.headers.host}/one.tgz`, integrity };
    const versions = { '3.9.9': { name, version: '3.9.9', dist } };
    response.end(JSON.stringify({ name, 'dist-tags': { latest: '3.9.9' }, versions }));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onEnd(t, () => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('what no project has is installed on request, once', async (t) => {
  const folder = await temporaryFolder(t);
  const registry = await startRegistry(t, join(folder, 'registry'), '@aws-sdk/client-fake');
  const cacheDir = join(folder, 'cache');
  await mkdir(join(cacheDir, 'runtime-sdk'), { recursive: true });
  await writeFile(join(cacheDir, 'runtime-sdk/.npmrc'), `registry=${registry}\n`);
  const notices: string[] = [];
  for (const round of ['one', 'two']) {
    const codeDir = join(folder, round, 'code');
    await mkdir(join(codeDir, 'f'), { recursive: true });
    await writeFile(join(codeDir, 'f/index.mjs'), "import '@aws-sdk/client-fake';");
    const install = round === 'one';
    await provideRuntimeSdk({
      codeDir,
      packageDirs: [join(folder, 'p')],
      cacheDir,
      install,
      onNotice: (text) => notices.push(text),
    });
    const path = join(folder, round, 'node_modules/@aws-sdk/client-fake/index.js');
    assert.equal(await readFile(path, 'utf8'), "exports.name = 'installed';");
  }
  assert.deepEqual(notices, [`installing @aws-sdk/client-fake into ${join(cacheDir, 'runtime-sdk')} (once)`]);
});
