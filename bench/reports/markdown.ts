import type { PredictOptions } from '../analysis/prediction/on-lambda.ts';
import type { Summary } from '../analysis/summary.ts';
import { summaryOf } from '../analysis/summary.ts';
import type { BenchResult } from '../results/result.ts';
import { cpuTable, onLambdaTable } from './on-lambda-table.ts';
import { type ReportTable, reportTables } from './report-tables.ts';
import { floorLine, notPredictedLines, problemLines, titleOf } from './terminal.ts';

/** Renders a result in Markdown as GitHub reads it, to paste into a pull request: the answer open, the rest folded. */
export function renderMarkdown(result: BenchResult, predict?: PredictOptions): string {
  const summary = summaryOf(result, predict);
  const [first, ...others] = reportTables(summary);
  const cpu = cpuTable(summary);
  const problems = summary.figures.filter((one) => one.problems.length > 0).flatMap(problemLines);
  return [
    `### Sheep Shed bench: ${summary.plan.stacks.map(escapeCell).join(' and ')}`,
    '',
    titleOf(summary),
    '',
    ...(first === undefined ? [] : [markdownTable(first), '']),
    ...(problems.length === 0 ? [] : ['```', ...problems, '```', '']),
    ...summary.warnings.map((warning) => `> **Warning:** ${escapeText(warning)}\n`),
    '<details><summary>All figures, machine and versions</summary>',
    '',
    ...others.flatMap((table) => [markdownTable(table), '']),
    ...(cpu.rows.length === 0 ? [] : [markdownTable(cpu), '']),
    ...(summary.onLambda.length === 0 ? [] : [markdownTable(onLambdaTable(summary.onLambda)), '']),
    ...notPredictedLines(summary).flatMap((line) => [escapeText(line), '']),
    floorLine(summary),
    '',
    ...machineLines(summary),
    '',
    '</details>',
    '',
  ].join('\n');
}

/** A table in GitHub's Markdown, with its title and note. */
export function markdownTable({ title, header, rows, note }: ReportTable): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => escapeCell(cell.trim())).join(' | ')} |`;
  const rule = header.map((_, column) =>
    rows.every((row) => /^[-\d]/.test(row[column] ?? '')) ? '--:' : '---',
  );
  return [`**${title}**`, '', line(header), `|${rule.join('|')}|`, ...rows.map(line), '', note]
    .join('\n')
    .trimEnd();
}

function machineLines({ machine, versions }: Summary): string[] {
  if (machine === undefined) return ['- machine and versions: not told by the imported file'];
  const { cpu, cores, memoryMb, kernel, loadAverageBefore, loadAverageAfter } = machine;
  const dirty = versions.gitDirty ? ', with changes' : '';
  return [
    `- machine: ${cores} cores of ${cpu}, ${memoryMb} MB, ${kernel}; load average ${loadAverageBefore?.toFixed(2) ?? '-'} before, ${loadAverageAfter?.toFixed(2) ?? '-'} after`,
    `- versions: Node ${versions.node}, ${Object.entries(versions.packages)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}`,
    `- sources: ${versions.gitCommit ?? 'unknown commit'}${dirty}`,
  ];
}

/** Characters that would be markup inside of a table's cell. */
function escapeCell(text: string): string {
  return escapeText(text).replaceAll('|', '\\|');
}

function escapeText(text: string): string {
  return text.replace(/[\\`*_<>]/g, '\\$&').replaceAll('\n', ' ');
}
