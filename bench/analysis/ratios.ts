import { AGAINST_NAME } from '../plan/settle-options.ts';
import type { ScenarioName } from '../results/names.ts';
import type { BenchResult, ScenarioResult } from '../results/result.ts';
import { confidenceOfEach, type RatioInterval } from '../statistics/interval.ts';
import { ratioInterval } from '../statistics/ratio.ts';
import { isMissing, type MetricName, type Missing, metricOf } from './metrics.ts';
import { unitsOf, unitValues } from './units.ts';
import { wholeRounds } from './whole-rounds.ts';

/** How the first stack of a run compares with another in one metric of one scenario. */
export interface Ratio {
  readonly metric: MetricName;
  readonly scenario: ScenarioName;
  readonly base: string;
  readonly other: string;
  /** Rounds that both stacks finished, or groups of rounds on the same execution environments; they pair. */
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

/** How a stack compares with its other revision, by median latency. */
export interface AgainstVerdict {
  /** The other revision as it was given. */
  readonly against: string;
  /** One for each scenario. */
  readonly ratios: readonly Ratio[];
  /** Those that chance does not explain in which the stack is slower than the other revision. */
  readonly slower: readonly Ratio[];
}

/** The verdict against the other revision; `undefined` where none was measured. */
export function againstOf(result: BenchResult): AgainstVerdict | undefined {
  const { against } = result.plan;
  if (against === undefined) return undefined;
  const ratios = ratiosOf(result, 'p50').filter(({ other }) => other === AGAINST_NAME);
  const slower = ratios.filter(({ figures }) => !isMissing(figures) && figures.verdict === 'slower');
  return { against, ratios, slower };
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

/** The values of the units that both stacks finished, by the numbers of their rounds. */
function pairedValues(metric: MetricName, base: ScenarioResult, other: ScenarioResult): Values | Missing {
  const why = [base, other].find(({ incomparable }) => incomparable !== undefined)?.incomparable;
  if (why !== undefined) return { missing: why };
  const theirRounds = new Set(wholeRounds(other).map(({ round }) => round));
  const units = new Map([...unitsOf(base)].filter(([round]) => theirRounds.has(round)));
  if (units.size === 0) return { missing: 'no round was finished on both stacks' };
  const ours = unitValues(base, metricOf(metric), units);
  if (isMissing(ours)) return ours;
  const theirs = unitValues(other, metricOf(metric), units);
  return isMissing(theirs) ? theirs : { ours, theirs };
}
