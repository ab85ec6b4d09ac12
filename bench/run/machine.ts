import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';
import { promisify } from 'node:util';
import type { Machine, Versions } from '../results/result.ts';
import { npmVersions } from '../stacks/library-versions.ts';

const GIT_LIMIT_MS = 5_000;

/** Packages whose releases a figure may depend on. */
const TOLD_PACKAGES = ['esbuild', 'dynalite'];

/** What a reader of a result must know of the machine that gave it, but for the load that it has afterwards. */
export function describeMachine(): Omit<Machine, 'loadAverageAfter'> {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'not available',
    cores: availableParallelism(),
    memoryMb: Math.round(totalmem() / 2 ** 20),
    kernel: `${type()} ${release()}`,
    loadAverageBefore: loadAverage(),
  };
}

/** Processes that ran or waited to run, on average over the last minute; `undefined` where the system tells none. */
export function loadAverage(): number | undefined {
  // Windows always says 0.
  return type() === 'Windows_NT' ? undefined : loadavg()[0];
}

/** Processor time, in milliseconds since some instant. */
export interface CpuTimes {
  /** All processes of the machine, and what its own host took from it. */
  readonly busyMs: number;
  /** This process and those of its children that have ended. */
  readonly ownMs: number;
}

/** Linux counts in hundredths of a second, whatever the kernel's own clock (proc(5), USER_HZ). */
const TICK_MS = 10;

/** Reads the processor times; `undefined` where there is no `/proc`. */
export function cpuTimes(): CpuTimes | undefined {
  try {
    const [, ...all] = (readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? '').split(/ +/).map(Number);
    const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = all;
    const own = readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
      .map(Number);
    // Fields 14 to 17: own user and system time, those of ended children (proc_pid_stat(5)).
    const ownTicks = own.slice(11, 15).reduce((sum, ticks) => sum + ticks, 0);
    return { busyMs: (user + nice + system + irq + softirq + steal) * TICK_MS, ownMs: ownTicks * TICK_MS };
  } catch {
    return undefined;
  }
}

/**
 * What a reader of a result must know of the sources that gave it.
 * @param root the repository. @param libraries versions of what the stacks run on, by name.
 */
export async function describeVersions(
  root: string,
  libraries: Readonly<Record<string, string>>,
): Promise<Versions> {
  const git = async (...args: readonly string[]) =>
    promisify(execFile)('git', ['-C', root, ...args], { timeout: GIT_LIMIT_MS }).then(
      ({ stdout }) => stdout.trim(),
      () => undefined,
    );
  const changes = await git('status', '--porcelain');
  return {
    node: process.version,
    packages: { ...libraries, ...(await npmVersions(root, TOLD_PACKAGES)) },
    gitCommit: await git('rev-parse', 'HEAD'),
    gitDirty: changes === undefined ? undefined : changes !== '',
  };
}
