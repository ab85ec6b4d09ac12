import type { ScenarioName } from '../results/names.ts';
import type { BenchResult, ScenarioResult } from '../results/result.ts';
import { confidenceOfEach, logMoments, type RatioInterval, verdictOf } from '../statistics/interval.ts';
import { RUNS_TO_SEE_BETWEEN, ratioToFewRuns, ratioToRuns } from '../statistics/ratio.ts';
import { coldStartsOf, isMissing, type MetricName, type Missing, metricOf } from './metrics.ts';
import { differences, unmatched } from './run-differences.ts';
import { unitValues } from './units.ts';

/** How one metric of a scenario on a stack changed from earlier runs to a later one. */
export interface Change {
  readonly scenario: ScenarioName;
  readonly stack: string;
  readonly metric: MetricName;
  /** Of several runs the geometric mean. */
  readonly before: number | Missing;
  readonly after: number | Missing;
  /** Above 1 where `after` is better: `faster` means that the later run is the better one. */
  readonly figures: RatioInterval | Missing;
}

/** What comparing a run with earlier ones gave. */
export interface Comparison {
  readonly changes: readonly Change[];
  /** Comparisons that the intervals were widened for, so that all hold together in 95 of 100 comparisons. */
  readonly comparisons: number;
  /** Earlier runs; with fewer than three nothing tells what differs between runs of the same code. */
  readonly runsBefore: number;
  /** What makes the comparison doubtful. */
  readonly warnings: readonly string[];
}

/**
 * Spread of the logarithms of one quantity that runs of the same code on the same machine are taken to have, where
 * fewer than three runs say. An assumption: other processes, another state of the machine.
 */
export const ASSUMED_BETWEEN_RUNS = 0.05;

/** What is compared from run to run. */
const COMPARED_METRICS = [
  'p50',
  'p99',
  'throughput',
  'duration',
  'billed',
  'init-p50',
  'memory',
] as const satisfies MetricName[];

/**
 * Compares a run with earlier ones, scenario by scenario, stack by stack, metric by metric. With three earlier runs or
 * more their spread tells what differs between runs; with fewer the rounds are compared, and the intervals are widened
 * by {@link ASSUMED_BETWEEN_RUNS}. They are as wide as it takes for all of them to hold together in 95 of 100 comparisons.
 * @param earlier at least one.
 */
export function compareResults(earlier: readonly BenchResult[], after: BenchResult): Comparison {
  const open = after.scenarios.flatMap((one) => {
    const before = earlier.flatMap((result) => {
      const same = result.scenarios.find(
        ({ scenario, stack }) => scenario === one.scenario && stack === one.stack,
      );
      return same === undefined ? [] : [{ result, one: same }];
    });
    if (before.length === 0) return [];
    return COMPARED_METRICS.map((metric) => openChange(metric, { result: after, one }, before));
  });
  const comparisons = open.filter(({ judge }) => !isMissing(judge)).length;
  const confidence = confidenceOfEach(comparisons);
  return {
    comparisons,
    runsBefore: earlier.length,
    changes: open.map(({ judge, ...change }) => ({
      ...change,
      figures: isMissing(judge) ? judge : judge(confidence),
    })),
    warnings: [
      ...(earlier.length < RUNS_TO_SEE_BETWEEN ? [blindness(earlier.length)] : []),
      ...new Set(earlier.flatMap((before) => [...differences(before, after), ...unmatched(before, after)])),
    ],
  };
}

/** One scenario on one stack in one run. */
interface Measured {
  readonly result: BenchResult;
  readonly one: ScenarioResult;
}

/** A change that is judged once it is known how many are judged together. */
function openChange(metric: MetricName, after: Measured, before: readonly Measured[]) {
  const { scenario, stack } = after.one;
  const measuredValue = ({ result, one }: Measured) => metricOf(metric).of(result, one);
  const values = allKnown(before.map(measuredValue));
  return {
    scenario,
    stack,
    metric,
    before: isMissing(values) ? values : geometricMean(values),
    after: measuredValue(after),
    judge:
      before.length < RUNS_TO_SEE_BETWEEN ? byRounds(metric, after, before) : byRuns(metric, after, values),
  };
}

/** The values, or why one of them is missing. */
function allKnown<T>(values: readonly (T | Missing)[]): readonly T[] | Missing {
  const known: T[] = [];
  for (const value of values) {
    if (isMissing(value)) return value;
    known.push(value);
  }
  return known;
}

type Judge = (confidence: number) => RatioInterval;

/** By the rounds of one or two earlier runs. */
function byRounds(metric: MetricName, after: Measured, before: readonly Measured[]): Judge | Missing {
  const ours = samplesOf(after, metric);
  if (isMissing(ours)) return ours;
  const theirs = allKnown(before.map((one) => samplesOf(one, metric)));
  if (isMissing(theirs)) return theirs;
  return (confidence) => betterAbove1(metric, ratioToFewRuns(ours, theirs, ASSUMED_BETWEEN_RUNS, confidence));
}

/** By the spread of three earlier runs or more. */
function byRuns(metric: MetricName, after: Measured, theirs: readonly number[] | Missing): Judge | Missing {
  if (isMissing(theirs)) return theirs;
  const ours = metricOf(metric).of(after.result, after.one);
  if (isMissing(ours)) return ours;
  if (!(ours > 0) || isMissing(positive(theirs))) return { missing: 'a value is 0' };
  const samples = samplesOf(after, metric);
  const moments = isMissing(samples) ? undefined : logMoments(samples);
  const error = moments === undefined ? 0 : Math.sqrt(moments.variance / moments.count);
  return (confidence) => betterAbove1(metric, ratioToRuns(ours, theirs, confidence, error));
}

/** Turns a ratio `before / after` around where more is better, so that above 1 the later run is the better one. */
function betterAbove1(metric: MetricName, figures: RatioInterval): RatioInterval {
  if (metricOf(metric).better === 'less') return figures;
  const { ratio, low, high } = figures;
  const interval = { low: 1 / high, high: 1 / low };
  return { ...figures, ratio: 1 / ratio, ...interval, verdict: verdictOf(interval) };
}

function geometricMean(values: readonly number[]): number {
  return values.every((value) => value > 0) ? Math.exp(logMoments(values).mean) : 0;
}

function blindness(runs: number): string {
  return `${runs === 1 ? 'one run before' : `${runs} runs before`} cannot show what differs between runs of the same code: the intervals are widened as if that were ${ASSUMED_BETWEEN_RUNS * 100} %; give ${RUNS_TO_SEE_BETWEEN} runs or more, or measure both in one run by --against`;
}

/** The changes for the worse that chance does not explain. */
export function regressionsOf({ changes }: Comparison): Change[] {
  return changes.filter(({ figures }) => !isMissing(figures) && figures.verdict === 'slower');
}

/** Independent values of a metric: one a round, or one a forced cold start. */
function samplesOf({ result, one }: Measured, metric: MetricName): readonly number[] | Missing {
  if (metric === 'init-p50') {
    const inits = coldStartsOf(result, one).flatMap(({ initMs }) => initMs ?? []);
    return inits.length < 2 ? { missing: 'no forced cold starts' } : positive(inits);
  }
  const values = unitValues(one, metricOf(metric));
  return !isMissing(values) && values.length < 2 ? { missing: 'fewer than two whole rounds' } : values;
}

function positive(values: readonly number[]): readonly number[] | Missing {
  return values.every((value) => value > 0) ? values : { missing: 'a value is 0' };
}
