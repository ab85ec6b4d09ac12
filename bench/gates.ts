import type { Comparison } from './compare.ts';
import { compareResults, regressionsOf } from './compare.ts';
import { isMissing, metricOf } from './metrics.ts';
import { renderComparison } from './reports/comparison.ts';
import { decimal } from './reports/format.ts';
import { renderTable } from './reports/table.ts';
import type { BenchResult } from './result.ts';
import { isWrong } from './result.ts';
import { readResult } from './result-file.ts';
import type { Threshold, ThresholdOutcome } from './thresholds.ts';
import { checkThreshold, parseThreshold } from './thresholds.ts';

/** What a result is held against. */
export interface Gates {
  readonly thresholds: readonly Threshold[];
  readonly baseline: { readonly path: string; readonly result: BenchResult } | undefined;
}

/** How a result stands against its gates. */
export interface Judgement {
  /** For people; empty without gates. */
  readonly text: string;
  readonly code: 0 | 1 | 3 | 4;
}

/** Reads gates, before anything is measured. @throws OptionError on a threshold or a baseline that cannot be read. */
export async function readGates(given: {
  readonly baseline: string | undefined;
  readonly threshold: readonly string[] | undefined;
}): Promise<Gates> {
  const thresholds = (given.threshold ?? []).map(parseThreshold);
  const { baseline: path } = given;
  return { thresholds, baseline: path === undefined ? undefined : { path, result: await readResult(path) } };
}

/** Holds a result against its gates. @param name of the result, for the comparison's title. */
export function judge(result: BenchResult, gates: Gates, name: string, hasColour = false): Judgement {
  const outcomes = gates.thresholds.flatMap((threshold) => checkThreshold(result, threshold));
  const comparison = gates.baseline && compareResults(gates.baseline.result, result);
  const parts = [
    ...(outcomes.length > 0 ? [renderOutcomes(outcomes)] : []),
    ...(comparison
      ? [renderComparison(comparison, { before: gates.baseline?.path ?? '', after: name }, hasColour)]
      : []),
  ];
  return { text: parts.join('\n\n'), code: codeOf(result, outcomes, comparison) };
}

/** The exit code of a result: what cannot be trusted comes first, then what was promised, then what changed. */
export function codeOf(
  result: BenchResult,
  outcomes: readonly ThresholdOutcome[],
  comparison: Comparison | undefined,
): Judgement['code'] {
  if (isAnyWrong(result)) return 1;
  if (outcomes.some(({ isKept }) => !isKept)) return 3;
  return comparison !== undefined && regressionsOf(comparison).length > 0 ? 4 : 0;
}

/** Whether anything in a result did not verify. */
export function isAnyWrong({ scenarios, coldStarts }: BenchResult): boolean {
  return scenarios.some(isWrong) || coldStarts.some(({ violations }) => violations.length > 0);
}

function renderOutcomes(outcomes: readonly ThresholdOutcome[]): string {
  const rows = outcomes.map(({ threshold, where, value, isKept }) => [
    threshold.text,
    where,
    isMissing(value) ? `not available: ${value.missing}` : withUnit(value, threshold.metric),
    isKept ? 'kept' : 'MISSED',
  ]);
  return `Thresholds\n${renderTable(['threshold', 'where', 'value', ''], rows)}`;
}

function withUnit(value: number, metric: Threshold['metric']): string {
  if (metric === 'ratio') return `${decimal(value)} times`;
  const { unit } = metricOf(metric);
  // Without unit it is a count.
  return unit === '' ? String(value) : `${decimal(value)} ${unit}`;
}
