import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openCpuQuota } from '../../startup/cpu-quota.ts';

const CLI = join(import.meta.dirname, '../../startup/main.ts');

function startup(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const env = { ...process.env, ...environment };
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [CLI, ...args], { timeout: 180_000, env }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr });
    });
  });
}

async function folder(t: TestContext, files: Readonly<Record<string, string>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'bench-startup-test-'));
  t.after(() => rm(root, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(root, name, '..'), { recursive: true });
    await writeFile(join(root, name), text);
  }
  return root;
}

const REFUSED: readonly (readonly [readonly string[], RegExp])[] = [
  [['--cpu', '0'], /--cpu must be a number above 0, at most 1; got "0"/],
  [['--cpu', '1.01'], /--cpu must be a number above 0, at most 1; got "1.01"/],
  [['--cpu', '-0.5'], /--cpu must be a number above 0/],
  [['--starts', '0'], /--starts must be a whole number from 1 to 1000; got "0"/],
  [['--stack', 'rust'], /--stack must be one of ts, python, each at most once; got "rust"/],
  [['--tree', 'ts/get-cow'], /--tree must be <stack>\/<function>, .* got "ts\/get-cow"/],
  [['--stack', 'ts', '--tree', 'python/get-cat'], /--tree must be of a stack that is measured/],
  [['now'], /unexpected word "now"/],
];

for (const [args, message] of REFUSED) {
  test(`bench:startup refuses ${args.join(' ')} and names it`, async () => {
    const { code, stderr, stdout } = await startup(args);
    assert.match(stderr, message);
    assert.equal(stderr.trim().split('\n').length, 1, 'one line');
    assert.equal(code, 2);
    assert.equal(stdout, '');
  });
}

test('a stack that cannot start is named', async () => {
  const { code, stderr } = await startup(['--stack', 'python'], { PATH: '/nowhere' });
  assert.match(stderr, /--stack python cannot run here: python3 is not on the PATH/);
  assert.equal(code, 2);
});

test('one start of one stack fills the table and the tree', async () => {
  const { code, stdout, stderr } = await startup(['--starts', '1', '--stack', 'ts', '--tree', 'ts/get-cat']);
  assert.equal(code, 0, stderr);
  for (const name of ['bare-node', 'post-sheep', 'get-dog', 'get-cat', 'delete-wolf'])
    assert.match(stdout, new RegExp(`${name} +[\\d.]+ `));
  assert.match(
    stdout,
    /\nimports of ts\/get-cat:\n.*\n +[\d.]+ +[\d.]+ {2}src\/functions\/get-cat\/handler.ts\n/,
  );
  assert.ok(stdout.split('\n').length < 40, 'one screen');
});

test('a machine without control groups, or without rights, says why there is no quota', async (t) => {
  const none = await folder(t, { other: '' });
  await assert.rejects(openCpuQuota(0.5, none), /--cpu cannot be had here: .* holds no control groups/);
  const without = await folder(t, { 'cgroup.controllers': 'memory pids\n' });
  await assert.rejects(openCpuQuota(0.5, without), /--cpu cannot be had here: .* has no cpu controller/);
});

test('a quota is a share of a period of 20 ms, in either version of control groups', async (t) => {
  for (const [files, limits] of [
    [{ 'cgroup.controllers': 'cpu memory\n' }, { 'cpu.max': '1440 20000' }],
    [{ 'cpu/cpu.cfs_quota_us': '-1' }, { 'cpu.cfs_quota_us': '1440', 'cpu.cfs_period_us': '20000' }],
  ] as const) {
    const root = await folder(t, files);
    // In an ordinary folder nobody makes the file of processes, which the quota looks for last.
    const group = 'cgroup.controllers' in files ? root : join(root, 'cpu');
    await mkdir(join(group, `sheep-shed-${process.pid}`), { recursive: true });
    await assert.rejects(openCpuQuota(0.072, root), /--cpu cannot be had here: EEXIST/);
    await rm(join(group, `sheep-shed-${process.pid}`), { recursive: true });
    await assert.rejects(openCpuQuota(0.072, root), /--cpu cannot be had here: ENOENT.*cgroup.procs/);
    for (const [name, text] of Object.entries(limits)) {
      assert.equal(await readFile(join(group, `sheep-shed-${process.pid}`, name), 'utf8'), text);
    }
  }
});
