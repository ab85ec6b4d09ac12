import type { ScenarioName } from '../results/names.ts';
import type { BenchResult, ScenarioResult } from '../results/result.ts';
import { confidenceOfEach, type RatioInterval } from '../statistics/interval.ts';
import { ratioInterval } from '../statistics/ratio.ts';
import { isMissing, type MetricName, type Missing, metricOf, wholeRounds } from './metrics.ts';

/** How the first stack of a run compares with another in one metric of one scenario. */
export interface Ratio {
  readonly metric: MetricName;
  readonly scenario: ScenarioName;
  readonly base: string;
  readonly other: string;
  /** Rounds that both stacks finished, which pair. */
  readonly rounds: number;
  /** Above 1 where the base is better: takes less, or does more. */
  readonly figures: RatioInterval | Missing;
}

/** The metrics that stacks are compared by; the first is the headline. */
export const RATIO_METRICS = [
  'p50',
  'p99',
  'throughput',
  'duration',
  'billed',
] as const satisfies MetricName[];

/**
 * Compares every stack with the first one of its scenario. The intervals of one metric hold together in 95 of 100 runs
 * ({@link confidenceOfEach}).
 */
export function ratiosOf({ scenarios }: BenchResult, metric: MetricName): Ratio[] {
  const pairs = scenarios.flatMap((other) => {
    const base = scenarios.find(({ scenario }) => scenario === other.scenario);
    return base === undefined || base === other
      ? []
      : [{ base, other, values: pairedValues(metric, base, other) }];
  });
  const comparable = pairs.filter(({ values }) => !isMissing(values)).length;
  return pairs.map(({ base, other, values }) => ({
    metric,
    scenario: base.scenario,
    base: base.stack,
    other: other.stack,
    rounds: isMissing(values) ? 0 : values.ours.length,
    figures: isMissing(values) ? values : compare(metric, values, confidenceOfEach(comparable)),
  }));
}

interface Values {
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
}

function compare(metric: MetricName, { ours, theirs }: Values, confidence: number): RatioInterval {
  return metricOf(metric).better === 'less'
    ? ratioInterval(ours, theirs, confidence)
    : ratioInterval(theirs, ours, confidence);
}

/** The values of the rounds that both stacks finished, by the numbers of the rounds. */
function pairedValues(metric: MetricName, base: ScenarioResult, other: ScenarioResult): Values | Missing {
  const { ofRound } = metricOf(metric);
  if (ofRound === undefined) return { missing: 'rounds have no value of their own' };
  const theirRounds = new Map(wholeRounds(other).map((one) => [one.round, one]));
  const values: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
  for (const round of wholeRounds(base)) {
    const partner = theirRounds.get(round.round);
    if (partner === undefined) continue;
    for (const [list, one] of [
      [values.ours, round],
      [values.theirs, partner],
    ] as const) {
      const value = ofRound(one);
      if (isMissing(value)) return value;
      if (!(value > 0)) return { missing: 'a round has the value 0' };
      list.push(value);
    }
  }
  return values.ours.length === 0 ? { missing: 'no round was finished on both stacks' } : values;
}
