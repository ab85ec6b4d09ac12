/** How much of one virtual CPU a function gets, and in what pieces: the kernel's bandwidth control. */
export interface Bandwidth {
  /** Milliseconds of CPU in each period; at least the period where nothing is limited. */
  readonly quotaMs: number;
  readonly periodMs: number;
  /** How often the kernel looks whether the quota is spent, in ms; 0: at once. */
  readonly tickMs: number;
  /** What a CPU takes from the quota at a time, in ms. */
  readonly sliceMs: number;
}

/**
 * Memory at which a function has one whole virtual CPU, in MB.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
 */
const MB_A_VCPU = 1769;

/** The sizes that Lambda offers, in MB. */
export const MEMORY_MB = { min: 128, max: 10_240 } as const;

/**
 * Lambda's period, in ms: pauses of a spinning function end at multiples of 20 ms, at every memory size.
 * @see https://github.com/pwrdrvr/lambda-throttling (docs/index.html, March 2025)
 */
const PERIOD_MS = 20;

/**
 * The kernel's tick, in ms (CONFIG_HZ=250): the quota is only looked at when it comes. At 128 MB a spinning function
 * gets 4 to 5 ms at a time and pauses for 40 to 80 ms, instead of 1.45 ms in each period.
 * @see https://github.com/pwrdrvr/lambda-throttling (docs/index.html, 128 MB, `cpuTimeDelta`)
 */
export const TICK_MS = 4;

/**
 * What a CPU takes from the quota at a time, in ms: `sched_cfs_bandwidth_slice_us`, 5 ms unless changed.
 * @see https://docs.kernel.org/scheduler/sched-bwc.html
 */
export const SLICE_MS = 5;

/**
 * The share of one virtual CPU that a memory size gives. Above 1769 MB Lambda gives more than one; one thread cannot
 * use it, and the functions here have one, so that it is at most 1.
 */
export function shareOf(memoryMb: number): number {
  return Math.min(1, memoryMb / MB_A_VCPU);
}

/** Bandwidth of a memory size on Lambda. */
export function bandwidthOf(memoryMb: number): Bandwidth {
  return { quotaMs: shareOf(memoryMb) * PERIOD_MS, periodMs: PERIOD_MS, tickMs: TICK_MS, sliceMs: SLICE_MS };
}
