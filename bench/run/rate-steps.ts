import { type Objective, stepSeconds } from '../plan/objective.ts';
import type { LoadResult } from '../results/load-result.ts';
import { isFaulty, type RateStep } from '../results/result.ts';
import { sumThrottled } from '../results/throttled.ts';
import { histogramQuantile } from '../statistics/quantile.ts';

/** A step must achieve this share of its planned rate. */
const LEAST_ACHIEVED = 0.95;
/** One failure may be chance; a second shows the way the curve goes on. */
const MOST_FAILED = 2;

/** What has come of the rates that were tried on one stack. */
export interface RateSearch {
  readonly steps: RateStep[];
  /** The highest rate that met the objective with all below it; `undefined` when none did. */
  highestRate: number | undefined;
}

/**
 * Tries rates from the lowest up; at each the stacks take turns. A stack is done after the second rate that fails, in a
 * row or not. The first failure bounds its highest rate: a higher one that meets the objective after it was lucky.
 * What was measured stands in the searches at any time.
 * @param rates requests a second, ascending.
 * @param run applies load in the open model at a rate for {@link stepSeconds}; `undefined` when it cannot go on.
 * @throws RangeError when the rates do not ascend or are not above 0; what `run` throws.
 */
export async function climbRates<Search extends RateSearch>(
  rates: readonly number[],
  objective: Objective,
  seconds: number,
  searches: readonly Search[],
  run: (rate: number, search: Search) => Promise<LoadResult | undefined>,
): Promise<void> {
  if (rates.some((rate, i) => !(rate > (rates[i - 1] ?? 0)))) {
    throw new RangeError(`rates must be above 0 and ascend; got ${rates.join(', ')}`);
  }
  const isDone = new Set<Search>();
  for (const [index, rate] of rates.entries()) {
    for (const search of index % 2 === 0 ? searches : searches.toReversed()) {
      if (isDone.has(search)) continue;
      const load = await run(rate, search);
      if (load !== undefined) {
        search.steps.push({ rate, load, met: isMet(load, objective, stepSeconds(rate, objective, seconds)) });
        search.highestRate = highestOf(search.steps);
      }
      const failed = search.steps.filter(({ met }) => !met).length;
      if (load === undefined || failed === MOST_FAILED) isDone.add(search);
    }
  }
}

/** The highest rate that met the objective with all below it; `undefined` when none did. */
export function highestOf(steps: readonly RateStep[]): number | undefined {
  const failed = steps.findIndex(({ met }) => !met);
  return (failed === -1 ? steps : steps.slice(0, failed)).at(-1)?.rate;
}

/** Whether a step of so many seconds met the objective, with nothing lost, and achieved its rate. */
export function isMet(load: LoadResult, objective: Objective, seconds: number): boolean {
  const { latency } = load;
  return (
    !isFaulty(load) &&
    latency.count >= objective.callsNeeded &&
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
export function achievedShare(load: LoadResult, seconds: number): number {
  const { calls, lost, dropped, latency, elapsedMs } = load;
  const planned = calls + dropped;
  if (planned === 0) return 0;
  const median = histogramQuantile(latency, 0.5) ?? 0;
  const took = Math.max(elapsedMs - median / 1000, seconds * 1000);
  return ((calls - lost - sumThrottled(load.throttled)) / planned) * ((seconds * 1000) / took);
}
