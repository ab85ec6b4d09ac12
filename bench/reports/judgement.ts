import type { Judgement } from '../analysis/gates.ts';
import { isMissing, metricOf } from '../analysis/metrics.ts';
import type { AgainstVerdict } from '../analysis/ratios.ts';
import type { Threshold, ThresholdOutcome } from '../analysis/thresholds.ts';
import type { ComparedNames } from './comparison.ts';
import { renderComparison } from './comparison.ts';
import { decimal, difference } from './format.ts';
import { renderTable } from './table.ts';

/** Shows how a result stands against its gates, and against another revision; empty without either. @param names of the two results of a comparison. */
export function renderJudgement(
  { outcomes, comparison, against }: Judgement,
  names: ComparedNames,
  hasColour = false,
): string {
  const parts = [
    ...(outcomes.length > 0 ? [renderOutcomes(outcomes)] : []),
    ...(against ? [againstLine(against)] : []),
    ...(comparison ? [renderComparison(comparison, names, hasColour)] : []),
  ];
  return parts.join('\n\n');
}

/** The verdict against another revision, in one line. */
function againstLine({ against, ratios, slower }: AgainstVerdict): string {
  if (slower.length > 0) {
    const named = slower.map(({ scenario, figures }) =>
      isMissing(figures) ? scenario : `${scenario} (${decimal(1 / figures.ratio)} times as long)`,
    );
    return `Regression against ${against}: ${named.join(', ')}.`;
  }
  const finds = ratios.map(({ scenario, figures }) =>
    isMissing(figures)
      ? `${scenario} without a verdict: ${figures.missing}`
      : `${scenario} ${difference(figures.detectable)}`,
  );
  return `No regression against ${against} that chance does not explain; what 9 of 10 such runs would find: ${finds.join(', ')}.`;
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
