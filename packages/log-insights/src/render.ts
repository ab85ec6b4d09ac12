import { CHOICES } from './evaluate/choices.ts';
import { type Cell, toRecords } from './evaluate/records.ts';
import type { QueryResult } from './evaluate/run.ts';
import type { Format } from './options.ts';

/** Columns and rows, with what else a query tells where there was one. */
type Table = Pick<QueryResult, 'columns' | 'rows'> & Partial<QueryResult>;

/** Renders a result in a format, with a line end. Table and markdown round numbers for the eye; csv and json do not. */
export function renderResult(result: Table, format: Format): string {
  switch (format) {
    case 'table':
      return renderTable(result);
    case 'markdown':
      return renderMarkdown(result);
    case 'csv':
      return renderCsv(result);
    case 'json':
      return renderJson(result);
  }
}

/** Rows of a partial result that are shown while a query runs. */
const PROGRESS_ROWS = 5;

/** Renders the state of a running query with its first rows so far. */
export function renderProgress(status: string, partial: QueryResult): string {
  const { recordsScanned } = partial.statistics;
  const head = `${status}: ${partial.rows.length} rows so far, ${recordsScanned} events read`;
  if (partial.rows.length === 0) return head;
  return `${head}\n${renderTable({ ...partial, rows: partial.rows.slice(0, PROGRESS_ROWS) }).trimEnd()}`;
}

/** Renders what a reader must know of a result: how much was read, and the choices it depends on. */
export function renderNotes(result: QueryResult): string {
  const { recordsScanned, skippedLines } = result.statistics;
  const count = `${result.rows.length} ${result.rows.length === 1 ? 'row' : 'rows'} from ${recordsScanned} log ${recordsScanned === 1 ? 'event' : 'events'}`;
  const notes = result.choices.map((choice) => `  ${choice}: ${CHOICES[choice]}`);
  const heading = "Where AWS's documentation is silent, this evaluator chose (LANGUAGE.md):";
  const skipped = skippedLines === 0 ? [] : [`Lines skipped, since they begin with no time: ${skippedLines}`];
  return [count, ...skipped, ...(notes.length === 0 ? [] : [heading, ...notes]), ''].join('\n');
}

function renderTable(result: Table): string {
  const cells = result.rows.map((row) => row.map(show));
  const widths = result.columns.map(({ name }, index) =>
    cells.reduce((width, row) => Math.max(width, (row[index] ?? '').length), name.length),
  );
  const rightAligned = result.columns.map((_, index) => isNumeric(result, index));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, index) =>
        rightAligned[index] ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0),
      )
      .join('  ')
      .trimEnd();
  const names = result.columns.map(({ name }) => name);
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return `${[line(names), rule, ...cells.map(line)].join('\n')}\n`;
}

function renderMarkdown(result: Table): string {
  const line = (row: readonly string[]): string => `| ${row.join(' | ')} |`;
  const names = result.columns.map(({ name }) => escapeMarkdown(name));
  const rule = result.columns.map((_, index) => (isNumeric(result, index) ? '---:' : '---'));
  const rows = result.rows.map((row) => line(row.map((cell) => escapeMarkdown(show(cell)))));
  return `${[line(names), line(rule), ...rows].join('\n')}\n`;
}

function escapeMarkdown(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('|', '\\|').replace(/\r?\n/g, ' ');
}

function renderCsv(result: Table): string {
  const field = (cell: Cell): string => {
    const text = cell === null ? '' : String(cell);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = [result.columns.map(({ name }) => name), ...result.rows];
  return `${lines.map((row) => row.map(field).join(',')).join('\n')}\n`;
}

function renderJson(result: Table): string {
  const document = {
    columns: result.columns.map(({ name }) => name),
    rows: toRecords(result),
    statistics: result.statistics,
    choices: result.choices && Object.fromEntries(result.choices.map((choice) => [choice, CHOICES[choice]])),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function isNumeric(result: Table, index: number): boolean {
  const cells = result.rows.map((row) => row[index] ?? null).filter((cell) => cell !== null);
  return cells.length > 0 && cells.every((cell) => typeof cell === 'number');
}

// Control characters of a log line must not move the cursor of a terminal.
function show(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'string') return cell.replace(/\p{Cc}+/gu, ' ').trimEnd();
  if (Number.isInteger(cell)) return String(cell);
  return Math.abs(cell) >= 1 ? cell.toFixed(2) : String(Number(cell.toPrecision(3)));
}
