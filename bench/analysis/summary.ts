import type { AgentsDescription } from '../results/agent-result.ts';
import type { BenchFloor, BenchResult, Machine, RateCurve, ToldPlan, Versions } from '../results/result.ts';
import { latencyMs } from './latency.ts';
import { type OnLambda, type PredictOptions, predictAll } from './prediction/on-lambda.ts';
import { RATIO_METRICS, type Ratio, ratiosOf } from './ratios.ts';
import type { StackFigures } from './stack-figures.ts';
import { figuresOf } from './stack-figures.ts';
import { warningsOf } from './warnings.ts';

/** Latency in milliseconds against load in requests a second, of one scenario on one stack. */
export interface RateFigures extends Omit<RateCurve, 'steps'> {
  /** By rising rate. */
  readonly steps: readonly {
    readonly rate: number;
    readonly met: boolean;
    readonly p50: number | undefined;
    /** `undefined` with too few calls for it. */
    readonly p99: number | undefined;
    readonly max: number | undefined;
  }[];
}

/** The derived figures of a result: what every format of report shows. */
export interface Summary {
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly isComplete: boolean;
  readonly plan: ToldPlan;
  readonly machine: Machine | undefined;
  readonly versions: Versions;
  readonly stacks: BenchResult['stacks'];
  readonly figures: readonly StackFigures[];
  readonly ratios: readonly Ratio[];
  readonly rateCurves: readonly RateFigures[];
  readonly floor: BenchFloor | undefined;
  /** Of the worker's transport. */
  readonly amqpFloor: BenchFloor | undefined;
  /** Predictions; empty for a deployed API and where no CPU time is known. */
  readonly onLambda: readonly OnLambda[];
  /** Why the rest of a run on this machine is not predicted, in words. */
  readonly notPredicted: readonly string[];
  /** Who applied the load, and the longest time between the first and the last one's begin; `undefined`: the bench itself. */
  readonly agents: (AgentsDescription & { readonly startSkewMs: number }) | undefined;
  readonly warnings: readonly string[];
}

/** Derives what reports show from a result. @param predict the factors of predictions, where they are not the built-in ones. */
export function summaryOf(result: BenchResult, predict: PredictOptions = {}): Summary {
  const { startedAt, finishedAt, isComplete, plan, machine, versions, stacks, rateCurves, floor } = result;
  const { found, missing } = predictAll(result, predict);
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
    rateCurves: rateCurves.map(rateFiguresOf),
    floor,
    amqpFloor: result.amqpFloor,
    onLambda: found,
    notPredicted: plan.isRemote ? [] : missing,
    agents: result.agents && { ...result.agents, startSkewMs: startSkewOf(result) },
    warnings: warningsOf(result),
  };
}

function startSkewOf({ scenarios }: BenchResult): number {
  const rounds = scenarios.flatMap((one) => one.rounds);
  return rounds.reduce((most, { startSkewMs = 0 }) => Math.max(most, startSkewMs), 0);
}

function rateFiguresOf(curve: RateCurve): RateFigures {
  const steps = curve.steps.map(({ rate, met, load }) => ({
    rate,
    met,
    p50: latencyMs(load, 0.5),
    p99: latencyMs(load, 0.99),
    max: latencyMs(load, 1),
  }));
  return { ...curve, steps: steps.sort((one, other) => one.rate - other.rate) };
}
