import assert from 'node:assert/strict';
import { lstat, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { placeCode } from '../../src/deployment-package/place-code.ts';
import { removeFolder } from '../../src/deployment-package/read-only-folder.ts';
import { startHost, temporaryFolder } from '../fixture-package.ts';

test('a folder is copied as a zip of it would hold it, read-only, and can be removed', async (t) => {
  const folder = await temporaryFolder(t);
  const source = join(folder, 'source');
  await mkdir(join(source, 'lib'), { recursive: true });
  await writeFile(join(source, 'lib/a.js'), 'a');
  await writeFile(join(source, 'run'), '#!/bin/sh', { mode: 0o755 });
  await symlink('lib', join(source, 'link'));
  const target = join(folder, 'target');
  assert.equal(await placeCode({ kind: 'folder', path: source }, target), 11);
  assert.equal(await readFile(join(target, 'link/a.js'), 'utf8'), 'a');
  const modes = ['.', 'lib', 'lib/a.js', 'run'].map(
    async (name) => (await lstat(join(target, name))).mode & 0o777,
  );
  assert.deepEqual(await Promise.all(modes), [0o555, 0o555, 0o444, 0o555]);
  await removeFolder(target);
  await assert.rejects(lstat(target), { code: 'ENOENT' });
  await removeFolder(target);
});

test('links out of a folder, to nothing and in a circle are refused', async (t) => {
  const folder = await temporaryFolder(t);
  const cases: [string, RegExp][] = [
    ['/etc/hostname', /"link" is refused: it is a link that leads outside/],
    ['nothing', /"link" is refused: it is a link to nothing/],
    ['.', /is refused: a link in it leads back to it/],
  ];
  for (const [i, [to, message]] of cases.entries()) {
    const source = join(folder, `source-${i}`);
    await mkdir(source);
    await symlink(to, join(source, 'link'));
    const placed = placeCode({ kind: 'folder', path: source }, join(folder, `target-${i}`));
    await assert.rejects(placed, { name: 'LocalLambdaError', message });
  }
});

test('a function cannot write into its package, or is told of when the host is root', async (t) => {
  const source = `import { writeFileSync } from 'node:fs';
  export const handler = () => { try { writeFileSync('new.txt', 'x'); return 'wrote'; } catch (error) { return error.code; } };`;
  const host = await startHost(t, { writes: { source } });
  const { payload } = await host.invoke('writes', {});
  const isRoot = process.getuid?.() === 0;
  assert.equal(payload, isRoot ? 'wrote' : 'EACCES');
  await host.dropEnvironments('writes');
  const told = (): boolean =>
    host.notices.some((notice) => /^writes: wrote to its package \(.*\)/.test(notice));
  for (let i = 0; isRoot && i < 500 && !told(); i += 1) await new Promise((done) => setTimeout(done, 10));
  assert.equal(told(), isRoot);
});
