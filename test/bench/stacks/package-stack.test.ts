import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import {
  appendFile,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { preparePython } from '@sheep-shed/local-lambda';
import CATALOGUE from '../../../bench/stacks/catalogue.json' with { type: 'json' };
import { STACKS, type StackRow } from '../../../bench/stacks/catalogue.ts';
import { missingCompiler, packageStack } from '../../../bench/stacks/package-stack.ts';
import { copyProject } from '../../../bench/stacks/project-copy.ts';

const ROOT = join(import.meta.dirname, '../../..');
const LIMIT_MS = 120_000;
const TEMPLATE = 'cloudformation-template-update-stack.json';
const never = new AbortController().signal;

/** A copy of the project with one more stack, `second`: a folder and a row of the catalogue. */
async function projectWithSecond(root: string): Promise<StackRow> {
  await copyProject(ROOT, root, [STACKS.python]);
  for (const part of ['bench', 'rabbitmq']) await cp(join(ROOT, part), join(root, part), { recursive: true });
  await symlink(join(ROOT, 'packages'), join(root, 'packages'));
  await mkdir(join(root, '.cache'));
  for (const name of await readdir(join(ROOT, '.cache'))) {
    if (name.startsWith('python-')) await symlink(join(ROOT, '.cache', name), join(root, '.cache', name));
  }
  const folder = 'reference/second';
  await rename(join(root, STACKS.python.folder), join(root, folder));
  const template = join(root, folder, 'serverless.yml');
  const text = await readFile(template, 'utf8');
  await writeFile(
    template,
    text.replaceAll(/(sheep-shed-(\$\{sls:stage\}-)?|stack: |saved-queries\.cjs\):)python/g, '$1second'),
  );
  const second = { ...CATALOGUE.python, about: 'a second Python', folder };
  await writeFile(join(root, 'bench/stacks/catalogue.json'), JSON.stringify({ ...CATALOGUE, second }));
  return second;
}

/** Of the tests that follow each other: what one has packaged the next finds. */
let root: string;
let second: StackRow;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'package-stack-test-'));
  second = await projectWithSecond(root);
});
after(() => rm(root, { recursive: true, force: true }));

async function memoryOf(packageDir: string): Promise<readonly number[]> {
  const { Resources } = JSON.parse(await readFile(join(packageDir, TEMPLATE), 'utf8'));
  return Object.values<{ Properties?: { MemorySize?: number } }>(Resources).flatMap(
    ({ Properties }) => Properties?.MemorySize ?? [],
  );
}

test('what is packaged is what is named, whatever the user has packaged, and .serverless stays', async () => {
  let started = 0;
  const pack = (stack = second) =>
    packageStack(root, 'second', stack, never, () => {
      started++;
    });
  const first = await pack();
  assert.deepEqual(await memoryOf(first), [128, 128, 128, 128]);

  const mine = join(root, '.serverless');
  const template = await readFile(join(first, TEMPLATE), 'utf8');
  await mkdir(mine);
  await writeFile(join(mine, TEMPLATE), template.replaceAll('"MemorySize": 128', '"MemorySize": 512'));
  const before = await readdir(mine);
  assert.equal(await pack(), first);
  assert.equal(started, 1, 'the same inputs are packaged once');

  const packages = join(root, '.cache/packages');
  const lastYear = new Date(Date.now() - 365 * 86_400_000);
  for (const digit of 'abcdef') {
    const unused = join(packages, `second-${digit.repeat(16)}`);
    await mkdir(unused);
    await utimes(unused, lastYear, lastYear);
  }
  const other = await pack({ ...second, parameters: { memorySize: '256' } });
  assert.notEqual(other, first);
  assert.deepEqual(await memoryOf(other), [256, 256, 256, 256]);
  assert.equal((await readdir(packages)).length, 5, 'the packages that were not used for longest go');

  const refuse = () => {
    throw new Error('another package');
  };
  for (const input of [
    'deploy/parameters.yml',
    'reference/second/serverless.yml',
    'package-lock.json',
    'reference/second/sheep_shed/domain/wolf.py',
  ]) {
    const text = await readFile(join(root, input));
    await appendFile(join(root, input), '\n');
    await assert.rejects(packageStack(root, 'second', second, never, refuse), /another package/, input);
    await writeFile(join(root, input), text);
    assert.equal(await packageStack(root, 'second', second, never, refuse), first);
  }
  assert.deepEqual(await readdir(mine), before);
  assert.deepEqual(await memoryOf(mine), [512, 512, 512, 512]);
});

test('what cannot be packaged here is known before: its compiler is missing', async () => {
  assert.equal(await missingCompiler(STACKS.ts), undefined);
  assert.equal(
    await missingCompiler({ ...STACKS.rust, compiler: 'no-such-compiler' }),
    'no-such-compiler is not on the PATH: reference/rust/README.md says how to install it',
  );
});

test('a stack is one row of the catalogue and a folder: it is then packaged, started and measured', async (t) => {
  const python = await preparePython(join(ROOT, '.cache'), () => undefined);
  if (!python.ready) return t.diagnostic(`passed over: ${python.reason}`);
  const packages = join(root, '.cache/packages');
  const before = await readdir(packages);
  const out = join(root, 'second.json');
  const sizes = ['--calls', '2', '--cold', '0', '--rounds', '1', '--warm-up', '0', '--herd', '3'];
  const args = ['bench/cli.ts', '--stack', 'second', '--scenario', 'dog', ...sizes, '--out', out];
  await promisify(execFile)(process.execPath, args, { cwd: root, timeout: LIMIT_MS });
  const { isComplete, stacks, scenarios, versions } = JSON.parse(await readFile(out, 'utf8'));
  assert.ok(isComplete);
  assert.deepEqual(await readdir(packages), before, 'what another process has packaged is taken');
  for (const name of ['python', 'botocore']) assert.match(versions.packages[name], /^\d+\.\d+\.\d+$/);
  const [{ name, functions }] = stacks;
  assert.equal(name, 'second');
  assert.ok(functions.some((one: { name: string }) => one.name === 'sheep-shed-dev-second-get-dog'));
  const [{ load }] = scenarios[0].rounds;
  assert.deepEqual([load.calls, load.wrong, load.lost], [2, 0, 0]);
});
