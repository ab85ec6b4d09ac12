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
const FULL_READ_MS = 1;

/**
 * Makes the meter of one environment.
 *
 * Reading everything costs 10 to 30 µs, so short invocations read little: the peak and the threads beside the first
 * are read once a millisecond of work has come together, and what those threads took belongs to the invocation that
 * reads it. Sums are exact.
 * @param clock milliseconds of a clock that never jumps.
 */
export function createMeter(clock: () => number): Meter {
  let counters: Counters = { memory: undefined, cpu: undefined };
  let peakMb: number | undefined;
  let workSinceFullMs = Number.POSITIVE_INFINITY;
  let cpuBefore: number | undefined;
  let lastReadAt = Number.NEGATIVE_INFINITY;

  return {
    watch: (next) => {
      counters = next;
      workSinceFullMs = Number.POSITIVE_INFINITY;
      cpuBefore = undefined;
      lastReadAt = Number.NEGATIVE_INFINITY;
    },
    begin: () => {
      // What the process did between two invocations belongs to neither.
      if (clock() - lastReadAt > FULL_READ_MS) cpuBefore = counters.cpu?.readMs(true);
    },
    residentMb: () => {
      const resident = counters.memory?.residentMb();
      // What is known of a process that ends before its REPORT.
      if (resident !== undefined && resident > 0) peakMb = Math.max(peakMb ?? 0, Math.ceil(resident));
      return resident;
    },
    end: (workMs) => {
      workSinceFullMs += workMs;
      const all = workSinceFullMs >= FULL_READ_MS;
      if (all) {
        peakMb = counters.memory?.peakMb() ?? peakMb;
        workSinceFullMs = 0;
      }
      const before = cpuBefore;
      const after = counters.cpu?.readMs(all);
      cpuBefore = after;
      lastReadAt = clock();
      return {
        peakMb,
        cpuMs: before === undefined || after === undefined ? undefined : Math.max(0, after - before),
      };
    },
  };
}
