import type { Judgement } from '../analysis/gates.ts';
import { isMissing, metricOf } from '../analysis/metrics.ts';
import type { Threshold, ThresholdOutcome } from '../analysis/thresholds.ts';
import type { ComparedNames } from './comparison.ts';
import { renderComparison } from './comparison.ts';
import { decimal } from './format.ts';
import { renderTable } from './table.ts';

/** Shows how a result stands against its gates; empty without gates. @param names of the two results of a comparison. */
export function renderJudgement(
  { outcomes, comparison }: Judgement,
  names: ComparedNames,
  hasColour = false,
): string {
  const parts = [
    ...(outcomes.length > 0 ? [renderOutcomes(outcomes)] : []),
    ...(comparison ? [renderComparison(comparison, names, hasColour)] : []),
  ];
  return parts.join('\n\n');
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
