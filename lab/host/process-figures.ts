import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts CPU time in hundredths of a second. */
const TICK_US = 10_000;

/** CPU time of a process and its children so far, in µs, those that have ended included; NaN without `/proc`. */
export function cpuTimeUs(pid: number): number {
  const own = statOf(String(pid));
  if (own === undefined) return Number.NaN;
  return childrenOf(pid).reduce((sum, { ticks }) => sum + ticks, own.ticks) * TICK_US;
}

/** CPU time of a process alone so far, in µs; NaN without `/proc`. */
export function ownCpuTimeUs(pid: number): number {
  return (statOf(String(pid))?.ownTicks ?? Number.NaN) * TICK_US;
}

/**
 * CPU time of all processes below one so far, in µs; NaN without `/proc`.
 * @param except a child whose own tree does not count.
 */
export function treeCpuTimeUs(pid: number, except: number): number {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), stat: statOf(name) }));
  const below = (parent: number): number =>
    all
      .filter((one) => one.stat?.parent === parent && one.pid !== except)
      .reduce((sum, one) => sum + (one.stat?.ownTicks ?? 0) + below(one.pid), 0);
  return below(pid) * TICK_US;
}

interface Stat {
  readonly parent: number;
  /** With those of its children that have ended. */
  readonly ticks: number;
  readonly ownTicks: number;
}

/** The processes that a process has started and that live. */
export function childrenOf(pid: number): readonly Stat[] {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return all.map(statOf).filter((stat) => stat?.parent === pid) as readonly Stat[];
}

/** @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html (ppid, utime, stime, cutime, cstime) */
function statOf(pid: string): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name before it may contain blanks and brackets.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15).map(Number);
    const ownTicks = user + system;
    return { parent: Number(fields[1]), ticks: ownTicks + childUser + childSystem, ownTicks };
  } catch {
    return undefined;
  }
}

/** Resident memory of a process, in MB of 1 048 576 bytes; NaN without `/proc`. */
export function residentMb(pid: number): number {
  try {
    return Number(/VmRSS:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
}
