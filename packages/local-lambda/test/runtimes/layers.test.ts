import assert from 'node:assert/strict';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { strToU8, zipSync } from 'fflate';
import { preparePython } from '../../src/runtimes/python/prepare-python.ts';
import { serve, temporaryFolder, writePackage } from '../fixture-package.ts';

const layer = (name: string) => ({
  Type: 'AWS::Lambda::LayerVersion',
  Properties: { Content: { S3Bucket: 'b', S3Key: `serverless/x/${name}.zip` } },
});
const ELSEWHERE = 'arn:aws:lambda:eu-west-3:123456789012:layer:tools:7';

const NODE = `const { execFileSync } = require('node:child_process');
exports.handler = async () => [require('shared'), require('lower'), require('given'),
  execFileSync('tool').toString().trim(), process.env.LD_LIBRARY_PATH];`;
const PYTHON = `import os, shared, lower
def handler(event, context):
    return [shared.NAME, lower.NAME, os.environ["PATH"].split(":")[-1]]
`;
const AGAIN = `exports.handler = async () => require('shared');`;

test('layers of the package and of --layer are merged, the last on top, for Node, Python and programs', async (t) => {
  const python = await preparePython('.cache', () => undefined);
  const folder = await temporaryFolder(t);
  const packageDir = join(folder, 'package');
  const Layers = [{ Ref: 'Lower' }, { Ref: 'Upper' }, ELSEWHERE];
  await writePackage(
    packageDir,
    {
      node: { files: { 'index.js': strToU8(NODE) }, properties: { Layers } },
      again: { files: { 'index.js': strToU8(AGAIN) }, properties: { Layers: [{ Ref: 'Lower' }] } },
      python: { files: { 'index.py': strToU8(PYTHON) }, properties: { Layers, Runtime: 'python3.13' } },
    },
    { Lower: layer('lower'), Upper: layer('upper'), Unused: layer('nowhere') },
  );
  const module = (text: string) => strToU8(`module.exports = '${text}';`);
  const lower = {
    'nodejs/node_modules/shared/index.js': module('lower'),
    'nodejs/node_modules/lower/index.js': module('lower'),
    'python/shared.py': strToU8('NAME = "lower"'),
    'python/lib/python3.13/site-packages/lower.py': strToU8('NAME = "lower"'),
    'extensions/watch': strToU8('#!/bin/sh\n'),
  };
  const upper = {
    'nodejs/node_modules/shared/index.js': module('upper'),
    'python/shared.py': strToU8('NAME = "upper"'),
  };
  await writeFile(join(packageDir, 'lower.zip'), zipSync(lower));
  await writeFile(join(packageDir, 'upper.zip'), zipSync(upper));
  const tools = join(folder, 'tools');
  const modules = join(tools, `nodejs/node${process.versions.node.split('.')[0]}/node_modules/given`);
  await mkdir(join(tools, 'bin'), { recursive: true });
  await mkdir(modules, { recursive: true });
  await writeFile(join(modules, 'index.js'), "module.exports = 'given';");
  await writeFile(join(tools, 'bin/tool'), '#!/bin/sh\necho tool\n');
  await chmod(join(tools, 'bin/tool'), 0o755);

  const host = await serve(t, folder, { packageDir, layers: { [ELSEWHERE]: tools } });
  const [shared, low, given, tool, libraries] = (await host.invoke('node', {})).payload as string[];
  assert.deepEqual([shared, low, given, tool], ['upper', 'lower', 'given', 'tool']);
  assert.match(libraries ?? '', /\/lib$/);
  assert.equal((await host.invoke('again', {})).payload, 'lower');
  if (python.ready) {
    const [name, other, path] = (await host.invoke('python', {})).payload as string[];
    assert.deepEqual([name, other], ['upper', 'lower']);
    assert.match(path ?? '', /\/layers\/\d+\/bin$/);
  } else t.diagnostic(`passed over: ${python.reason}`);
  const arn = (id: string) => `arn:aws:lambda:eu-west-3:000000000000:layer:${id}:1`;
  assert.deepEqual(
    host.notices.filter((notice) => notice.includes('layer')).toSorted(),
    [
      `${arn('Lower')}: extensions are not started (watch)`,
      `${arn('Lower')}, ${arn('Upper')}, ${ELSEWHERE}: extensions are not started (watch)`,
    ].toSorted(),
  );
});
