import type { ProcessCpu } from './cpu-time.ts';
import type { ProcessMemory } from './memory.ts';

/** What an invocation used; undefined where it cannot be measured. */
export interface Usage {
  /** The environment's largest resident set so far, in MB. */
  readonly peakMb: number | undefined;
  /** CPU time of all threads of its process, in ms. */
  readonly cpuMs: number | undefined;
  /** The same of all that came before the first invocation: start of the process and init. */
  readonly initCpuMs?: number | undefined;
}

/** Where the figures of a process come from. */
export interface Counters {
  readonly memory: ProcessMemory | undefined;
  readonly cpu: ProcessCpu | undefined;
}

/** Measures one environment, invocation by invocation. */
export interface Meter {
  /** Goes on with a new process. */
  watch(counters: Counters): void;
  begin(): void;
  /** The resident set now, in MB. */
  residentMb(): number | undefined;
  /** @param workMs how long the invocation took. */
  end(workMs: number): Usage;
}

/** The peak is read after so much CPU time of the first thread, in ms: less touches a few MB at most. */
const PEAK_READ_MS = 1;
/** … and the counter of each thread after so much, */
const THREADS_READ_MS = 5;
/** … or so many ms of invocations, of which the first thread may have slept, */
const WORK_READ_MS = 200;
/** … and always where the other threads take so much of an invocation, in ms. */
const OTHERS_MS = 0.5;
/** Invocations that follow each other within so many ms share a reading: the end of one is the beginning of the next. */
const GAP_MS = 5;

/**
 * Makes the meter of one environment.
 *
 * Reading everything costs tens of microseconds. Where the first thread does the work it is read alone, and the others
 * once some work has come together; what those took belongs to the invocation that reads them.
 * @param clock milliseconds of a clock that never jumps.
 */
export function createMeter(clock: () => number): Meter {
  let counters: Counters = { memory: undefined, cpu: undefined };
  let peakMb: number | undefined;
  let cpuBefore: number | undefined;
  let initCpuMs: number | undefined;
  let isFirst = true;
  let lastReadAt = Number.NEGATIVE_INFINITY;
  /** Since everything was read. */
  let since = { cpuMs: 0, workMs: 0, invocations: 0 };
  let cpuSincePeakMs = Number.POSITIVE_INFINITY;
  let othersWork = true;

  function residentMb(): number | undefined {
    const resident = counters.memory?.residentMb();
    if (resident !== undefined && resident > 0) peakMb = Math.max(peakMb ?? 0, Math.ceil(resident));
    return resident;
  }

  /** Reads the first thread, and the others where they may have worked. */
  function readCpuMs(workMs: number): number | undefined {
    const first = counters.cpu?.readMs(false);
    lastReadAt = clock();
    if (first === undefined) return undefined;
    since.cpuMs += first - (cpuBefore ?? first);
    since.workMs += workMs;
    since.invocations += 1;
    if (!othersWork && since.cpuMs < THREADS_READ_MS && since.workMs < WORK_READ_MS) return first;
    const all = counters.cpu?.readMs(true) ?? first;
    othersWork = all - first >= OTHERS_MS * since.invocations;
    since = { cpuMs: 0, workMs: 0, invocations: 0 };
    return all;
  }

  return {
    watch: (next) => {
      counters = next;
      cpuBefore = undefined;
      initCpuMs = undefined;
      isFirst = true;
      lastReadAt = Number.NEGATIVE_INFINITY;
      since = { cpuMs: 0, workMs: 0, invocations: 0 };
      cpuSincePeakMs = Number.POSITIVE_INFINITY;
      othersWork = true;
    },
    begin: () => {
      // What is known of a process that ends before its REPORT.
      if (cpuSincePeakMs === Number.POSITIVE_INFINITY) residentMb();
      // What the first thread did between two invocations belongs to neither, and init to none. In a short gap it does
      // what is left of the one before, on Lambda within the next.
      if (clock() - lastReadAt > GAP_MS) cpuBefore = counters.cpu?.readMs(othersWork);
      initCpuMs = isFirst ? cpuBefore : undefined;
      isFirst = false;
    },
    residentMb,
    end: (workMs) => {
      const before = cpuBefore;
      const after = readCpuMs(workMs);
      cpuBefore = after;
      const cpuMs = before === undefined || after === undefined ? undefined : Math.max(0, after - before);
      cpuSincePeakMs += othersWork ? PEAK_READ_MS : (cpuMs ?? workMs);
      if (cpuSincePeakMs >= PEAK_READ_MS) {
        peakMb = counters.memory?.peakMb() ?? peakMb;
        cpuSincePeakMs = 0;
      }
      return { peakMb, cpuMs, initCpuMs };
    },
  };
}
