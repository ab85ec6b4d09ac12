import type { BenchResult, RoundResult, ScenarioResult } from '../results/result.ts';
import { faultsOf } from '../results/result.ts';
import { sumThrottled } from '../results/throttled.ts';
import { mergeHistograms } from '../statistics/histogram.ts';
import { histogramQuantile, quantileOf, valuesNeeded } from '../statistics/quantile.ts';
import { costFiguresOf } from './cost.ts';
import { latencyMs } from './latency.ts';
import { wholeRounds } from './whole-rounds.ts';

/** A value that cannot be had, and why, in words. */
export interface Missing {
  readonly missing: string;
}

/** Whether a figure is missing. */
export function isMissing<T>(figure: T | Missing): figure is Missing {
  return typeof figure === 'object' && figure !== null && 'missing' in figure;
}

/** Units of metrics; the empty one belongs to counts and ratios. */
export type Unit = 'ms' | 'MB' | '/s' | 'USD' | '';

/** One quantity that is measured of a scenario on a stack. */
export interface Metric {
  /** One line for the docs and for error messages. */
  readonly help: string;
  readonly unit: Unit;
  readonly better: 'less' | 'more';
  /** The value of all whole rounds together. */
  readonly of: (result: BenchResult, one: ScenarioResult) => number | Missing;
  /** The value of one round; absent where rounds have none of their own. */
  readonly ofRound?: (round: RoundResult) => number | Missing;
}

const NO_CALLS = { missing: 'no call of a whole round was answered' };
const PREDICTED = {
  missing: 'on this machine it is predicted, and no measurement: see On Lambda in the report',
};
const NOT_TOLD = { missing: 'the imported file does not tell it' };
const NO_REPORT = { missing: 'no REPORT lines of it are known' };

/** Every metric by its name in thresholds. */
export const METRICS = {
  p50: latencyQuantile(0.5, 'median latency'),
  p90: latencyQuantile(0.9, 'latency that 90 % of the calls do not exceed'),
  p95: latencyQuantile(0.95, 'latency that 95 % of the calls do not exceed'),
  p99: latencyQuantile(0.99, 'latency that 99 % of the calls do not exceed'),
  max: {
    help: 'longest latency',
    unit: 'ms',
    better: 'less',
    of: (_, one) => pooled(one, 1),
  },
  throughput: {
    help: 'answered calls a second',
    unit: '/s',
    better: 'more',
    of: (_, one) => throughputOf(wholeRounds(one)),
    ofRound: (round) => throughputOf([round]),
  },
  rows: {
    help: 'rows imported a second',
    unit: '/s',
    better: 'more',
    of: (_, one) => rowsPerSecond(wholeRounds(one)),
    ofRound: (round) => rowsPerSecond([round]),
  },
  duration: {
    help: 'median duration as REPORT gives it, without init',
    unit: 'ms',
    better: 'less',
    of: (_, { reported }) => reported?.durationP50 ?? NO_REPORT,
    ofRound: ({ reported }) => reported?.durationP50 ?? NO_REPORT,
  },
  billed: {
    help: 'billed duration a call, init included',
    unit: 'ms',
    better: 'less',
    of: (_, { reported }) => billedOf(reported),
    ofRound: ({ reported }) => billedOf(reported),
  },
  'init-p50': initQuantile(0.5, 'initP50'),
  'init-p90': initQuantile(0.9, 'initP90'),
  'init-p99': initQuantile(0.99, 'initP99'),
  errors: {
    help: 'requests lost, dropped or throttled, answers that did not verify, and violations',
    unit: '',
    better: 'less',
    of: (result, one) => errorsOf(result, one),
  },
  memory: {
    help: 'peak memory as REPORT gives it',
    unit: 'MB',
    better: 'less',
    of: (_, { reported }) => reported?.maxMemoryUsedMb ?? NO_REPORT,
  },
  cost: {
    help: 'cost of a million calls on AWS',
    unit: 'USD',
    better: 'less',
    of: (result, one) => costFiguresOf(result, one)?.total ?? (result.plan.isRemote ? NO_REPORT : PREDICTED),
  },
} as const satisfies Readonly<Record<string, Metric>>;

/** The name of a metric of one stack. */
export type MetricName = keyof typeof METRICS;

/** A metric by its name. */
export function metricOf(name: MetricName): Metric {
  return METRICS[name];
}

/** The forced cold starts of a scenario on a stack. */
export function coldStartsOf({ coldStarts }: BenchResult, { scenario, stack }: ScenarioResult) {
  return coldStarts.find((one) => one.scenario === scenario && one.stack === stack)?.starts ?? [];
}

function latencyQuantile(fraction: number, help: string): Metric {
  const needed = valuesNeeded(fraction);
  return {
    help,
    unit: 'ms',
    better: 'less',
    of: (_, one) => pooled(one, fraction),
    ofRound: ({ load }) => {
      if (load.calls < needed) return { missing: `a round needs ${needed} calls for it` };
      return latencyMs(load, fraction) ?? NOT_TOLD;
    },
  };
}

function pooled(one: ScenarioResult, fraction: number): number | Missing {
  const rounds = wholeRounds(one);
  const [first] = rounds;
  if (first?.load.told !== undefined) {
    return tooFew(fraction, first.load.calls, 'calls') ?? latencyMs(first.load, fraction) ?? NOT_TOLD;
  }
  const latency = mergeHistograms(rounds.map(({ load }) => load.latency));
  const micros = histogramQuantile(latency, fraction);
  if (micros === undefined) return NO_CALLS;
  return tooFew(fraction, latency.count, 'calls') ?? micros / 1000;
}

function throughputOf(rounds: readonly RoundResult[]): number | Missing {
  const answered = rounds.reduce(
    (sum, { load }) => sum + load.calls - (load.lost ?? Number.NaN) - sumThrottled(load.throttled),
    0,
  );
  const elapsedMs = elapsedOf(rounds);
  if (Number.isNaN(answered) || Number.isNaN(elapsedMs)) return NOT_TOLD;
  return answered > 0 && elapsedMs > 0 ? (answered * 1000) / elapsedMs : NO_CALLS;
}

/** `NaN` where that of a round is not known. */
function elapsedOf(rounds: readonly RoundResult[]): number {
  return rounds.reduce((sum, { load }) => sum + (load.elapsedMs ?? Number.NaN), 0);
}

function rowsPerSecond(rounds: readonly RoundResult[]): number | Missing {
  if (rounds.every(({ rows }) => rows === undefined)) return { missing: 'it imports no rows' };
  const rows = rounds.reduce((sum, round) => sum + (round.rows ?? 0), 0);
  const elapsedMs = elapsedOf(rounds);
  return rows > 0 && elapsedMs > 0 ? (rows * 1000) / elapsedMs : NO_CALLS;
}

function billedOf(reported: ScenarioResult['reported']): number | Missing {
  return reported === undefined || reported.invocations === 0
    ? NO_REPORT
    : reported.billedSum / reported.invocations;
}

function initQuantile(fraction: number, field: 'initP50' | 'initP90' | 'initP99'): Metric {
  return {
    help: `init that ${fraction * 100} % of the cold starts do not exceed`,
    unit: 'ms',
    better: 'less',
    of: (result, one) => {
      const forced = coldStartsOf(result, one).flatMap(({ initMs }) => initMs ?? []);
      const value = quantileOf(forced, fraction) ?? one.reported?.[field];
      if (value === undefined || value === null) return { missing: 'no cold start with a REPORT line' };
      const count = forced.length > 0 ? forced.length : (one.reported?.coldStarts ?? 0);
      return tooFew(fraction, count, 'cold starts') ?? value;
    },
  };
}

/** Why so few values give no such quantile; `undefined` where they do. */
function tooFew(fraction: number, count: number, what: string): Missing | undefined {
  const needed = valuesNeeded(fraction);
  return count < needed ? { missing: `it needs ${needed} ${what}, and there are ${count}` } : undefined;
}

function errorsOf(
  { coldStarts }: BenchResult,
  { scenario, stack, rounds, violations }: ScenarioResult,
): number {
  const cold = coldStarts.filter((one) => one.scenario === scenario && one.stack === stack);
  const ofLoad = rounds.reduce((sum, { load }) => sum + faultsOf(load), 0);
  return ofLoad + violations.length + cold.reduce((sum, one) => sum + one.violations.length, 0);
}
