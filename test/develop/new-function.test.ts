import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { readFunctionName } from '../../develop/function-name.ts';

const ROOT = join(import.meta.dirname, '../..');
const NAME = 'count-goats';

/** What of the project a new function needs or changes. */
const COPIED = [
  'package.json',
  'biome.json',
  'tsconfig.json',
  '.gitignore',
  'serverless.yml',
  'docs/hosts.md',
  'src',
  'develop',
  'test/contracts',
];

const run = async (cwd: string, program: string, ...args: string[]) =>
  promisify(execFile)(program, args, { cwd, env: { PATH: '' }, timeout: 60_000 }).catch(
    ({ code, stdout, stderr, message }) => ({ code, stdout, stderr: `${stderr}${message}` }),
  );

test('a new function passes lint, types, its test and its contract, and is in template and documents', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'test-new-function-'));
  t.after(() => rm(folder, { recursive: true }));
  for (const path of COPIED) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await cp(join(ROOT, path), join(folder, path), { recursive: true });
  }
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));

  const { stdout, stderr } = await run(folder, process.execPath, 'develop/new-function.ts', NAME);
  assert.equal(stderr, '');
  assert.match(stdout, /^Written:\n {2}src\/functions\/count-goats\/run\.ts\n/);

  const files = [...stdout.matchAll(/^ {2}(\S+\.ts)$/gm)].map(([, file = '']) => file);
  assert.equal(files.length, 5);
  const biome = join(ROOT, 'node_modules/.bin/biome');
  const linted = await run(folder, process.execPath, biome, 'check', '--error-on-warnings', ...files);
  assert.equal('code' in linted, false, linted.stderr);
  const config = join(folder, 'tsconfig.new.json');
  await writeFile(config, JSON.stringify({ extends: './tsconfig.json', include: [], files }));
  const typed = await run(folder, process.execPath, join(ROOT, 'node_modules/.bin/tsc'), '-p', config);
  assert.equal(typed.stdout, '');
  const tested = await run(folder, process.execPath, `test/functions/${NAME}.test.ts`);
  assert.match(tested.stdout, /pass 2\n.*fail 0\n/);

  const { FUNCTIONS } = await import(join(folder, 'src/functions/catalogue.ts'));
  const { CASES } = await import(join(folder, 'test/contracts/function-cases.ts'));
  const portable = FUNCTIONS.at(-1);
  assert.deepEqual(portable.http, { routes: [`GET /${NAME}`], success: 200 });
  const cases = CASES.filter(({ functionName }: { functionName: string }) => functionName === NAME);
  assert.equal(JSON.stringify(await portable.run(cases[0].event, {})), cases[0].outcome);
  await assert.rejects(portable.run(cases[1].event, {}), cases[1].outcome);

  const template = parse(await readFile(join(folder, 'serverless.yml'), 'utf8'), { logLevel: 'silent' });
  assert.equal(template.functions[0].countGoats.role, 'CountGoatsRole');
  assert.ok(template.resources[0].Resources.CountGoatsRole);
  assert.ok(template.resources[0].extensions.HttpApiRouteGetCountDashgoats);
  assert.match(JSON.stringify(template.resources[0].Outputs.LogGroups), /CountGoatsLogGroup"\]/);
  assert.match(
    await readFile(join(folder, 'docs/hosts.md'), 'utf8'),
    /one of post-sheep, .*, count-goats \|/,
  );

  const again = await run(folder, process.execPath, 'develop/new-function.ts', NAME);
  assert.match(again.stderr, /^there is a function count-goats already\n/);
});

test('a name is a verb and a noun; all else is refused', () => {
  assert.deepEqual(readFunctionName('count-old-goats2', []), {
    kebab: 'count-old-goats2',
    camel: 'countOldGoats2',
    pascal: 'CountOldGoats2',
    constant: 'COUNT_OLD_GOATS2',
  });
  for (const name of [
    '',
    'goat',
    'Count-Goats',
    'count_goats',
    '-count',
    'count-',
    '../x-y',
    'a-1',
    `a-${'b'.repeat(29)}`,
  ]) {
    assert.throws(() => readFunctionName(name, []), /must be a verb and a noun/, name);
  }
});
