import { access, constants, mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OptionError } from '@sheep-shed/options';

/** A group of processes that share a part of one CPU. */
export interface CpuQuota {
  /** A process that writes its id into this file gets the quota. */
  readonly processesFile: string;
  close(): Promise<void>;
}

const CGROUPS = '/sys/fs/cgroup';
/** As on Lambda. */
const PERIOD_MICROS = 20_000;
const REMOVE_LIMIT_MS = 2_000;

/**
 * Makes a control group with a CFS quota, of version 1 or 2 as the machine has it.
 * @param share above 0, at most 1, of one CPU.
 * @param root where the control groups are mounted.
 * @throws OptionError that says why this machine allows none.
 */
export async function openCpuQuota(share: number, root = CGROUPS): Promise<CpuQuota> {
  const quota = Math.max(1000, Math.round(share * PERIOD_MICROS));
  const name = `sheep-shed-${process.pid}`;
  const [folder, limits] = (await isThere(join(root, 'cpu/cpu.cfs_quota_us')))
    ? [
        join(root, 'cpu', name),
        { 'cpu.cfs_period_us': String(PERIOD_MICROS), 'cpu.cfs_quota_us': String(quota) },
      ]
    : [join(root, name), { 'cpu.max': `${quota} ${PERIOD_MICROS}` }];
  const impossible = (why: string) =>
    new OptionError(`--cpu cannot be had here: ${why}; without it everything runs at full speed`);
  if (folder === join(root, name)) {
    const controllers = await readFile(join(root, 'cgroup.controllers'), 'utf8').catch(() => undefined);
    if (controllers === undefined) throw impossible(`${root} holds no control groups of Linux`);
    if (!controllers.split(/\s/).includes('cpu')) throw impossible(`${root} has no cpu controller`);
    // Without effect where it is on already, and told by the next step where it must not be.
    await writeFile(join(root, 'cgroup.subtree_control'), '+cpu').catch(() => undefined);
  }
  const refusal = ({ code, message }: NodeJS.ErrnoException) =>
    impossible(code === 'EACCES' || code === 'EPERM' ? `no right to write below ${root}` : message);
  await mkdir(folder).catch((error) => {
    throw refusal(error);
  });
  try {
    for (const [file, text] of Object.entries(limits)) await writeFile(join(folder, file), text);
    await access(join(folder, 'cgroup.procs'), constants.W_OK);
  } catch (error) {
    await rmdir(folder).catch(() => undefined);
    throw refusal(error as NodeJS.ErrnoException);
  }
  return { processesFile: join(folder, 'cgroup.procs'), close: () => removeGroup(folder) };
}

/** A group can be removed only after its last process, which may take a moment to go. */
async function removeGroup(folder: string): Promise<void> {
  const until = performance.now() + REMOVE_LIMIT_MS;
  for (;;) {
    try {
      return await rmdir(folder);
    } catch (error) {
      if (performance.now() > until) throw error;
      await new Promise((done) => setTimeout(done, 50));
    }
  }
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
