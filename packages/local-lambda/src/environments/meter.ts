import type { ProcessCpu } from './cpu-time.ts';
import type { ProcessMemory } from './memory.ts';

/** What an invocation used; undefined where it cannot be measured. */
export interface Usage {
  /** The environment's largest resident set so far, in MB. */
  readonly peakMb: number | undefined;
  /** CPU time of all threads of its process, in ms. */
  readonly cpuMs: number | undefined;
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

/** Counters that cost microseconds are read after so much work, in ms: less touches a few MB at most. */
const PEAK_READ_MS = 1;
/** … and so many more of them, one for each thread, after so much. */
const THREADS_READ_MS = 5;
/** Invocations that follow each other faster share a reading: the end of one is the beginning of the next. */
const GAP_MS = 1;

/**
 * Makes the meter of one environment.
 *
 * Reading everything costs tens of microseconds. Invocations that follow each other closely read the first thread
 * alone, and the others once some work has come together; what those took belongs to the invocation that reads them.
 * @param clock milliseconds of a clock that never jumps.
 */
export function createMeter(clock: () => number): Meter {
  let counters: Counters = { memory: undefined, cpu: undefined };
  let peakMb: number | undefined;
  let workSincePeakMs = Number.POSITIVE_INFINITY;
  let workSinceThreadsMs = 0;
  let cpuBefore: number | undefined;
  let lastReadAt = Number.NEGATIVE_INFINITY;

  return {
    watch: (next) => {
      counters = next;
      workSincePeakMs = Number.POSITIVE_INFINITY;
      workSinceThreadsMs = 0;
      cpuBefore = undefined;
      lastReadAt = Number.NEGATIVE_INFINITY;
    },
    begin: () => {
      // What the first thread did between two invocations belongs to neither, and init to none.
      if (clock() - lastReadAt > GAP_MS) cpuBefore = counters.cpu?.readMs(cpuBefore === undefined);
    },
    residentMb: () => {
      const resident = counters.memory?.residentMb();
      // What is known of a process that ends before its REPORT.
      if (resident !== undefined && resident > 0) peakMb = Math.max(peakMb ?? 0, Math.ceil(resident));
      return resident;
    },
    end: (workMs) => {
      workSincePeakMs += workMs;
      workSinceThreadsMs += workMs;
      if (workSincePeakMs >= PEAK_READ_MS) {
        peakMb = counters.memory?.peakMb() ?? peakMb;
        workSincePeakMs = 0;
      }
      const all = workSinceThreadsMs >= THREADS_READ_MS;
      if (all) workSinceThreadsMs = 0;
      const before = cpuBefore;
      const after = counters.cpu?.readMs(all);
      cpuBefore = after;
      lastReadAt = clock();
      const isKnown = before !== undefined && after !== undefined;
      return { peakMb, cpuMs: isKnown ? Math.max(0, after - before) : undefined };
    },
  };
}
