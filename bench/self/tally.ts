import { isMissing } from '../metrics.ts';
import { SCENARIO_NAMES, type ScenarioName } from '../options.ts';
import { ratiosOf } from '../reports/ratios.ts';
import type { BenchResult } from '../result.ts';

/** What the bench said of one scenario when a stack ran against itself. */
export interface SelfVerdict {
  readonly scenario: ScenarioName;
  /** Times that the first of the two seemed faster by median latency. */
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
  readonly verdict: 'faster' | 'slower' | 'inconclusive';
}

/**
 * The verdicts that the reports give of a run of two stacks that are the same.
 * @throws Error when a scenario cannot be judged.
 */
export function verdictsOf(result: BenchResult): SelfVerdict[] {
  return ratiosOf(result, 'p50').map(({ scenario, figures }) => {
    if (isMissing(figures)) throw new Error(`${scenario} cannot be judged: ${figures.missing}`);
    return { scenario, ...figures };
  });
}

/** How often each scenario was judged `inconclusive`, as it must be, and how wide the intervals were. */
export function tallyOf(runs: readonly (readonly SelfVerdict[])[]): string[][] {
  return SCENARIO_NAMES.flatMap((scenario) => {
    const verdicts = runs.flatMap((run) => run.filter((one) => one.scenario === scenario));
    if (verdicts.length === 0) return [];
    const count = (verdict: SelfVerdict['verdict']) =>
      verdicts.filter((one) => one.verdict === verdict).length;
    const widths = verdicts.map(({ low, high }) => Math.sqrt(high / low)).sort((a, b) => a - b);
    const typical = (widths[widths.length >> 1] ?? Number.NaN).toFixed(2);
    const right = `${count('inconclusive')} of ${verdicts.length}`;
    return [[scenario, right, String(count('faster')), String(count('slower')), `×÷ ${typical}`]];
  });
}
