import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { BuildOptions } from 'esbuild';
import fc from 'fast-check';
import type { ImportNode } from '../../startup/import-tree.ts';
import { medianTree, renderTree, totalMs } from '../../startup/import-tree.ts';
import { nodeImports, timedBundle } from '../../startup/node-imports.ts';
import { readImportTime } from '../../startup/python-imports.ts';

const ROOT = join(import.meta.dirname, '../../..');
const OPTIONS = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  mainFields: ['module', 'main'],
} satisfies BuildOptions;

/** The imports of the cat with something more before them. */
async function importsOf(more: string): Promise<ImportNode> {
  // Within the project, where its packages are found, but outside its sources.
  const cache = join(ROOT, '.cache');
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'bench-startup-test-'));
  try {
    const entry = join(folder, 'entry.ts');
    await writeFile(entry, `${more}\nexport * from '../../src/functions/get-cat/handler.ts';\n`);
    return await nodeImports(await timedBundle(ROOT, entry, OPTIONS, join(folder, 'timed.mjs')), {});
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('a heavy package in one function is what the tree points at', async () => {
  const light = await importsOf('');
  const weight = `import { DynamoDB } from '@aws-sdk/client-dynamodb';\nprocess.emit('heavy' as never, DynamoDB as never);`;
  const runs = [await importsOf(weight), await importsOf(weight), await importsOf(weight)];
  const heavy = medianTree(runs);
  const names = (node: ImportNode): string[] => [node.name, ...node.children.flatMap(names)];
  assert.ok(!names(light).includes('@aws-sdk/client-dynamodb'));
  // What else this machine does adds to a run, and takes nothing away.
  const least = (name: string) =>
    Math.min(...runs.flatMap(({ children }) => children.filter((one) => one.name === name).map(totalMs)));
  const dearest = heavy.children.map(({ name }) => name).toSorted((a, b) => least(b) - least(a))[0];
  assert.equal(dearest, '@aws-sdk/client-dynamodb');
  assert.match(renderTree(heavy, 10), /\n +[\d.]+ +[\d.]+ {4}@aws-sdk\/client-dynamodb\n/);
});

test('modules of Node stand where they are imported first', async () => {
  const tree = await importsOf("import { gzipSync } from 'node:zlib';\ngzipSync('a');");
  assert.ok(tree.children.some(({ name }) => name === 'node:zlib'));
});

test('what -X importtime writes becomes the tree of who imports whom', () => {
  const text = `import time: self [us] | cumulative | imported package
import time:      1000 |       1000 |     inner
import time:       500 |       1500 |   outer
import time:       250 |        250 |   other
import time:      2000 |       3750 | top
import time:       100 |        100 | last
`;
  const node = (name: string, selfMs: number, ...children: ImportNode[]): ImportNode => ({
    name,
    selfMs,
    children,
  });
  assert.deepEqual(
    readImportTime(text, 'handler'),
    node(
      'imports of handler',
      0,
      node('top', 2, node('outer', 0.5, node('inner', 1)), node('other', 0.25)),
      node('last', 0.1),
    ),
  );
});

const tree = fc.letrec<{ node: ImportNode }>((tie) => ({
  node: fc.record({
    name: fc.stringMatching(/^[a-z]{1,8}$/),
    selfMs: fc.integer({ min: 0, max: 1000 }),
    children: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.constant([]),
      fc.array(tie('node'), { maxLength: 4 }),
    ),
  }),
})).node;

test('a rendered tree has no more lines than asked for, and its first is the total', () => {
  fc.assert(
    fc.property(tree, fc.integer({ min: 1, max: 12 }), (node, limit) => {
      const [, ...lines] = renderTree(node, limit).split('\n');
      assert.ok(lines.length >= 1 && lines.length <= limit);
      assert.equal(Number(lines[0]?.trim().split(/\s+/)[0]), totalMs(node));
    }),
  );
});

test('of several runs the one with the median total is shown', () => {
  const run = (selfMs: number) => ({ name: 'a', selfMs, children: [] });
  assert.equal(medianTree([run(9), run(1), run(5)]).selfMs, 5);
});
