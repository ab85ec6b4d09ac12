import { OptionError } from '@sheep-shed/options';
import { parseThreshold, type Threshold } from '../analysis/thresholds.ts';
import { parseObjective } from '../plan/objective.ts';
import type { ScenarioName } from '../results/names.ts';
import type { ExportedRun } from './exported-run.ts';

/** A limit on the latency of a scenario on a stack. */
export interface ExportedLimit {
  readonly scenario: ScenarioName;
  readonly stack: string;
  /** Of a rate step; `undefined` for all rounds together. */
  readonly rate: number | undefined;
  readonly quantile: Quantile;
  readonly sign: Threshold['sign'];
  readonly ms: number;
}

const QUANTILES = ['p50', 'p90', 'p95', 'p99', 'p99.9', 'max'] as const;
type Quantile = (typeof QUANTILES)[number];

/**
 * The limits of a run by `--threshold` and `--slo`, each on its own.
 * @throws OptionError on thresholds that no load engine can judge, such as those of REPORT lines.
 */
export function exportedLimits({ plan, thresholds }: ExportedRun): ExportedLimit[] {
  const { objective, rateSteps, scenarios, stacks } = plan;
  const pairs = scenarios.flatMap((scenario) => stacks.map((stack) => ({ scenario, stack })));
  const goal = objective === undefined ? undefined : parseObjective(objective);
  const ofSteps = (rateSteps ?? []).flatMap((rate) =>
    goal === undefined
      ? []
      : pairs.map((pair) => ({
          ...pair,
          rate,
          quantile: goal.quantile,
          sign: goal.text.includes('<=') ? ('<=' as const) : ('<' as const),
          ms: goal.limit / 1000,
        })),
  );
  const given = thresholds.flatMap((text) => {
    const { scenario, stack, metric, sign, limit } = parseThreshold(text);
    const quantile = QUANTILES.find((one) => one === metric);
    if (quantile === undefined) {
      throw new OptionError(
        `--threshold must be on a latency (p50, p90, p95, p99, max) when the load is exported: no load engine knows of more; got "${text}"`,
      );
    }
    return pairs
      .filter((pair) => scenario === undefined || pair.scenario === scenario)
      .filter((pair) => stack === undefined || pair.stack === stack)
      .map((pair) => ({ ...pair, rate: undefined, quantile, sign, ms: limit }));
  });
  return [...given, ...ofSteps];
}
