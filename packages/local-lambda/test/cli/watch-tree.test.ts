import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { watchTree } from '../../src/cli/watch-tree.ts';
import { onEnd, temporaryFolder } from '../fixture-package.ts';

test('changes at any depth are heard, also in folders that are new or made anew, and none that are ignored', async (t) => {
  const root = await temporaryFolder(t);
  await mkdir(join(root, 'a/b'), { recursive: true });
  await mkdir(join(root, 'a/node_modules/x'), { recursive: true });
  const heard: string[] = [];
  let wake = (): void => undefined;
  const stop = watchTree(
    root,
    (path) => basename(path) === 'node_modules',
    (path) => {
      heard.push(path.slice(root.length + 1));
      wake();
    },
  );
  onEnd(t, stop);
  const hearing = async (path: string): Promise<void> => {
    while (!heard.includes(path)) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    heard.length = 0;
  };
  const write = (path: string) => writeFile(join(root, path), 'x');

  await write('a/node_modules/x/ignored.js');
  await write('a/b/one.js');
  await hearing('a/b/one.js');
  await mkdir(join(root, 'a/new'));
  await hearing('a/new');
  await write('a/new/two.js');
  await hearing('a/new/two.js');
  await rm(join(root, 'a/new'), { recursive: true });
  await hearing('a/new');
  await mkdir(join(root, 'a/new'));
  await hearing('a/new');
  await write('a/new/three.js');
  await hearing('a/new/three.js');
  await rm(join(root, 'a/node_modules'), { recursive: true });
  stop();
  assert.ok(!heard.some((path) => path.includes('node_modules')));
});
