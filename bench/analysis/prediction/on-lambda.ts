import type { Architecture } from '@sheep-shed/log-insights/cost';
import { FUNCTION_OF, isEventScenario, type ScenarioName, sizeIn } from '../../results/names.ts';
import type { BenchResult, ScenarioResult } from '../../results/result.ts';
import { costPerMillion } from '../call-cost.ts';
import { usualArchitectureOf, writingShareOf } from '../cost.ts';
import { isMissing, type Missing } from '../metrics.ts';
import { requestUnits } from '../request-units.ts';
import { builtInFactors, type Factors, type Language, type Spread } from './constants.ts';
import { type Prediction, predict } from './predict.ts';
import { workOf } from './work.ts';

/** The sizes that are predicted unless others are asked for, in MB. */
const PREDICTED_MB = [128, 256, 512, 1024, 1769, 3008] as const;

/**
 * Milliseconds of `bench/run/yardstick.ts` on the machine that the built-in factors were found on: another machine's
 * CPU times are scaled by its own.
 */
export const REFERENCE_YARDSTICK_MS = 1.85;

/** One memory size of a function. */
export interface SizeOnLambda extends Prediction {
  /** USD of a million warm calls, with API, DynamoDB and logs. */
  readonly costPerMillion: Spread;
  /** Whether what the function used of memory here is more than the size. */
  readonly isTooSmall: boolean;
}

/** What Lambda would make of one scenario on one stack. */
export interface OnLambda {
  readonly scenario: ScenarioName;
  readonly stack: string;
  readonly architecture: Architecture;
  readonly factors: Factors;
  /** CPU milliseconds of a warm call here. */
  readonly cpuMs: number;
  /** By rising memory. */
  readonly sizes: readonly SizeOnLambda[];
  /** Memory of the cheapest and of the fastest size that is not too small, in MB; of equal ones the smaller. */
  readonly cheapestMb: number | undefined;
  readonly fastestMb: number | undefined;
}

/** What to predict. */
export interface PredictOptions {
  /** Where absent {@link PREDICTED_MB} and the size that the function has; of a target at a size that size alone. */
  readonly memoryMb?: readonly number[];
  /** That of the deployed function where absent. */
  readonly architecture?: Architecture;
  /** Factors of an account, as `bench calibrate` found them. */
  readonly calibrated?: (language: Language, architecture: Architecture) => Factors | undefined;
}

/** Predicts one scenario on one stack, or says why it cannot. */
export function onLambda(
  result: BenchResult,
  one: ScenarioResult,
  { memoryMb, architecture, calibrated }: PredictOptions = {},
): OnLambda | Missing {
  const work = workOf(result, one);
  if (isMissing(work)) return work;
  const { scenario, stack, reported } = one;
  if (isEventScenario(scenario)) return { missing: 'what S3 and SQS take on AWS is not in the model' };
  const processor = architecture ?? usualArchitectureOf(result, scenario, stack);
  const factors = factorsFor(result, work.language, processor, calibrated);
  const units = requestUnits(FUNCTION_OF[scenario], result.plan.herd ?? 0, writingShareOf(one));
  const own = sizeIn(stack);
  const usual = new Set([...PREDICTED_MB, ...(reported?.memorySizeMb ? [reported.memorySizeMb] : [])]);
  const sizes = (memoryMb ?? (own === undefined ? [...usual] : [own]))
    .toSorted((some, other) => some - other)
    .map((size): SizeOnLambda => {
      const prediction = predict(work, size, factors);
      const cost = (billedMs: number) =>
        costPerMillion({ billedMs, memoryMb: size, architecture: processor, ...units }).usd;
      const { low, typical, high } = prediction.warm.billed;
      return {
        ...prediction,
        costPerMillion: { low: cost(low), typical: cost(typical), high: cost(high) },
        isTooSmall: (reported?.maxMemoryUsedMb ?? 0) > size,
      };
    });
  return {
    scenario,
    stack,
    architecture: processor,
    factors,
    cpuMs: work.warm.cpuMs,
    sizes,
    cheapestMb: leastBy(sizes, ({ costPerMillion: { typical } }) => typical),
    fastestMb: leastBy(sizes, ({ warm }) => warm.mean.typical),
  };
}

/** What of a result can be predicted, and why the rest cannot: each reason in words, with what it is true of. */
export interface Predictions {
  readonly found: readonly OnLambda[];
  readonly missing: readonly string[];
}

/** Predicts every scenario and stack of a result that can be predicted. */
export function predictAll(result: BenchResult, options: PredictOptions = {}): Predictions {
  const all = result.scenarios.map((one) => ({
    where: `${one.scenario} on ${one.stack}`,
    prediction: onLambda(result, one, options),
  }));
  const missing = all.flatMap(({ where, prediction }) =>
    isMissing(prediction) ? [{ where, why: prediction.missing }] : [],
  );
  return {
    found: all.flatMap(({ prediction }) => (isMissing(prediction) ? [] : [prediction])),
    missing: [...Map.groupBy(missing, ({ why }) => why)].map(
      ([why, alike]) => `${alike.map(({ where }) => where).join(', ')}: ${why}`,
    ),
  };
}

/** The factors between this machine and Lambda: those of the account where they were calibrated, else the built-in ones. */
function factorsFor(
  { machine }: BenchResult,
  language: Language,
  architecture: Architecture,
  calibrated: PredictOptions['calibrated'],
): Factors {
  const own = calibrated?.(language, architecture);
  if (own !== undefined) return own;
  const { cpu, origin } = builtInFactors(language, architecture);
  const yardstickMs = machine?.yardstickMs;
  const speed = yardstickMs === undefined ? 1 : REFERENCE_YARDSTICK_MS / yardstickMs;
  return {
    cpu: { low: cpu.low * speed, typical: cpu.typical * speed, high: cpu.high * speed },
    origin: yardstickMs === undefined ? `${origin}, this machine's own speed unknown` : origin,
  };
}

/** Sizes that differ by less are alike. */
const ALIKE = 1.01;

function leastBy(sizes: readonly SizeOnLambda[], value: (size: SizeOnLambda) => number): number | undefined {
  const large = sizes.filter(({ isTooSmall }) => !isTooSmall);
  const least = Math.min(...large.map(value));
  return large.find((size) => value(size) <= least * ALIKE)?.memoryMb;
}
