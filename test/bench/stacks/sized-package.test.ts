import assert from 'node:assert/strict';
import { access, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { sizeTurns } from '../../../bench/stacks/size-turns.ts';
import { sizedPackage } from '../../../bench/stacks/sized-package.ts';

const TEMPLATE = 'cloudformation-template-update-stack.json';

async function emptyFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sized-package-test-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test('a package of another memory size differs in that alone, and shares the code', async (t) => {
  const folder = await emptyFolder(t);
  const packageDir = join(folder, 'package');
  await mkdir(packageDir);
  const resources = (MemorySize: number) => ({
    Cat: { Type: 'AWS::Lambda::Function', Properties: { MemorySize, Handler: 'cat.handler' } },
    Table: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 'sheep' } },
  });
  await writeFile(join(packageDir, TEMPLATE), JSON.stringify({ Resources: resources(128) }));
  await writeFile(join(packageDir, 'cat.zip'), 'code');
  for (const memoryMb of [256, 512]) {
    const sized = await sizedPackage(packageDir, memoryMb, join(folder, 'sized'));
    const { Resources } = JSON.parse(await readFile(join(sized, TEMPLATE), 'utf8'));
    assert.deepEqual(Resources, resources(memoryMb));
    assert.equal(await readFile(join(sized, 'cat.zip'), 'utf8'), 'code');
  }
  await rm(join(folder, 'sized'), { recursive: true });
  await access(join(packageDir, 'cat.zip'));
});

test('a turn of another size sets it, one of the same size forces a cold start, and all is undone together', async () => {
  const done: string[] = [];
  const tell = (text: string) => Promise.resolve(void done.push(text));
  const sizes = {
    set: (name: string, mb: number) => tell(`${name} ${mb}`),
    restore: () => tell('sizes back'),
  };
  const cold = { force: (name: string) => tell(`cold ${name}`), restore: () => tell('variables back') };
  const turns = sizeTurns(sizes, cold, (name) => `shed-${name}`);
  const [small, large] = [turns(128), turns(512)];
  await small.force('get-cat');
  await large.force('get-cat');
  await large.force('get-cat');
  await small.force('get-cat');
  await large.restore();
  await small.force('get-cat');
  const back = ['sizes back', 'variables back'];
  assert.deepEqual(done, [
    ...['shed-get-cat 128', 'shed-get-cat 512', 'cold get-cat', 'shed-get-cat 128'],
    ...[...back, 'shed-get-cat 128'],
  ]);
});
