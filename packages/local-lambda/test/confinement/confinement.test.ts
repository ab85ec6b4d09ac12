import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openCpuGroup } from '../../src/confinement/cpu-group.ts';
import { prepareUser } from '../../src/confinement/own-user.ts';
import { probePrivateTmp } from '../../src/confinement/private-tmp.ts';
import { onEnd, startHost, temporaryFolder } from '../fixture-package.ts';

/** Answers what the function sees of itself and of its surroundings. */
const LOOK = `
import { readFile, readdir, writeFile, statfs } from 'node:fs/promises';
import { spawn } from 'node:child_process';
let ticks = 0;
export const handler = async ({ write, tick, leave }) => {
  if (write) await writeFile('/tmp/' + write, 'here');
  if (tick) setInterval(() => { ticks += 1; }, 1);
  if (leave) spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' }).unref();
  const { bsize, blocks } = await statfs('/tmp');
  const groups = await readFile('/proc/self/cgroup', 'utf8');
  return { ticks, pid: process.pid, groups, tmp: await readdir('/tmp'), tmpdir: process.env.TMPDIR, mb: bsize * blocks / 2 ** 20, cwd: process.cwd() };
};`;

interface Look {
  readonly ticks: number;
  readonly pid: number;
  readonly groups: string;
  readonly tmp: readonly string[];
  readonly tmpdir: string;
  readonly mb: number;
  readonly cwd: string;
}

test('an environment that is frozen does nothing between invocations', async (t) => {
  const host = await startHost(t, { look: { source: LOOK } }, { freeze: true });
  const look = async (event: object) => (await host.invoke('look', event)).payload as Look;
  const { pid } = await look({ tick: true });
  await untilStopped(pid);
  const stopped = await cpuTicks(pid);
  // What a process that runs would surely use.
  for (let round = 0; round < 20; round++) {
    await new Promise((done) => setTimeout(done, 5));
    assert.equal(await stateOf(pid), 'T');
  }
  assert.equal(await cpuTicks(pid), stopped);
  assert.equal((await look({})).pid, pid);
  await host.dropEnvironments();
  await assert.rejects(access(`/proc/${pid}`));
});

test('with --cpu lambda an environment is held to the share of its memory once init is over', async (t) => {
  const lack = await openCpuGroup('test').then(
    (group) => group.close(),
    (error: Error) => error,
  );
  const started = startHost(t, { look: { source: LOOK } }, { cpu: 'lambda' });
  if (lack !== undefined) return assert.rejects(started, { message: lack.message });
  const host = await started;
  const look = (await host.invoke('look', { leave: true })).payload as Look;
  const [group = ''] = look.groups.match(/local-lambda-\d+-[0-9a-f]{32}/) ?? [];
  const folders = ['/sys/fs/cgroup', '/sys/fs/cgroup/cpu'].map((root) => join(root, group));
  const quotas = await Promise.all(
    folders.flatMap((folder) =>
      ['cpu.max', 'cpu.cfs_quota_us'].map((name) => readFile(join(folder, name), 'utf8').catch(() => '')),
    ),
  );
  // 128 MB are 128/1769 of a CPU: 1447 of 20 000 microseconds.
  assert.match(quotas.join(''), /^1447( 20000)?\n$/);
  await host.dropEnvironments();
  for (const folder of folders) await assert.rejects(access(folder), 'with what the function left behind');
});

test('a project below /tmp may ask for a /tmp of its own as well', async (t) => {
  const folder = await temporaryFolder(t);
  const here = process.cwd();
  const lackIn = async (cwd: string, stage: string) => {
    process.chdir(cwd);
    return probePrivateTmp(join(folder, stage)).then(
      () => undefined,
      (error: Error) => error.message,
    );
  };
  onEnd(t, () => process.chdir(here));
  assert.equal(await lackIn(folder, 'below'), await lackIn('/', 'elsewhere'));
});

test('a /tmp of its own: empty, of its size, gone with its environment', async (t) => {
  const lack = await probePrivateTmp(await temporaryFolder(t)).then(
    () => undefined,
    (error: Error) => error,
  );
  const properties = { EphemeralStorage: { Size: 600 } };
  const started = startHost(t, { look: { source: LOOK, properties } }, { privateTmp: true });
  if (lack !== undefined) return assert.rejects(started, { message: lack.message });
  const host = await started;
  const look = async (event: object) => (await host.invoke('look', event)).payload as Look;
  const mine = `test-local-lambda-${randomUUID()}`;
  const first = await look({ write: mine });
  assert.equal(first.tmpdir, '/tmp');
  assert.equal(first.mb, 600);
  assert.ok(first.tmp.includes(mine));
  assert.ok((await look({})).tmp.includes(mine), 'it lasts as long as its environment');
  assert.ok(!(await readdir('/tmp')).includes(mine));
  await host.dropEnvironments();
  assert.ok(!(await look({})).tmp.includes(mine));
});

test('a user of their own: no way to root, and no more than a folder to write to', async (t) => {
  const user = '65534:65534';
  const lack = await prepareUser(user, await temporaryFolder(t)).then(
    () => undefined,
    (error: Error) => error,
  );
  const source = `import { writeFile } from 'node:fs/promises';
  import { join } from 'node:path';
  const write = (folder) => writeFile(join(folder, 'x'), '').then(() => 'written', ({ code }) => code);
  export const handler = async () => ({ uid: process.getuid(), gids: process.getgroups(), tmp: await write(process.env.TMPDIR), code: await write('.') });`;
  const started = startHost(t, { who: { source } }, { user });
  if (lack !== undefined) return assert.rejects(started, { message: lack.message });
  const { payload } = await (await started).invoke('who', {});
  assert.deepEqual(payload, { uid: 65_534, gids: [65_534], tmp: 'written', code: 'EACCES' });
});

test('a user that cannot be had is named', async (t) => {
  const folder = await temporaryFolder(t);
  await assert.rejects(prepareUser('nobody-of-this-name', folder), {
    message:
      'user: functions cannot run as "nobody-of-this-name": must be the name of a user here, or uid:gid',
  });
  await assert.rejects(prepareUser('0:0', folder), { message: /must not be root$/ });
});

/** The letter by which the kernel names a process's state. */
async function stateOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2)[0];
}

async function untilStopped(pid: number): Promise<void> {
  while ((await stateOf(pid)) !== 'T') await new Promise((done) => setTimeout(done, 1));
}

async function cpuTicks(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  return stat.split(' ').slice(13, 15).join(' ');
}
