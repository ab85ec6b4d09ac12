import { readFileSync, writeFileSync } from 'node:fs';
import { access, constants, mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive } from '../is-alive.ts';
import { LocalLambdaError } from '../local-lambda-error.ts';

/** A group of processes that can be held to a share of the processor. */
export interface CpuGroup {
  /** A process that writes its id into this file joins, with all that it starts. */
  readonly processesFile: string;
  /** Takes a process in, with all that it starts from now on; one that has ended is passed over. */
  add(pid: number): void;
  /** From now on all of them together get so much of one CPU, above 0; more than 1 is more than one CPU. */
  limit(share: number): void;
  /** Kills what is left of them, and removes the group. */
  close(): Promise<void>;
}

/** Where Linux mounts its control groups. */
const CGROUPS = '/sys/fs/cgroup';
/** As on Lambda. */
const PERIOD_MICROS = 20_000;
/** The kernel takes no less. */
const LEAST_QUOTA_MICROS = 1_000;
const REMOVE_LIMIT_MS = 2_000;
const REMOVE_PAUSE_MS = 20;
const PREFIX = 'local-lambda-';

/**
 * Makes a control group, of version 1 or 2 as the machine has it, which gets all of the processor until it is limited.
 * @param name of letters, digits and hyphens, one that no other group of this process has.
 * @param root where the control groups are mounted.
 * @throws LocalLambdaError that says why this machine allows none.
 */
export async function openCpuGroup(name: string, root = CGROUPS): Promise<CpuGroup> {
  const isVersion1 = await isThere(join(root, 'cpu/cpu.cfs_quota_us'));
  const parent = isVersion1 ? join(root, 'cpu') : root;
  const folder = join(parent, `${PREFIX}${process.pid}-${name}`);
  const set = isVersion1
    ? (quota: number) => writeFileSync(join(folder, 'cpu.cfs_quota_us'), `${quota}`)
    : (quota: number) =>
        writeFileSync(join(folder, 'cpu.max'), `${quota === -1 ? 'max' : quota} ${PERIOD_MICROS}`);
  const processesFile = join(folder, 'cgroup.procs');
  if (!isVersion1) await allowCpuControl(root);
  await mkdir(folder).catch((error) => {
    throw refusal(error, root);
  });
  try {
    if (isVersion1) await writeFile(join(folder, 'cpu.cfs_period_us'), `${PERIOD_MICROS}`);
    set(-1);
    await access(processesFile, constants.W_OK);
  } catch (error) {
    await rmdir(folder).catch(() => undefined);
    throw refusal(error as NodeJS.ErrnoException, root);
  }
  return {
    processesFile,
    add: (pid) => {
      try {
        writeFileSync(processesFile, `${pid}`);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    },
    limit: (share) => set(Math.max(LEAST_QUOTA_MICROS, Math.round(share * PERIOD_MICROS))),
    close: () => removeGroup(folder),
  };
}

/** Removes the groups of hosts that were killed. */
export async function removeStaleGroups(root = CGROUPS): Promise<void> {
  for (const parent of [join(root, 'cpu'), root]) {
    const names = await readdir(parent).catch(() => []);
    const stale = names.filter((name) => {
      const owner = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
      return owner !== undefined && !isAlive(Number(owner));
    });
    await Promise.all(stale.map((name) => rmdir(join(parent, name)).catch(() => undefined)));
  }
}

async function allowCpuControl(root: string): Promise<void> {
  const controllers = await readFile(join(root, 'cgroup.controllers'), 'utf8').catch(() => undefined);
  if (controllers === undefined) throw impossible(`${root} holds no control groups of Linux`);
  if (!controllers.split(/\s/).includes('cpu')) throw impossible(`${root} has no cpu controller`);
  // Without effect where it is on already, and told by the next step where it must not be.
  await writeFile(join(root, 'cgroup.subtree_control'), '+cpu').catch(() => undefined);
}

function refusal({ code, message }: NodeJS.ErrnoException, root: string): LocalLambdaError {
  const isForbidden = code === 'EACCES' || code === 'EPERM' || code === 'EROFS';
  return impossible(isForbidden ? `no right to write below ${root}` : message);
}

function impossible(why: string): LocalLambdaError {
  return new LocalLambdaError(
    `cpu: a share of the processor cannot be had here: ${why}; without it everything runs at full speed`,
  );
}

/** A group can be removed only after its last process, which may take a moment to go. */
async function removeGroup(folder: string): Promise<void> {
  const until = performance.now() + REMOVE_LIMIT_MS;
  for (;;) {
    killAll(join(folder, 'cgroup.procs'));
    try {
      return await rmdir(folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      if (performance.now() > until) throw error;
      await new Promise((done) => setTimeout(done, REMOVE_PAUSE_MS));
    }
  }
}

function killAll(processesFile: string): void {
  try {
    for (const pid of readFileSync(processesFile, 'utf8').split('\n')) {
      if (pid !== '') process.kill(Number(pid), 'SIGKILL');
    }
  } catch {
    // They are gone.
  }
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
