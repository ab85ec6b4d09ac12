import type { FunctionSummary } from '@sheep-shed/log-insights/report-lines';
import { hostOf, type ScenarioName } from '../results/names.ts';
import type { BenchResult, ScenarioResult } from '../results/result.ts';
import { addThrottled, NONE_THROTTLED, sayThrottled } from '../results/throttled.ts';
import type { HistogramData } from '../statistics/histogram.ts';
import { mergeHistograms } from '../statistics/histogram.ts';
import { type Interval, intervalOverRounds } from '../statistics/interval.ts';
import { histogramQuantile, medianInterval, quantileOf, valuesNeeded } from '../statistics/quantile.ts';
import { type CostFigures, costFiguresOf } from './cost.ts';
import { cpuPerCallOf } from './cpu-per-call.ts';
import { latencyMs } from './latency.ts';
import { coldStartsOf, isMissing, METRICS, type Metric } from './metrics.ts';
import { unitValues } from './units.ts';
import { medianWait, waitOf } from './wait.ts';
import { wholeRounds } from './whole-rounds.ts';

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
  /** CPU of the first invocation, and of the process before it; `undefined` where nobody told. */
  readonly cpu: Quantiles | undefined;
  readonly initCpu: Quantiles | undefined;
  /** What the first invocation and init waited, median start by start; `undefined` as {@link waitOf} says. */
  readonly wait: number | undefined;
  readonly initWait: number | undefined;
  /** What the client waited. */
  readonly total: Quantiles | undefined;
}

/** Quantiles of single values, with the interval of their median; those that need more values are `undefined`. */
export interface Quantiles {
  readonly p50: number;
  readonly p90: number | undefined;
  readonly p99: number | undefined;
  readonly max: number;
  readonly interval: Interval | undefined;
}

/** A point of the distribution of latencies. */
export interface PercentilePoint {
  /** From 0 to 100, below 100. */
  readonly percentile: number;
  /** Whether it is the longest of all, which stands in the middle of its own share. */
  readonly isLongest: boolean;
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
  /** Rows imported a second; `undefined` in other scenarios. */
  readonly rowsPerSecond: Estimate | undefined;
  readonly p50: Estimate | undefined;
  readonly p90: Estimate | undefined;
  readonly p95: Estimate | undefined;
  readonly p99: Estimate | undefined;
  readonly max: number | undefined;
  readonly percentiles: readonly PercentilePoint[];
  readonly rounds: readonly RoundFigures[];
  readonly reported: FunctionSummary | undefined;
  /** CPU milliseconds a call, of the processes that run the function; `undefined` where nobody told. */
  readonly cpuPerCall: number | undefined;
  /** Milliseconds a call that were no CPU time: the mean duration of REPORT less `cpuPerCall`; `undefined` on our own hosts, and as {@link waitOf} says. */
  readonly waitPerCall: number | undefined;
  /** Billed duration a call. */
  readonly billed: Estimate | undefined;
  readonly cold: ColdFigures | undefined;
  readonly cost: CostFigures | undefined;
  /** What went wrong, in words. */
  readonly problems: readonly string[];
}

/** Derives what reports show of one scenario on one stack. */
export function figuresOf(result: BenchResult, one: ScenarioResult): StackFigures {
  const latency = mergeHistograms(wholeRounds(one).map(({ load }) => load.latency));
  const estimate = (metric: Metric) => estimateOf(result, one, metric);
  const max = METRICS.max.of(result, one);
  return {
    scenario: one.scenario,
    stack: one.stack,
    calls: one.rounds.reduce((sum, { load }) => sum + load.calls, 0),
    statuses: statusesOf(one),
    errors: Number(METRICS.errors.of(result, one)),
    throughput: estimate(METRICS.throughput),
    rowsPerSecond: estimate(METRICS.rows),
    p50: estimate(METRICS.p50),
    p90: estimate(METRICS.p90),
    p95: estimate(METRICS.p95),
    p99: estimate(METRICS.p99),
    max: isMissing(max) ? undefined : max,
    percentiles: toldPercentiles(one) ?? percentilesOf(latency),
    rounds: one.rounds.map(({ round, load, brokenOff }) => ({
      round,
      calls: load.calls,
      p50: latencyMs(load, 0.5),
      p99: latencyMs(load, 0.99),
      brokenOff,
    })),
    reported: one.reported && withoutThinTails(one.reported),
    cpuPerCall: cpuPerCallOf(one),
    waitPerCall: waitPerCallOf(one),
    billed: estimate(METRICS.billed),
    cold: coldFiguresOf(result, one),
    cost: costFiguresOf(result, one),
    problems: problemsOf(result, one),
  };
}

/** On our own hosts the CPU time is that of the whole process, which carries the requests too. */
function waitPerCallOf(one: ScenarioResult): number | undefined {
  if (hostOf(one.stack) !== 'lambda') return undefined;
  return waitOf({ durationMs: one.reported?.durationMean, cpuMs: cpuPerCallOf(one) });
}

/** Percentiles that plots show, dense towards the tail. */
const PLOTTED = [
  ...[0, 5, 10, 20, 30, 40, 50, 60, 70, 75, 80, 85, 90, 92.5, 95, 96, 97, 98, 99],
  ...[99.25, 99.5, 99.75, 99.9, 99.95, 99.99, 99.999],
];

/** Those that the calls can tell apart, and the longest call in the middle of its share. */
function percentilesOf(latency: HistogramData): PercentilePoint[] {
  const { count, max } = latency;
  if (count === 0) return [];
  return [
    ...PLOTTED.filter((percentile) => count >= valuesNeeded(percentile / 100)).map((percentile) => ({
      percentile,
      isLongest: false,
      ms: (histogramQuantile(latency, percentile / 100) ?? 0) / 1000,
    })),
    { percentile: Number((100 - 50 / count).toFixed(6)), isLongest: true, ms: max / 1000 },
  ];
}

/** Those that a summary tells; `undefined` where every latency is known. */
function toldPercentiles({ rounds }: ScenarioResult): PercentilePoint[] | undefined {
  const [load] = rounds.map((round) => round.load);
  return load?.told?.quantiles.map(([fraction, micros]) => ({
    percentile: fraction < 1 ? 100 * fraction : Number((100 - 50 / load.calls).toFixed(6)),
    isLongest: fraction === 1,
    ms: micros / 1000,
  }));
}

/** The value of all rounds, with an interval around it as wide as the rounds differ. */
function estimateOf(result: BenchResult, one: ScenarioResult, metric: Metric): Estimate | undefined {
  const value = metric.of(result, one);
  if (isMissing(value)) return undefined;
  const values = unitValues(one, metric);
  const isKnown = !isMissing(values) && values.length > 1 && value > 0;
  return { value, interval: isKnown ? intervalOverRounds(values, value) : undefined };
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
    cpu: quantilesOf(starts.flatMap(({ cpuMs }) => cpuMs ?? [])),
    initCpu: quantilesOf(starts.flatMap(({ initCpuMs }) => initCpuMs ?? [])),
    wait: medianWait(starts),
    initWait: medianWait(starts.map(({ initMs, initCpuMs }) => ({ durationMs: initMs, cpuMs: initCpuMs }))),
    total: quantilesOf(starts.map(({ clientMs }) => clientMs)),
  };
}

function quantilesOf(values: readonly number[]): Quantiles | undefined {
  const of = (fraction: number) =>
    values.length < valuesNeeded(fraction) ? undefined : quantileOf(values, fraction);
  const [p50, max] = [of(0.5), of(1)];
  if (p50 === undefined || max === undefined) return undefined;
  return { p50, p90: of(0.9), p99: of(0.99), max, interval: medianInterval(values) };
}

/** What the host reported, less the quantiles that would need more calls or cold starts. */
function withoutThinTails(reported: FunctionSummary): FunctionSummary {
  const { invocations, coldStarts, initP90, initP99, durationP95, durationP99 } = reported;
  const known = (value: number | null, count: number, fraction: number) =>
    count < valuesNeeded(fraction) ? null : value;
  return {
    ...reported,
    initP90: known(initP90, coldStarts, 0.9),
    initP99: known(initP99, coldStarts, 0.99),
    durationP95: known(durationP95, invocations, 0.95),
    durationP99: known(durationP99, invocations, 0.99),
  };
}

function problemsOf(
  { coldStarts }: BenchResult,
  { scenario, stack, rounds, violations }: ScenarioResult,
): string[] {
  const sum = (pick: (round: (typeof rounds)[number]) => number) =>
    rounds.reduce((total, round) => total + pick(round), 0);
  const lost = sum(({ load }) => load.lost ?? 0);
  const timedOut = sum(({ load }) => load.timedOut ?? 0);
  const throttled = rounds.reduce((total, { load }) => addThrottled(total, load.throttled), NONE_THROTTLED);
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
    ...sayThrottled(throttled),
    ...(dropped > 0 ? [`${dropped} requests could not be sent in time`] : []),
    ...first,
    ...(wrong > first.length ? [`and ${wrong - first.length} more answers that do not verify`] : []),
  ];
}
