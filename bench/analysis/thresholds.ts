import { OptionError } from '@sheep-shed/options';
import { TARGET_NAME } from '../plan/named-targets.ts';
import type { ScenarioName } from '../results/names.ts';
import { SCENARIO_NAMES } from '../results/names.ts';
import type { BenchResult } from '../results/result.ts';
import { isMissing, METRICS, type MetricName, type Missing, metricOf, type Unit } from './metrics.ts';
import { ratiosOf } from './ratios.ts';

/** A limit that a result must keep, such as `wolf.p99<250ms`. */
export interface Threshold {
  /** As it was given, without blanks. */
  readonly text: string;
  /** `undefined` for `*`: every scenario of the result. */
  readonly scenario: ScenarioName | undefined;
  /** `undefined`: every stack, or for a ratio every stack that is compared with the first. */
  readonly stack: string | undefined;
  readonly metric: MetricName | 'ratio';
  readonly sign: '<' | '<=' | '>' | '>=';
  /** In the metric's own unit. */
  readonly limit: number;
}

/** What came of a threshold on one scenario and stack. */
export interface ThresholdOutcome {
  readonly threshold: Threshold;
  /** Such as `wolf on ts`. */
  readonly where: string;
  readonly value: number | Missing;
  readonly isKept: boolean;
}

/** Names of all metrics of thresholds. */
export const THRESHOLD_METRICS = [...(Object.keys(METRICS) as MetricName[]), 'ratio'] as const;

const FACTORS: Readonly<Record<Unit, Readonly<Record<string, number>>>> = {
  ms: { us: 0.001, ms: 1, s: 1000 },
  MB: { MB: 1, GB: 1000 },
  '/s': { '/s': 1 },
  USD: { USD: 1 },
  '': {},
};

/** The grammar of thresholds, in words. */
const THRESHOLD_ALLOWED = `<scenario or *>[.<stack>].<metric> then <, <=, > or >= and a number with its unit, such as wolf.p99<250ms or cat.ts.billed<=3ms; metrics: ${THRESHOLD_METRICS.join(', ')}`;

/**
 * Reads a threshold.
 * @throws OptionError that says which part is wrong, and what is allowed in its place.
 */
export function parseThreshold(given: string): Threshold {
  const text = given.replaceAll(' ', '');
  const refuse = (what: string) => new OptionError(`--threshold ${what}; got ${JSON.stringify(given)}`);
  const [, subject = '', sign = '', number = '', unit = ''] =
    /^([^<>=]+)(<=|>=|<|>)([0-9]{1,12}(?:\.[0-9]{1,9})?)(.*)$/.exec(text) ?? [];
  if (subject === '') throw refuse(`must be ${THRESHOLD_ALLOWED}`);
  const [scenario = '', ...rest] = subject.split('.');
  const name = rest.pop() ?? '';
  const metric = THRESHOLD_METRICS.find((one) => one === name);
  if (metric === undefined)
    throw refuse(`must end in one of the metrics ${THRESHOLD_METRICS.join(', ')}, not "${name}"`);
  const known = SCENARIO_NAMES.find((one) => one === scenario);
  if (known === undefined && scenario !== '*') {
    throw refuse(`must begin with one of the scenarios ${SCENARIO_NAMES.join(', ')} or *, not "${scenario}"`);
  }
  if (rest.length > 1 || rest.some((part) => !TARGET_NAME.test(part))) {
    throw refuse(`must name at most one stack between scenario and metric, not "${rest.join('.')}"`);
  }
  const factors = FACTORS[metric === 'ratio' ? '' : metricOf(metric).unit];
  const factor = unit === '' ? 1 : Object.hasOwn(factors, unit) ? factors[unit] : undefined;
  if (factor === undefined) {
    const units = Object.keys(factors);
    throw refuse(
      `on ${metric} takes ${units.length === 0 ? 'no unit' : `${units.join(', ')} or no unit`}, not "${unit}"`,
    );
  }
  return {
    text,
    scenario: known,
    stack: rest[0],
    metric,
    sign: sign as Threshold['sign'],
    limit: Number(number) * factor,
  };
}

/** Holds a result against a threshold, for every scenario and stack it speaks of; what is not available is not kept. */
export function checkThreshold(result: BenchResult, threshold: Threshold): ThresholdOutcome[] {
  const found = threshold.metric === 'ratio' ? ratioValues(result) : stackValues(result, threshold.metric);
  const meant = found.filter(
    ({ scenario, stack }) =>
      (threshold.scenario === undefined || threshold.scenario === scenario) &&
      (threshold.stack === undefined || threshold.stack === stack),
  );
  if (meant.length === 0) {
    const what = `${threshold.scenario ?? 'any scenario'} on ${threshold.stack ?? 'any stack'}`;
    const missing = `the result holds no ${threshold.metric === 'ratio' ? 'comparison' : 'measurement'} of it`;
    return [{ threshold, where: what, value: { missing }, isKept: false }];
  }
  return meant.map(({ where, value }) => ({
    threshold,
    where,
    value,
    isKept: !isMissing(value) && isWithin(value, threshold),
  }));
}

interface Found {
  readonly scenario: ScenarioName;
  readonly stack: string;
  readonly where: string;
  readonly value: number | Missing;
}

function stackValues(result: BenchResult, metric: MetricName): Found[] {
  return result.scenarios.map((one) => ({
    scenario: one.scenario,
    stack: one.stack,
    where: `${one.scenario} on ${one.stack}`,
    value: metricOf(metric).of(result, one),
  }));
}

function ratioValues(result: BenchResult): Found[] {
  return ratiosOf(result, 'p50').map(({ scenario, base, other, figures }) => ({
    scenario,
    stack: other,
    where: `${scenario}, ${base} over ${other}`,
    value: isMissing(figures) ? figures : figures.ratio,
  }));
}

function isWithin(value: number, { sign, limit }: Threshold): boolean {
  switch (sign) {
    case '<':
      return value < limit;
    case '<=':
      return value <= limit;
    case '>':
      return value > limit;
    case '>=':
      return value >= limit;
  }
}
