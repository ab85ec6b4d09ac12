import type { PredictOptions } from '../analysis/prediction/on-lambda.ts';
import { summaryOf } from '../analysis/summary.ts';
import type { BenchResult } from '../results/result.ts';

/** Renders the derived figures with their intervals as JSON; a bound that is infinite becomes null. */
export function renderJson(result: BenchResult, predict?: PredictOptions): string {
  return `${JSON.stringify(summaryOf(result, predict), undefined, 2)}\n`;
}
