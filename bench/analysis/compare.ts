import type { ScenarioName } from '../results/names.ts';
import type { BenchResult, Plan, ScenarioResult } from '../results/result.ts';
import { confidenceOfEach, type RatioInterval } from '../statistics/interval.ts';
import { unpairedRatioInterval } from '../statistics/ratio.ts';
import { coldStartsOf, isMissing, type MetricName, type Missing, metricOf, wholeRounds } from './metrics.ts';

/** How one metric of a scenario on a stack changed from one run to another. */
export interface Change {
  readonly scenario: ScenarioName;
  readonly stack: string;
  readonly metric: MetricName;
  readonly before: number | Missing;
  readonly after: number | Missing;
  /** Above 1 where `after` is better: `faster` means that the later run is the better one. */
  readonly figures: RatioInterval | Missing;
}

/** What comparing two runs gave. */
export interface Comparison {
  readonly changes: readonly Change[];
  /** Comparisons that the intervals were widened for, so that all hold together in 95 of 100 comparisons. */
  readonly comparisons: number;
  /** What makes the comparison doubtful. */
  readonly warnings: readonly string[];
}

/** What is compared from run to run. */
export const COMPARED_METRICS = [
  'p50',
  'p99',
  'throughput',
  'duration',
  'billed',
  'init-p50',
  'memory',
] as const satisfies MetricName[];

/**
 * Compares two runs, scenario by scenario, stack by stack, metric by metric. Their rounds do not pair, so that Welch's t
 * on logarithms is used; the intervals are as wide as it takes for all of them to hold together in 95 of 100 comparisons.
 */
export function compareResults(before: BenchResult, after: BenchResult): Comparison {
  const pairs = after.scenarios.flatMap((later) => {
    const earlier = before.scenarios.find(
      ({ scenario, stack }) => scenario === later.scenario && stack === later.stack,
    );
    return earlier === undefined ? [] : [{ earlier, later }];
  });
  const open = pairs.flatMap(({ earlier, later }) =>
    COMPARED_METRICS.map((metric) => ({
      later,
      metric,
      ours: samplesOf(after, later, metric),
      theirs: samplesOf(before, earlier, metric),
      values: [metricOf(metric).of(before, earlier), metricOf(metric).of(after, later)] as const,
    })),
  );
  const comparisons = open.filter(({ ours, theirs }) => !isMissing(ours) && !isMissing(theirs)).length;
  const confidence = confidenceOfEach(comparisons);
  return {
    comparisons,
    changes: open.map(({ later: { scenario, stack }, metric, ours, theirs, values }) => ({
      scenario,
      stack,
      metric,
      before: values[0],
      after: values[1],
      figures: isMissing(ours) ? ours : isMissing(theirs) ? theirs : ratio(metric, ours, theirs, confidence),
    })),
    warnings: [...differences(before, after), ...unmatched(before, after)],
  };
}

/** The changes for the worse that chance does not explain. */
export function regressionsOf({ changes }: Comparison): Change[] {
  return changes.filter(({ figures }) => !isMissing(figures) && figures.verdict === 'slower');
}

function ratio(metric: MetricName, ours: readonly number[], theirs: readonly number[], confidence: number) {
  return metricOf(metric).better === 'less'
    ? unpairedRatioInterval(ours, theirs, confidence)
    : unpairedRatioInterval(theirs, ours, confidence);
}

/** Independent values of a metric: one a round, or one a forced cold start. */
function samplesOf(
  result: BenchResult,
  one: ScenarioResult,
  metric: MetricName,
): readonly number[] | Missing {
  const { ofRound } = metricOf(metric);
  if (metric === 'init-p50') {
    const inits = coldStartsOf(result, one).flatMap(({ initMs }) => initMs ?? []);
    return inits.length < 2 ? { missing: 'no forced cold starts in both runs' } : positive(inits);
  }
  if (ofRound === undefined) return { missing: 'a peak has no rounds to compare' };
  const values: number[] = [];
  for (const round of wholeRounds(one)) {
    const value = ofRound(round);
    if (isMissing(value)) return value;
    values.push(value);
  }
  return values.length < 2 ? { missing: 'fewer than two whole rounds' } : positive(values);
}

function positive(values: readonly number[]): readonly number[] | Missing {
  return values.every((value) => value > 0) ? values : { missing: 'a value is 0' };
}

/** Options that change what is measured; others, such as the number of rounds, only change how surely. */
const TOLD_OPTIONS = [
  'isRemote',
  'model',
  'rate',
  'arrivals',
  'connections',
  'calls',
  'duration',
  'warmUp',
  'rounds',
  'm',
  'n',
  'herd',
  'seed',
  'timeout',
] as const satisfies (keyof Plan)[];

function differences(before: BenchResult, after: BenchResult): string[] {
  const shown = (value: unknown) => (value === undefined ? 'none' : String(value));
  const isOpen = before.plan.model === 'open' || after.plan.model === 'open';
  // Arrivals of rate steps are in no figure that is compared.
  const plan = TOLD_OPTIONS.filter(
    (name) => before.plan[name] !== after.plan[name] && (name !== 'arrivals' || isOpen),
  ).map((name) => `${name} ${shown(before.plan[name])} before, ${shown(after.plan[name])} after`);
  const machine = (['cpu', 'cores', 'memoryMb', 'kernel'] as const)
    .filter((name) => before.machine[name] !== after.machine[name])
    .map((name) => `${name} ${before.machine[name]} before, ${after.machine[name]} after`);
  const [earlier, later] = [before.versions.node, after.versions.node];
  return [
    ...(plan.length > 0 ? [`the plans differ: ${plan.join('; ')}`] : []),
    ...(machine.length > 0 ? [`the machines differ: ${machine.join('; ')}`] : []),
    ...(earlier !== later ? [`Node differs: ${earlier} before, ${later} after`] : []),
    ...[before, after].flatMap(({ isComplete }, index) =>
      isComplete ? [] : [`the run ${index === 0 ? 'before' : 'after'} ended early`],
    ),
  ];
}

function unmatched(before: BenchResult, after: BenchResult): string[] {
  const names = ({ scenarios }: BenchResult) =>
    scenarios.map(({ scenario, stack }) => `${scenario} on ${stack}`);
  const [earlier, later] = [names(before), names(after)];
  const gone = earlier.filter((name) => !later.includes(name));
  const added = later.filter((name) => !earlier.includes(name));
  return [
    ...(gone.length > 0 ? [`only measured before: ${gone.join(', ')}`] : []),
    ...(added.length > 0 ? [`only measured after: ${added.join(', ')}`] : []),
  ];
}
