import { isMissing, METRICS, wholeRounds } from '../metrics.ts';
import { SCENARIO_NAMES, type ScenarioName } from '../options.ts';
import type { BenchResult, RoundResult } from '../result.ts';
import { ratioInterval } from '../statistics/ratio.ts';

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
 * The verdicts of a run of two stacks that are the same, by the rounds that are whole on both.
 * @throws Error when a scenario has no such round: there is nothing to judge.
 */
export function verdictsOf({ scenarios }: BenchResult): SelfVerdict[] {
  return SCENARIO_NAMES.flatMap((scenario) => {
    const [base, other] = scenarios.filter((one) => one.scenario === scenario);
    if (base === undefined || other === undefined) return [];
    const [ours, theirs] = [mediansOf(wholeRounds(base)), mediansOf(wholeRounds(other))];
    const both = [...ours.keys()].filter((round) => theirs.has(round));
    if (both.length === 0) throw new Error(`no round of ${scenario} is whole on both stacks`);
    const at = (medians: ReadonlyMap<number, number>) =>
      both.map((round) => medians.get(round) ?? Number.NaN);
    return [{ scenario, ...ratioInterval(at(ours), at(theirs)) }];
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
    const right = count('inconclusive');
    return [
      [
        scenario,
        `${right} of ${verdicts.length}`,
        String(count('faster')),
        String(count('slower')),
        `×÷ ${(widths[widths.length >> 1] ?? Number.NaN).toFixed(2)}`,
      ],
    ];
  });
}

function mediansOf(rounds: readonly RoundResult[]): Map<number, number> {
  const medians = new Map<number, number>();
  for (const round of rounds) {
    const median = METRICS.p50.ofRound?.(round);
    if (median !== undefined && !isMissing(median)) medians.set(round.round, median);
  }
  return medians;
}
