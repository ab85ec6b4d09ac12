import { isMissing } from '../../bench/analysis/metrics.ts';
import { ratiosOf } from '../../bench/analysis/ratios.ts';
import { SCENARIO_NAMES, type ScenarioName } from '../../bench/results/names.ts';
import type { BenchResult } from '../../bench/results/result.ts';
import type { RatioInterval } from '../../bench/statistics/interval.ts';

/** What the bench said of one scenario when a stack ran against itself. */
export interface SelfVerdict {
  readonly scenario: ScenarioName;
  /** Times that the first of the two seemed faster by median latency; `undefined` when it could not be judged. */
  readonly figures: RatioInterval | undefined;
}

/** The verdicts that the reports give of a run of two stacks that are the same. */
export function verdictsOf(result: BenchResult): SelfVerdict[] {
  return ratiosOf(result, 'p50').map(({ scenario, figures }) => ({
    scenario,
    figures: isMissing(figures) ? undefined : figures,
  }));
}

/** How often each scenario was judged `inconclusive`, as it must be, or otherwise, and how wide the intervals were. */
export function tallyOf(runs: readonly (readonly SelfVerdict[])[]): string[][] {
  return SCENARIO_NAMES.flatMap((scenario) => {
    const verdicts = runs.flatMap((run) => run.filter((one) => one.scenario === scenario));
    if (verdicts.length === 0) return [];
    const judged = verdicts.flatMap(({ figures }) => figures ?? []);
    const count = (verdict: RatioInterval['verdict']) =>
      judged.filter((one) => one.verdict === verdict).length;
    const widths = judged.map(({ low, high }) => Math.sqrt(high / low)).sort((a, b) => a - b);
    const typical = widths[widths.length >> 1]?.toFixed(2) ?? '-';
    const right = `${count('inconclusive')} of ${verdicts.length}`;
    const wrong = [count('faster'), count('slower'), verdicts.length - judged.length].map(String);
    return [[scenario, right, ...wrong, `×÷ ${typical}`]];
  });
}
