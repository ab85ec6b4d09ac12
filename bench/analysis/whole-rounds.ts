import type { RoundResult, ScenarioResult } from '../results/result.ts';

/** The rounds that figures and comparisons rest on: not broken off, and with at least one answered call. */
export function wholeRounds({ rounds }: Pick<ScenarioResult, 'rounds'>): RoundResult[] {
  return rounds.filter(
    ({ brokenOff, load }) => brokenOff === undefined && (load.latency.count > 0 || load.told !== undefined),
  );
}
