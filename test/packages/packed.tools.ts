import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { checkSlsLocal } from '../../packages/local-lambda/test/fixture-service.ts';
import { PUBLISHED, packAll } from '../../packages/pack.ts';
import { checkEntries, checkHost, checkInsights, checkTypes, findNodes } from './installed.ts';

const MODULES = resolve('node_modules');
const run = promisify(execFile);
let folder: string;

/** What npm would do, without a registry: the tarballs are unpacked, their dependencies are links to our own. */
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'packed-'));
  const tarballs = await packAll(join(folder, 'tarballs'));
  await mkdir(join(folder, 'node_modules/.bin'), { recursive: true });
  const dependencies = new Set(['dynalite', '@types/node', 'undici-types']);
  for (const [i, name] of PUBLISHED.entries()) {
    const target = join(folder, 'node_modules/@sheep-shed', name);
    await mkdir(target, { recursive: true });
    await run('tar', ['xzf', tarballs[i] ?? '', '--strip-components=1', '-C', target]);
    const manifest = JSON.parse(await readFile(join(target, 'package.json'), 'utf8'));
    for (const dependency of Object.keys(manifest.dependencies)) {
      if (!manifest.bundleDependencies.includes(dependency)) dependencies.add(dependency);
    }
    for (const [command, path] of Object.entries(manifest.bin)) {
      await symlink(join(target, String(path)), join(folder, 'node_modules/.bin', command));
    }
  }
  for (const dependency of dependencies) {
    await mkdir(dirname(join(folder, 'node_modules', dependency)), { recursive: true });
    await symlink(join(MODULES, dependency), join(folder, 'node_modules', dependency));
  }
});
after(() => rm(folder, { recursive: true, force: true }));

test('the packed commands serve a foreign package and query its log, on every Node of the PATH', async (t) => {
  for (const node of await findNodes()) {
    t.diagnostic(node.version);
    await checkInsights(folder, node, await checkHost(t, folder, node));
    await checkEntries(folder, node);
  }
});

test('the packed plugin packages, serves and swaps by sls local, on another Node than this one if there is one', async (t) => {
  const node = (await findNodes()).at(-1);
  t.diagnostic(String(node?.version));
  await checkSlsLocal(t, folder, node?.path ?? process.execPath);
});

test('the packed declarations are those of the library', () =>
  checkTypes(folder, join(MODULES, 'typescript/bin/tsc')));

test('a tarball holds no sources, no tests, and no path of the machine that made it', async () => {
  for (const name of PUBLISHED) {
    const target = join(folder, 'node_modules/@sheep-shed', name);
    const entries = await readdir(target, { recursive: true, withFileTypes: true });
    for (const entry of entries.filter((one) => one.isFile())) {
      const path = relative(target, join(entry.parentPath, entry.name));
      assert.match(
        path,
        /^(package\.json|(README|LANGUAGE)\.md|LICENSE|dist\/|node_modules\/@sheep-shed\/options\/)/,
      );
      assert.ok(!path.endsWith('.ts') || path.endsWith('.d.ts'), path);
      const text = await readFile(join(target, path), 'utf8');
      assert.ok(!text.includes(resolve('.')) && !text.includes(folder), path);
    }
    const manifest = JSON.parse(await readFile(join(target, 'package.json'), 'utf8'));
    const paths = JSON.stringify([manifest.exports, manifest.bin]).match(/\.\/[^"]+\.js/g) ?? [];
    for (const path of paths) assert.ok(await readFile(join(target, path)), path);
  }
});
