/** A fault in a query, with the place it concerns; the only error that the lexer, the parser and the planner throw. */
export class QueryError extends Error {
  override readonly name = 'QueryError' as const;
  /** Offset of the first character concerned, in UTF-16 units from the start of the query. */
  readonly start: number;
  /** Offset after the last character concerned. */
  readonly end: number;

  constructor(message: string, span: { readonly start: number; readonly end: number }) {
    super(message);
    this.start = span.start;
    this.end = span.end;
  }
}

/** Renders a fault of a query as its message, the line concerned and a caret below the place. */
export function renderQueryError(
  source: string,
  fault: { readonly message: string; readonly start: number; readonly end: number },
): string {
  const start = Math.max(0, Math.min(fault.start, source.length));
  const lineStart = source.lastIndexOf('\n', start - 1) + 1;
  const newline = source.indexOf('\n', start);
  const lineEnd = newline === -1 ? source.length : newline;
  const line = source.slice(lineStart, lineEnd).replace(/\r$/, '');
  const number = source.slice(0, lineStart).split('\n').length;
  const column = Math.min(start - lineStart, line.length);
  const gutter = `${number} | `;
  // Tabs are kept, so that the caret stays below its character whatever the width of a tab.
  const pad = line.slice(0, column).replace(/[^\t]/g, ' ');
  const carets = '^'.repeat(Math.max(1, Math.min(fault.end, lineStart + line.length) - start));
  const place = `line ${number}, column ${column + 1}`;
  return `${fault.message} (${place})\n${gutter}${line}\n${' '.repeat(gutter.length)}${pad}${carets}`;
}

/** Returns the candidate that a misspelt word most likely means, or undefined when none is near. */
export function closest(word: string, candidates: Iterable<string>): string | undefined {
  const lower = word.toLowerCase().slice(0, 64);
  let best: string | undefined;
  let bestDistance = Math.min(3, Math.ceil(lower.length / 3) + 1, lower.length);
  for (const candidate of candidates) {
    const distance = editDistance(lower, candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, swap));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}
