import type { Objective } from '../plan/objective.ts';
import type { LoadResult } from '../results/load-result.ts';
import type { RateStep } from '../results/result.ts';
import { histogramQuantile } from '../statistics/quantile.ts';

/** A step must achieve this share of its planned rate. */
const LEAST_ACHIEVED = 0.95;
/** One failure may be chance; a second shows the way the curve goes on. */
const MOST_FAILED = 2;

/** What came of the rates that were tried. */
export interface RateSearch {
  readonly steps: readonly RateStep[];
  /** The highest rate that met the objective with all below it; `undefined` when none did. */
  readonly highestRate: number | undefined;
}

/**
 * Tries rates from the lowest up, and stops after the second that fails, in a row or not. The first failure
 * bounds the highest rate: a higher one that meets the objective after it was lucky.
 * @param rates requests a second, ascending.
 * @param run applies load in the open model at a rate for `seconds`.
 * @throws RangeError when the rates do not ascend or are not above 0; what `run` throws.
 */
export async function climbRates(
  rates: readonly number[],
  objective: Objective,
  seconds: number,
  run: (rate: number) => Promise<LoadResult>,
): Promise<RateSearch> {
  if (rates.some((rate, i) => !(rate > (rates[i - 1] ?? 0)))) {
    throw new RangeError(`rates must be above 0 and ascend; got ${rates.join(', ')}`);
  }
  const steps: RateStep[] = [];
  for (const rate of rates) {
    const load = await run(rate);
    steps.push({ rate, load, met: isMet(load, objective, seconds) });
    if (steps.filter(({ met }) => !met).length === MOST_FAILED) break;
  }
  const failed = steps.findIndex(({ met }) => !met);
  const met = failed === -1 ? steps : steps.slice(0, failed);
  return { steps, highestRate: met.at(-1)?.rate };
}

function isMet(load: LoadResult, objective: Objective, seconds: number): boolean {
  const { lost, dropped, wrong, latency } = load;
  return (
    lost + dropped + wrong === 0 &&
    objective.isMetBy(latency) &&
    achievedShare(load, seconds) >= LEAST_ACHIEVED
  );
}

/**
 * The share of its planned rate that a step achieved, from 0 to 1: of the planned requests those answered, and
 * of the time that all took the time planned. A median latency is taken off the time, since the last answer
 * comes that much after its request also at a server that keeps up. Planned are the requests of this very
 * step: how many chance gave a Poisson plan is not held against the server.
 */
export function achievedShare(
  { calls, lost, dropped, latency, elapsedMs }: LoadResult,
  seconds: number,
): number {
  const planned = calls + dropped;
  if (planned === 0) return 0;
  const median = histogramQuantile(latency, 0.5) ?? 0;
  const took = Math.max(elapsedMs - median / 1000, seconds * 1000);
  return ((calls - lost) / planned) * ((seconds * 1000) / took);
}
