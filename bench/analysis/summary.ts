import type { FunctionSummary } from '@sheep-shed/log-insights/summarise';
import type { ScenarioName } from '../results/names.ts';
import type {
  BenchFloor,
  BenchResult,
  Machine,
  Plan,
  RateCurve,
  ScenarioResult,
  Versions,
} from '../results/result.ts';
import { mergeHistograms, quantileOfData } from '../statistics/histogram.ts';
import { type Interval, intervalOverRounds } from '../statistics/interval.ts';
import { medianInterval, quantileOf } from '../statistics/quantile.ts';
import { type CostFigures, costFiguresOf } from './cost.ts';
import { coldStartsOf, isMissing, METRICS, type Metric, wholeRounds } from './metrics.ts';
import { RATIO_METRICS, type Ratio, ratiosOf } from './ratios.ts';
import { warningsOf } from './warnings.ts';

/** A figure with its 95 % interval, where one can be had. */
export interface Estimate {
  readonly value: number;
  readonly interval: Interval | undefined;
}

/** Forced cold starts of one function: times in milliseconds, quantiles by nearest rank. */
export interface ColdFigures {
  readonly starts: number;
  readonly init: Quantiles | undefined;
  /** The first invocation, without init. */
  readonly duration: Quantiles | undefined;
  /** What the client waited. */
  readonly total: Quantiles | undefined;
}

/** Quantiles of single values, with the interval of their median. */
export interface Quantiles {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly interval: Interval | undefined;
}

/** A point of the distribution of latencies. */
export interface PercentilePoint {
  /** From 0 to 100, below 100. */
  readonly percentile: number;
  readonly ms: number;
}

/** What one round gave. */
export interface RoundFigures {
  readonly round: number;
  readonly calls: number;
  readonly p50: number | undefined;
  readonly p99: number | undefined;
  readonly brokenOff: string | undefined;
}

/** Everything that reports show of one scenario on one stack; times in milliseconds, memory in MB. */
export interface StackFigures {
  readonly scenario: ScenarioName;
  readonly stack: string;
  readonly calls: number;
  readonly statuses: Readonly<Record<string, number>>;
  readonly errors: number;
  /** Answers a second. */
  readonly throughput: Estimate | undefined;
  readonly p50: Estimate | undefined;
  readonly p90: Estimate | undefined;
  readonly p95: Estimate | undefined;
  readonly p99: Estimate | undefined;
  readonly max: number | undefined;
  readonly percentiles: readonly PercentilePoint[];
  readonly rounds: readonly RoundFigures[];
  readonly reported: FunctionSummary | undefined;
  /** Billed duration a call. */
  readonly billed: Estimate | undefined;
  readonly cold: ColdFigures | undefined;
  readonly cost: CostFigures | undefined;
  /** What went wrong, in words. */
  readonly problems: readonly string[];
}

/** The derived figures of a result: what every format of report shows. */
export interface Summary {
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly isComplete: boolean;
  readonly plan: Plan;
  readonly machine: Machine;
  readonly versions: Versions;
  readonly stacks: BenchResult['stacks'];
  readonly figures: readonly StackFigures[];
  readonly ratios: readonly Ratio[];
  readonly rateCurves: readonly RateCurve[];
  readonly floor: BenchFloor | undefined;
  readonly warnings: readonly string[];
}

/** Derives what reports show from a result. */
export function summarise(result: BenchResult): Summary {
  const { startedAt, finishedAt, isComplete, plan, machine, versions, stacks, rateCurves, floor } = result;
  return {
    startedAt,
    finishedAt,
    isComplete,
    plan,
    machine,
    versions,
    stacks,
    figures: result.scenarios.map((one) => figuresOf(result, one)),
    ratios: RATIO_METRICS.flatMap((metric) => ratiosOf(result, metric)),
    rateCurves,
    floor,
    warnings: warningsOf(result),
  };
}

/** Percentiles that plots show, dense towards the tail. */
const PLOTTED = [
  ...[0, 5, 10, 20, 30, 40, 50, 60, 70, 75, 80, 85, 90, 92.5, 95, 96, 97, 98, 99],
  ...[99.25, 99.5, 99.75, 99.9, 99.95, 99.99, 99.999],
];

/** Those that so many values can tell apart, and the middle of the last one's share, which shows the longest. */
function percentilesOf(count: number): number[] {
  if (count === 0) return [];
  const apart = PLOTTED.filter((percentile) => (1 - percentile / 100) * count >= 0.9999);
  return [...apart, Number((100 - 50 / count).toFixed(6))];
}

function figuresOf(result: BenchResult, one: ScenarioResult): StackFigures {
  const latency = mergeHistograms(wholeRounds(one).map(({ load }) => load.latency));
  const { count } = latency.toData();
  const estimate = (metric: Metric) => estimateOf(result, one, metric);
  const max = METRICS.max.of(result, one);
  return {
    scenario: one.scenario,
    stack: one.stack,
    calls: one.rounds.reduce((sum, { load }) => sum + load.calls, 0),
    statuses: statusesOf(one),
    errors: Number(METRICS.errors.of(result, one)),
    throughput: estimate(METRICS.throughput),
    p50: estimate(METRICS.p50),
    p90: estimate(METRICS.p90),
    p95: estimate(METRICS.p95),
    p99: estimate(METRICS.p99),
    max: isMissing(max) ? undefined : max,
    percentiles: percentilesOf(count).map((percentile) => ({
      percentile,
      ms: (latency.quantile(percentile / 100) ?? 0) / 1000,
    })),
    rounds: one.rounds.map(({ round, load, brokenOff }) => ({
      round,
      calls: load.calls,
      p50: millis(quantileOfData(load.latency, 0.5)),
      p99: millis(quantileOfData(load.latency, 0.99)),
      brokenOff,
    })),
    reported: one.reported,
    billed: estimate(METRICS.billed),
    cold: coldFiguresOf(result, one),
    cost: costFiguresOf(result, one),
    problems: problemsOf(result, one),
  };
}

/** The value of all rounds, with an interval around it as wide as the rounds differ. */
function estimateOf(result: BenchResult, one: ScenarioResult, metric: Metric): Estimate | undefined {
  const value = metric.of(result, one);
  if (isMissing(value)) return undefined;
  const { ofRound } = metric;
  const values = ofRound === undefined ? [] : wholeRounds(one).map(ofRound);
  const known = values.flatMap((round) => (isMissing(round) || round <= 0 ? [] : [round]));
  const isKnown = known.length === values.length && known.length > 1 && value > 0;
  return { value, interval: isKnown ? intervalOverRounds(known, value) : undefined };
}

function statusesOf({ rounds }: ScenarioResult): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { load } of rounds) {
    for (const [status, count] of Object.entries(load.statuses)) sums[status] = (sums[status] ?? 0) + count;
  }
  return sums;
}

function coldFiguresOf(result: BenchResult, one: ScenarioResult): ColdFigures | undefined {
  const starts = coldStartsOf(result, one);
  if (starts.length === 0) return undefined;
  return {
    starts: starts.length,
    init: quantilesOf(starts.flatMap(({ initMs }) => initMs ?? [])),
    duration: quantilesOf(starts.flatMap(({ durationMs }) => durationMs ?? [])),
    total: quantilesOf(starts.map(({ clientMs }) => clientMs)),
  };
}

function quantilesOf(values: readonly number[]): Quantiles | undefined {
  const [p50, p90, p99] = [0.5, 0.9, 0.99].map((fraction) => quantileOf(values, fraction));
  if (p50 === undefined || p90 === undefined || p99 === undefined) return undefined;
  return { p50, p90, p99, interval: medianInterval(values) };
}

function problemsOf(
  { coldStarts }: BenchResult,
  { scenario, stack, rounds, violations }: ScenarioResult,
): string[] {
  const sum = (pick: (round: (typeof rounds)[number]) => number) =>
    rounds.reduce((total, round) => total + pick(round), 0);
  const lost = sum(({ load }) => load.lost);
  const timedOut = sum(({ load }) => load.timedOut);
  const dropped = sum(({ load }) => load.dropped);
  const wrong = sum(({ load }) => load.wrong);
  const first = rounds.flatMap(({ load }) => load.firstWrong).slice(0, 3);
  const cold = coldStarts.filter((one) => one.scenario === scenario && one.stack === stack);
  return [
    ...violations,
    ...cold.flatMap((one) => one.violations.map((violation) => `in its cold starts: ${violation}`)),
    ...(lost > 0
      ? [`${lost} requests were not answered${timedOut > 0 ? `, ${timedOut} of them in time` : ''}`]
      : []),
    ...(dropped > 0 ? [`${dropped} requests could not be sent in time`] : []),
    ...first,
    ...(wrong > first.length ? [`and ${wrong - first.length} more answers that do not verify`] : []),
  ];
}

function millis(micros: number | undefined): number | undefined {
  return micros === undefined ? undefined : micros / 1000;
}
