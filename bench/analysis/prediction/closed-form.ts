import type { Bandwidth } from './bandwidth.ts';

type Quota = Pick<Bandwidth, 'quotaMs' | 'periodMs'>;

/**
 * Milliseconds that `cpuMs` of CPU take from a full quota, if the kernel stopped a process exactly when its quota is
 * spent and lost nothing of it.
 *
 * The j-th refill comes at `untilRefillMs + (j - 1) · period`, and what is beyond j quotas cannot be done before it. The
 * last refill that is needed decides, k = ⌈cpu / quota⌉ - 1: `max(cpu, untilRefill + (k - 1) · period + cpu - k · quota)`.
 * @param untilRefillMs from the start of the work to the next period: the phase, from 0 to the period.
 */
export function strictDuration(cpuMs: number, quota: Quota, untilRefillMs: number): number {
  const last = lastRefill(cpuMs, quota);
  return last === undefined ? cpuMs : Math.max(cpuMs, untilRefillMs + last);
}

/** The mean of {@link strictDuration} over all phases, which are equally likely. */
export function meanStrictDuration(cpuMs: number, quota: Quota): number {
  const { periodMs } = quota;
  const last = lastRefill(cpuMs, quota);
  if (last === undefined) return cpuMs;
  // Up to this phase the next refill comes in time, and nothing waits.
  const free = Math.min(Math.max(cpuMs - last, 0), periodMs);
  return (cpuMs * free + (periodMs ** 2 - free ** 2) / 2 + last * (periodMs - free)) / periodMs;
}

/** Milliseconds from the first refill to the end, where the last refill decides; `undefined` where none is needed. */
function lastRefill(cpuMs: number, { quotaMs, periodMs }: Quota): number | undefined {
  const refills = Math.ceil(cpuMs / quotaMs) - 1;
  return refills < 1 || quotaMs >= periodMs
    ? undefined
    : (refills - 1) * periodMs + cpuMs - refills * quotaMs;
}
