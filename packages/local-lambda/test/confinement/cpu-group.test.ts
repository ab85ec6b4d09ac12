import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openCpuGroup } from '../../src/confinement/cpu-group.ts';
import { temporaryFolder } from '../fixture-package.ts';

test('a machine without control groups, or without rights, says why there is no share', async (t) => {
  const none = await folder(t, { other: '' });
  await assert.rejects(openCpuGroup('a', none), /^LocalLambdaError: cpu: .* holds no control groups/);
  const without = await folder(t, { 'cgroup.controllers': 'memory pids\n' });
  await assert.rejects(openCpuGroup('a', without), /^LocalLambdaError: cpu: .* has no cpu controller/);
});

test('a group gets everything at first, in periods of 20 ms, in either version of control groups', async (t) => {
  for (const [files, limits] of [
    [{ 'cgroup.controllers': 'cpu memory\n' }, { 'cpu.max': 'max 20000' }],
    [{ 'cpu/cpu.cfs_quota_us': '-1' }, { 'cpu.cfs_quota_us': '-1', 'cpu.cfs_period_us': '20000' }],
  ] as const) {
    const root = await folder(t, files);
    // In an ordinary folder nobody makes the file of processes, which is looked for last.
    const parent = 'cgroup.controllers' in files ? root : join(root, 'cpu');
    const group = join(parent, `local-lambda-${process.pid}-a`);
    await mkdir(group, { recursive: true });
    await assert.rejects(openCpuGroup('a', root), /cannot be had here: EEXIST/);
    await rm(group, { recursive: true });
    await assert.rejects(openCpuGroup('a', root), /cannot be had here: ENOENT.*cgroup.procs/);
    for (const [name, text] of Object.entries(limits)) {
      assert.equal(await readFile(join(group, name), 'utf8'), text);
    }
  }
});

/** A folder that looks like a mount of control groups. */
async function folder(t: TestContext, files: Readonly<Record<string, string>>): Promise<string> {
  const root = await temporaryFolder(t);
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(root, name, '..'), { recursive: true });
    await writeFile(join(root, name), text);
  }
  return root;
}
