import { quantileOf } from '../statistics/quantile.ts';

/** A duration and the CPU time within it, in ms. */
interface Timed {
  readonly durationMs: number | null | undefined;
  readonly cpuMs?: number | undefined;
}

/**
 * Milliseconds of a duration that were no CPU time; `undefined` where one of them is not known, and where threads side by
 * side took more CPU time than it lasted.
 */
export function waitOf({ durationMs, cpuMs }: Timed): number | undefined {
  if (typeof durationMs !== 'number' || cpuMs === undefined || cpuMs > durationMs) return undefined;
  return durationMs - cpuMs;
}

/** The median wait of single calls: each call's own CPU time counts against its own duration. */
export function medianWait(calls: readonly Timed[]): number | undefined {
  const known = calls.flatMap(({ durationMs, cpuMs }) =>
    typeof durationMs !== 'number' || cpuMs === undefined ? [] : [durationMs - cpuMs],
  );
  const median = quantileOf(known, 0.5);
  return median === undefined || median < 0 ? undefined : median;
}
