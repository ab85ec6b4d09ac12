import type { BadRow } from './flock-row.ts';

/** Most rows that a report shows; its last line counts the others. */
export const MAX_REPORTED = 10_000;

/** What is appended to the key of a flock's file to name its report. */
export const REPORT_SUFFIX = '.errors.csv';

/** A cell that begins so is a formula to a spreadsheet. @see https://owasp.org/www-community/attacks/CSV_Injection */
const FORMULA = /^[=+\-@\t\r]/;

/**
 * Renders the rows that were refused as CSV (RFC 4180), safe to open in a spreadsheet.
 * @param more how many others there are. @param end why the rest of the file could not be read.
 */
export function renderReport(rows: readonly BadRow[], more: number, end?: string): string {
  const lines = rows.map(({ line, field, value, reason }) => [String(line), field, value, reason]);
  if (more > 0) lines.push(['', '', '', `and ${more} more rows`]);
  if (end !== undefined) lines.push(['', 'file', '', end]);
  return [['line', 'field', 'value', 'reason'], ...lines]
    .map((cells) => `${cells.map(cell).join(',')}\r\n`)
    .join('');
}

function cell(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
