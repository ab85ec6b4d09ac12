import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { watchSources } from '../../src/cli/watch.ts';
import { onEnd, temporaryFolder } from '../fixture-package.ts';

test('a package that is something else for a moment is swapped once it is there again', async (t) => {
  const folder = await temporaryFolder(t);
  const packageDir = join(folder, 'build');
  await mkdir(packageDir);
  const template = join(packageDir, 'template.json');
  await writeFile(template, '{}');
  const said: string[] = [];
  const { promise: swapped, resolve } = Promise.withResolvers<void>();
  const unwatch = watchSources({
    packageDir,
    project: folder,
    logsDir: join(folder, 'logs'),
    packageProject: async () => undefined,
    reload: async () => {
      await rm(packageDir);
      await mkdir(packageDir);
      await writeFile(template, '{"new":true}');
      resolve();
    },
    say: (message) => said.push(message),
  });
  onEnd(t, async () => unwatch());
  // Nobody can look into it, and it is different from what was served.
  await rm(packageDir, { recursive: true });
  await writeFile(packageDir, 'a file');
  await swapped;
  assert.deepEqual(said, []);
});
