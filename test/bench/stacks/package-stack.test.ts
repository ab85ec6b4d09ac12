import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import {
  appendFile,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { preparePython } from '@sheep-shed/local-lambda';
import CATALOGUE from '../../../bench/stacks/catalogue.json' with { type: 'json' };
import { STACKS } from '../../../bench/stacks/catalogue.ts';
import { missingCompiler, packageStack } from '../../../bench/stacks/package-stack.ts';
import { copyProject } from '../../../bench/stacks/project-copy.ts';

const ROOT = join(import.meta.dirname, '../../..');
const LIMIT_MS = 120_000;
const TEMPLATE = 'cloudformation-template-update-stack.json';
const never = new AbortController().signal;

async function emptyFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'package-stack-test-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function memoryOf(packageDir: string): Promise<readonly number[]> {
  const { Resources } = JSON.parse(await readFile(join(packageDir, TEMPLATE), 'utf8'));
  return Object.values<{ Properties?: { MemorySize?: number } }>(Resources).flatMap(
    ({ Properties }) => Properties?.MemorySize ?? [],
  );
}

test('what is packaged is what is named, whatever the user has packaged, and .serverless stays', async (t) => {
  const root = await emptyFolder(t);
  await copyProject(ROOT, root, Object.values(STACKS));
  let started = 0;
  const pack = (stack = STACKS.tsthin) =>
    packageStack(root, 'tsthin', stack, never, () => {
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
    const unused = join(packages, `tsthin-${digit.repeat(16)}`);
    await mkdir(unused);
    await utimes(unused, lastYear, lastYear);
  }
  const other = await pack({ ...STACKS.tsthin, parameters: { stack: 'tsthin', memorySize: '256' } });
  assert.notEqual(other, first);
  assert.deepEqual(await memoryOf(other), [256, 256, 256, 256]);
  assert.equal((await readdir(packages)).length, 5, 'the packages that were not used for longest go');

  const refuse = () => {
    throw new Error('another package');
  };
  for (const input of [
    'deploy/parameters.yml',
    'serverless.yml',
    'package-lock.json',
    'src/domain/wolf.ts',
  ]) {
    const text = await readFile(join(root, input));
    await appendFile(join(root, input), '\n');
    await assert.rejects(
      packageStack(root, 'tsthin', STACKS.tsthin, never, refuse),
      /another package/,
      input,
    );
    await writeFile(join(root, input), text);
    assert.equal(await packageStack(root, 'tsthin', STACKS.tsthin, never, refuse), first);
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
  const root = await emptyFolder(t);
  await copyProject(ROOT, root, Object.values(STACKS));
  for (const part of ['bench', 'packages', 'rabbitmq'])
    await cp(join(ROOT, part), join(root, part), { recursive: true });
  await mkdir(join(root, '.cache'));
  for (const name of await readdir(join(ROOT, '.cache'))) {
    if (name.startsWith('python-')) await symlink(join(ROOT, '.cache', name), join(root, '.cache', name));
  }

  const folder = 'reference/second';
  await cp(join(root, STACKS.python.folder), join(root, folder), { recursive: true });
  const template = join(root, folder, 'serverless.yml');
  const text = await readFile(template, 'utf8');
  await writeFile(
    template,
    text.replaceAll(/(sheep-shed-(\$\{sls:stage\}-)?|stack: |saved-queries\.cjs\):)python/g, '$1second'),
  );
  const rows = { ...CATALOGUE, second: { ...CATALOGUE.python, about: 'a second Python', folder } };
  await writeFile(join(root, 'bench/stacks/catalogue.json'), JSON.stringify(rows));

  const out = join(root, 'second.json');
  const sizes = ['--calls', '2', '--cold', '0', '--rounds', '1', '--warm-up', '0', '--herd', '3'];
  const args = ['bench/cli.ts', '--stack', 'second', '--scenario', 'dog', ...sizes, '--out', out];
  await promisify(execFile)(process.execPath, args, { cwd: root, timeout: LIMIT_MS });
  const { isComplete, stacks, scenarios, versions } = JSON.parse(await readFile(out, 'utf8'));
  assert.ok(isComplete);
  for (const name of ['python', 'botocore']) assert.match(versions.packages[name], /^\d+\.\d+\.\d+$/);
  const [{ name, functions }] = stacks;
  assert.equal(name, 'second');
  assert.ok(functions.some((one: { name: string }) => one.name === 'sheep-shed-dev-second-get-dog'));
  const [{ load }] = scenarios[0].rounds;
  assert.deepEqual([load.calls, load.wrong, load.lost], [2, 0, 0]);
});
