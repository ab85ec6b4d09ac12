import { closeSync, openSync, readdirSync, readSync } from 'node:fs';

/** The CPU time of one running process, from `/proc`. */
export interface ProcessCpu {
  /**
   * CPU time of all its threads so far, in ms; undefined where it cannot be read.
   * @param all reads every thread (1 to 2 µs each); else only the first one, and the others count as last read.
   */
  readMs(all: boolean): number | undefined;
  close(): void;
}

/** Linux counts in hundredths of a second where it counts for the whole process. */
const TICK_NS = 10_000_000;
const scratch = Buffer.alloc(1_024);

/**
 * Opens the CPU counters of a process; undefined where there are none (macOS).
 *
 * `schedstat` counts nanoseconds, but one thread at a time, and forgets a thread that has ended. `stat` counts all of
 * them in ticks of 10 ms: what it is ahead is what ended threads took.
 * @see https://docs.kernel.org/scheduler/sched-stats.html
 */
export function openProcessCpu(pid: number, proc: string): ProcessCpu | undefined {
  const threads = new Map<string, { readonly fd: number; ns: number }>();
  let ended = 0;
  let known = 0;
  const first = tryOpen(`${proc}/${pid}/schedstat`);
  const stat = tryOpen(`${proc}/${pid}/stat`);
  const close = (): void => {
    for (const { fd } of threads.values()) closeSync(fd);
    threads.clear();
    for (const fd of [first, stat]) if (fd !== undefined) closeSync(fd);
  };
  if (first === undefined || stat === undefined || readNumber(first) === undefined) {
    close();
    return undefined;
  }
  const main = { fd: first, ns: 0 };

  /** @param count how many threads there are now: listing them costs more than reading those that are known. */
  function readThreads(count: number): void {
    let someEnded = false;
    for (const [id, thread] of threads) {
      const ns = readNumber(thread.fd);
      if (ns !== undefined) {
        thread.ns = ns;
        continue;
      }
      someEnded = true;
      ended += thread.ns;
      closeSync(thread.fd);
      threads.delete(id);
    }
    if (!someEnded && count === known) return;
    known = count;
    for (const id of threadIds(`${proc}/${pid}/task`)) {
      if (id === String(pid) || threads.has(id)) continue;
      const fd = tryOpen(`${proc}/${pid}/task/${id}/schedstat`);
      if (fd !== undefined) threads.set(id, { fd, ns: readNumber(fd) ?? 0 });
    }
  }

  function sum(): number {
    let ns = main.ns + ended;
    for (const thread of threads.values()) ns += thread.ns;
    return ns;
  }

  return {
    readMs: (all) => {
      const ns = readNumber(main.fd);
      if (ns === undefined) return undefined;
      main.ns = ns;
      if (all) {
        const { ticks, threadCount } = readStat(stat);
        readThreads(threadCount);
        ended += Math.max(0, ticks * TICK_NS - sum());
      }
      return sum() / 1e6;
    },
    close,
  };
}

function threadIds(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function tryOpen(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch {
    return undefined;
  }
}

/** The first number of a file; undefined when its process or thread is gone. */
function readNumber(fd: number): number | undefined {
  try {
    const length = readSync(fd, scratch, 0, 64, 0);
    let value = 0;
    let at = 0;
    for (let code = scratch[at] ?? 0; at < length && code >= 48 && code <= 57; code = scratch[++at] ?? 0) {
      value = value * 10 + code - 48;
    }
    return at === 0 ? undefined : value;
  } catch {
    return undefined;
  }
}

/**
 * User and system time, and the number of threads; the name before them may hold blanks and brackets.
 * @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 */
function readStat(fd: number): { readonly ticks: number; readonly threadCount: number } {
  try {
    const text = scratch.toString('latin1', 0, readSync(fd, scratch, 0, scratch.length, 0));
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ', 18);
    return { ticks: Number(fields[11]) + Number(fields[12]) || 0, threadCount: Number(fields[17]) || 0 };
  } catch {
    return { ticks: 0, threadCount: 0 };
  }
}
