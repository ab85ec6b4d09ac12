import { chown, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FunctionDefinition } from '../deployment-package/functions.ts';
import type { RuntimeCommand } from '../environments/process.ts';
import { openCpuGroup, removeStaleGroups } from './cpu-group.ts';
import { asUser, prepareUser, type UserIds } from './own-user.ts';
import { probePrivateTmp, withPrivateTmp } from './private-tmp.ts';
import type { Strays } from './strays.ts';

/** Which of Lambda's limits hold for an environment's process, besides its memory size. */
export interface Limits {
  /** `lambda`: the share of the processor that the memory size has; `full`: all of it. */
  readonly cpu: 'full' | 'lambda';
  /** Whether an environment has a `/tmp` of its own, with the size of its ephemeral storage. */
  readonly privateTmp: boolean;
  /** Whom its processes belong to, a name or `uid:gid`; undefined: whoever started the host. */
  readonly user: string | undefined;
}

/** What holds one environment within its limits. */
export interface Confinement {
  /** What starts its process, within them. */
  readonly command: RuntimeCommand;
  /** Folder for `HOME` and `TMPDIR`. */
  readonly tmpDir: string;
  /** Takes in the process that has just started. */
  enter(pid: number): void;
  /** Init, which has the whole processor on Lambda too, is over. */
  initialized(): void;
  /** Its process is gone: kills what it may have left, and removes its folder. */
  close(): Promise<void>;
}

/** So many MB of memory have one CPU, says AWS: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
const MEMORY_OF_ONE_CPU_MB = 1_769;

/**
 * Looks whether the limits can be had on this machine, and removes what a host that was killed has left.
 * @param workDir a folder of the host.
 * @returns the ids of the user, if one is named.
 * @throws LocalLambdaError that says what is needed.
 */
export async function checkLimits(
  { cpu, privateTmp, user }: Limits,
  workDir: string,
): Promise<UserIds | undefined> {
  if (cpu === 'lambda') {
    await removeStaleGroups();
    await (await openCpuGroup('probe')).close();
  }
  if (privateTmp) await probePrivateTmp(join(workDir, 'probe'));
  return user === undefined ? undefined : prepareUser(user, workDir);
}

/**
 * Prepares one environment's limits.
 * @param options.command what starts its process without them.
 * @param options.needed absolute paths that the process reads.
 */
export async function openConfinement(options: {
  readonly limits: Limits;
  /** Whose processes they are; undefined: the host's. */
  readonly user: UserIds | undefined;
  readonly definition: Pick<FunctionDefinition, 'memorySizeMb' | 'ephemeralStorageMb'>;
  readonly id: string;
  readonly scratchDir: string;
  readonly strays: Strays;
  readonly command: RuntimeCommand;
  readonly needed: readonly string[];
}): Promise<Confinement> {
  const { limits, definition, needed, user } = options;
  const command = user === undefined ? options.command : asUser(options.command, user);
  const folder = join(options.scratchDir, options.id);
  await mkdir(folder, { recursive: true });
  if (user !== undefined) await chown(folder, user.uid, user.gid);
  const group = limits.cpu === 'lambda' ? await openCpuGroup(options.id) : undefined;
  const tmp = { stage: folder, sizeMb: definition.ephemeralStorageMb, needed: [...needed, `${folder}/`] };
  return {
    command: limits.privateTmp ? withPrivateTmp(command, tmp) : command,
    tmpDir: limits.privateTmp ? '/tmp' : folder,
    enter: (pid) => group?.add(pid),
    initialized: () => group?.limit(definition.memorySizeMb / MEMORY_OF_ONE_CPU_MB),
    close: async () => {
      // Its id is in the name of its log stream, which every process of it has in its environment.
      await options.strays.kill(options.id);
      await Promise.all([group?.close(), rm(folder, { recursive: true, force: true })]);
    },
  };
}
