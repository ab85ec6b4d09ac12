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

/** The peak is read after so much CPU time of the first thread, in ms: less touches a few MB at most. */
const PEAK_READ_MS = 1;
/** … and the counter of each thread after so much. */
const THREADS_READ_MS = 5;
/** All is read after an invocation of this length, in ms, of which the first thread may have slept. */
const LONG_MS = 10;
/** … and after so many ms of shorter ones. */
const LONG_TOGETHER_MS = 50;
/** Invocations that follow each other within so many ms share a reading: the end of one is the beginning of the next. */
const GAP_MS = 5;

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
  let isPeakFresh = false;
  let cpuSincePeakMs = 0;
  let cpuSinceThreadsMs = 0;
  let workSinceMs = 0;
  let cpuBefore: number | undefined;
  let lastReadAt = Number.NEGATIVE_INFINITY;

  function residentMb(): number | undefined {
    const resident = counters.memory?.residentMb();
    if (resident !== undefined && resident > 0) peakMb = Math.max(peakMb ?? 0, Math.ceil(resident));
    return resident;
  }

  return {
    watch: (next) => {
      counters = next;
      isPeakFresh = false;
      cpuSincePeakMs = 0;
      cpuSinceThreadsMs = 0;
      workSinceMs = 0;
      cpuBefore = undefined;
      lastReadAt = Number.NEGATIVE_INFINITY;
    },
    begin: () => {
      // What is known of a process that ends before its REPORT.
      if (!isPeakFresh) residentMb();
      // What the first thread did between two invocations belongs to neither, and init to none. In a short gap it does
      // what is left of the one before, on Lambda within the next.
      if (clock() - lastReadAt > GAP_MS) cpuBefore = counters.cpu?.readMs(cpuBefore === undefined);
    },
    residentMb,
    end: (workMs) => {
      workSinceMs += workMs;
      const isLong = workMs >= LONG_MS || workSinceMs >= LONG_TOGETHER_MS;
      const all = isLong || cpuSinceThreadsMs >= THREADS_READ_MS;
      const before = cpuBefore;
      const after = counters.cpu?.readMs(all);
      cpuBefore = after;
      lastReadAt = clock();
      const cpuMs = before === undefined || after === undefined ? undefined : Math.max(0, after - before);
      cpuSincePeakMs += cpuMs ?? workMs;
      cpuSinceThreadsMs += cpuMs ?? workMs;
      if (all) {
        cpuSinceThreadsMs = 0;
        workSinceMs = 0;
      }
      if (isLong || !isPeakFresh || cpuSincePeakMs >= PEAK_READ_MS) {
        peakMb = counters.memory?.peakMb() ?? peakMb;
        isPeakFresh = true;
        cpuSincePeakMs = 0;
      }
      return { peakMb, cpuMs };
    },
  };
}
