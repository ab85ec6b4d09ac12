import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openCpuQuota } from '../../startup/cpu-quota.ts';
import { runLab } from '../run-lab.ts';

async function folder(t: TestContext, files: Readonly<Record<string, string>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'bench-startup-test-'));
  t.after(() => rm(root, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(root, name, '..'), { recursive: true });
    await writeFile(join(root, name), text);
  }
  return root;
}

test('a stack that cannot start is named', async () => {
  const { code, stderr } = await runLab(['startup', '--stack', 'python'], { PATH: '/nowhere' });
  assert.match(stderr, /--stack python cannot run here: python3 is not on the PATH/);
  assert.equal(code, 2);
});

test('one start of one stack fills the table and the tree', async () => {
  const words = 'startup --starts 1 --stack ts --tree ts/get-cat';
  const { code, stdout, stderr } = await runLab(words.split(' '));
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
