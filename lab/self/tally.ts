import { isMissing } from '../../bench/analysis/metrics.ts';
import { ratiosOf } from '../../bench/analysis/ratios.ts';
import { SCENARIO_NAMES, type ScenarioName } from '../../bench/results/names.ts';
import type { BenchResult } from '../../bench/results/result.ts';
import type { RatioInterval } from '../../bench/statistics/interval.ts';
import { median } from '../median.ts';

/** What the bench said of one scenario when a stack ran against itself. */
export interface SelfVerdict {
  readonly scenario: ScenarioName;
  /** Times that the first of the two seemed faster by median latency; `undefined` when it could not be judged. */
  readonly figures: RatioInterval | undefined;
}

/** Aimed at: so large a share of the verdicts is right, and the middle one of the intervals no wider. */
const AIM = { share: 0.95, width: 1.35 };

/** The columns of a tally. */
export const TALLY_HEADER = [
  'scenario',
  'inconclusive',
  'faster',
  'slower',
  'not judged',
  'median interval',
  `aim: ${AIM.share * 100} %, ×÷ ${AIM.width}`,
];

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
    const width = median(judged.map(({ low, high }) => Math.sqrt(high / low)));
    const right = count('inconclusive');
    const isReached = right >= AIM.share * verdicts.length && width <= AIM.width;
    const wrong = [count('faster'), count('slower'), verdicts.length - judged.length].map(String);
    const interval = `×÷ ${width.toFixed(2)}`;
    return [
      [scenario, `${right} of ${verdicts.length}`, ...wrong, interval, isReached ? 'reached' : 'MISSED'],
    ];
  });
}

/** The tally in a line: whether every scenario reached both aims, or which did not. */
export function conclusionOf(tally: readonly (readonly string[])[]): string {
  const missed = tally.filter((row) => row.at(-1) === 'MISSED').map(([scenario]) => scenario);
  return missed.length === 0 && tally.length > 0
    ? 'REACHED by every scenario'
    : `MISSED by ${missed.join(', ') || 'all'}`;
}
