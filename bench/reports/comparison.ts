import type { Change, Comparison } from '../analysis/compare.ts';
import { regressionsOf } from '../analysis/compare.ts';
import { isMissing, type Missing, metricOf } from '../analysis/metrics.ts';
import { colourText } from './colour.ts';
import { decimal, difference, FINDS, range, wrap } from './format.ts';
import { markdownTable } from './markdown.ts';
import type { ReportTable } from './report-tables.ts';
import { renderTable } from './table.ts';

/** Names of the runs, for titles; usually paths. */
export interface ComparedNames {
  readonly before: readonly string[];
  readonly after: string;
}

const WIDTH = 100;

/** Renders a comparison for a terminal. */
export function renderComparison(comparison: Comparison, names: ComparedNames, hasColour = false): string {
  const table = comparisonTable(comparison);
  const parts = [`${names.before.join(', ')} before, ${names.after} after`, ''];
  if (table.rows.length > 0) {
    parts.push(table.title, renderTable(table.header, table.rows), wrap(table.note, WIDTH), '');
  }
  parts.push(conclusion(comparison), ...comparison.warnings.map((warning) => `\nWarning: ${warning}`));
  const text = parts.join('\n');
  return hasColour ? colourText(text) : text;
}

/** Renders a comparison in Markdown, to paste into a pull request. */
export function renderComparisonMarkdown(comparison: Comparison, names: ComparedNames): string {
  return [
    `### Sheep Shed bench: ${names.before.map((name) => `\`${name}\``).join(', ')} before, \`${names.after}\` after`,
    '',
    conclusion(comparison),
    '',
    ...comparison.warnings.map((warning) => `> **Warning:** ${warning}\n`),
    ...(comparison.changes.length > 0 ? [markdownTable(comparisonTable(comparison)), ''] : []),
  ].join('\n');
}

/** What the comparison comes to, in one line. */
export function conclusion(comparison: Comparison): string {
  if (comparison.changes.length === 0)
    return 'The runs have no scenario and stack in common: nothing to compare.';
  if (comparison.comparisons === 0) return 'No metric has values enough in all runs: no verdict.';
  const regressions = regressionsOf(comparison);
  if (regressions.length === 0) return 'No regression that chance does not explain.';
  const named = regressions.map(({ scenario, stack, metric }) => `${scenario} on ${stack} (${metric})`);
  return `Regression: ${named.join(', ')}.`;
}

function comparisonTable({ changes, comparisons }: Comparison): ReportTable {
  return {
    title: 'Times better after, with simultaneous 95 % intervals',
    header: [
      'scenario',
      'stack',
      'metric',
      'before',
      'after',
      'unit',
      'times',
      'interval',
      'finds',
      'verdict',
    ],
    rows: changes.map((change) => [
      change.scenario,
      change.stack,
      change.metric,
      value(change.before),
      value(change.after),
      metricOf(change.metric).unit,
      isMissing(change.figures) ? '-' : decimal(change.figures.ratio),
      isMissing(change.figures) ? '-' : range(change.figures),
      isMissing(change.figures) ? '-' : difference(change.figures.detectable),
      verdict(change),
    ]),
    note: `Below 1 is worse. The ${comparisons} intervals hold together in 95 of 100 comparisons. ${FINDS}`,
  };
}

function value(figure: number | Missing): string {
  return isMissing(figure) ? '-' : decimal(figure);
}

/** "Better" and "worse", since a metric need not be a time. */
function verdict({ figures }: Change): string {
  if (isMissing(figures)) return `- ${figures.missing}`;
  return figures.verdict === 'faster' ? 'better' : figures.verdict === 'slower' ? 'worse' : 'inconclusive';
}
