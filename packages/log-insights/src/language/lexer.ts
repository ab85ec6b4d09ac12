import { QueryError } from './query-error.ts';
import type { PeriodUnit, Span } from './syntax.ts';

/** One token; a path such as `a.b[0]` is one token, so that a name may hold digits after a dot. */
export type Token = Span &
  (
    | {
        readonly kind: 'path';
        readonly path: readonly (string | number)[];
        readonly word: string | undefined;
      }
    | { readonly kind: 'number'; readonly value: number }
    | { readonly kind: 'period'; readonly count: number; readonly unit: PeriodUnit }
    | { readonly kind: 'string'; readonly value: string }
    | { readonly kind: 'symbol'; readonly text: string }
    | { readonly kind: 'end' }
  );

const WORD = /[A-Za-z0-9_@]+/y;
const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const LETTERS = /[A-Za-z_]+/y;
const INDEX = /\[(\d{1,9})\]/y;
const QUOTED = /`[^`\n]*`/y;
const SPACE = /(?:[\s\ufeff]|#[^\n]*)+/y;
const SYMBOL = /!=|<=|>=|=~|[|,()[\]=<>+\-*/%^]/y;

const UNITS: ReadonlyMap<string, PeriodUnit> = new Map(
  (
    [
      ['ms', ['ms', 'msec', 'msecs', 'millisecond', 'milliseconds']],
      ['s', ['s', 'sec', 'secs', 'second', 'seconds']],
      ['m', ['m', 'min', 'mins', 'minute', 'minutes']],
      ['h', ['h', 'hr', 'hrs', 'hour', 'hours']],
      ['d', ['d', 'day', 'days']],
      ['w', ['w', 'week', 'weeks']],
      ['mo', ['mo', 'mos', 'mon', 'mons', 'month', 'months']],
      ['q', ['q', 'qtr', 'qtrs', 'quarter', 'quarters']],
      ['y', ['y', 'yr', 'yrs', 'year', 'years']],
    ] as const
  ).flatMap(([unit, names]) => names.map((name) => [name, unit] as const)),
);

/** Reads the token at or after `offset`; throws a QueryError for a character or literal that the language lacks. */
export function readToken(source: string, offset: number): Token {
  const start = offset + (matchAt(SPACE, source, offset)?.[0].length ?? 0);
  const first = source[start];
  if (first === undefined) return { kind: 'end', start: source.length, end: source.length };
  if (first === '"' || first === "'") return readString(source, start, first);
  if (/[0-9]/.test(first) || (first === '.' && /[0-9]/.test(source[start + 1] ?? ''))) {
    return readNumber(source, start);
  }
  if (/[A-Za-z_@`]/.test(first)) return readPath(source, start);
  const symbol = matchAt(SYMBOL, source, start)?.[0];
  if (symbol !== undefined) return { kind: 'symbol', text: symbol, start, end: start + symbol.length };
  const character = String.fromCodePoint(source.codePointAt(start) ?? 0);
  throw new QueryError(`Unexpected character ${JSON.stringify(character)}`, {
    start,
    end: start + character.length,
  });
}

/**
 * Reads a regular expression whose opening `/` is at `start`.
 * A `/` ends it unless it is escaped or inside a character class; it stays on one line.
 */
export function readRegex(source: string, start: number): Span & { readonly source: string } {
  let inClass = false;
  for (let i = start + 1; i < source.length && source[i] !== '\n'; i++) {
    const character = source[i];
    if (character === '\\') i++;
    else if (character === '[') inClass = true;
    else if (character === ']') inClass = false;
    else if (character === '/' && !inClass) return { source: source.slice(start + 1, i), start, end: i + 1 };
  }
  throw new QueryError('The regular expression has no closing /', { start, end: start + 1 });
}

function readString(source: string, start: number, quote: string): Token {
  let value = '';
  for (let i = start + 1; i < source.length && source[i] !== '\n'; i++) {
    const character = source[i];
    if (character === quote) return { kind: 'string', value, start, end: i + 1 };
    if (character === '\\') {
      const escaped = readEscape(source[i + 1], quote);
      if (escaped !== undefined) {
        value += escaped;
        i++;
        continue;
      }
    }
    value += character;
  }
  throw new QueryError(`The string has no closing ${quote}`, { start, end: start + 1 });
}

function readEscape(next: string | undefined, quote: string): string | undefined {
  if (next === quote || next === '\\') return next;
  if (next === 'n') return '\n';
  if (next === 't') return '\t';
  if (next === 'r') return '\r';
  // Any other backslash stands for itself, so that "C:\dir" and "\[*\]" mean what they show.
  return undefined;
}

function readNumber(source: string, start: number): Token {
  const text = matchAt(NUMBER, source, start)?.[0] ?? '';
  const end = start + text.length;
  const unitText = matchAt(LETTERS, source, end)?.[0];
  if (unitText === undefined) {
    const value = Number(text);
    if (!Number.isFinite(value)) throw new QueryError(`The number ${text} is too large`, { start, end });
    return { kind: 'number', value, start, end };
  }
  const span = { start, end: end + unitText.length };
  const unit = UNITS.get(unitText.toLowerCase());
  if (unit === undefined) {
    throw new QueryError(
      `Unknown period unit "${unitText}": use ms, s, m, h, d, w, mo, q or y (a field that begins with a digit needs back-ticks)`,
      span,
    );
  }
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new QueryError(`A period needs a whole number of at least 1, not ${text}`, span);
  }
  return { kind: 'period', count, unit, ...span };
}

function readPath(source: string, start: number): Token {
  const path: (string | number)[] = [];
  let end = start;
  do {
    if (path.length > 0) end++;
    const segment = readSegment(source, end);
    path.push(segment.name);
    end = segment.end;
    // `in [1]` may be written without a blank: there the bracket opens a list, not an index.
    if (source.slice(start, end).toLowerCase() === 'in') break;
    for (let index = matchAt(INDEX, source, end); index !== null; index = matchAt(INDEX, source, end)) {
      path.push(Number(index[1]));
      end += index[0].length;
    }
  } while (source[end] === '.' && /[A-Za-z0-9_@`]/.test(source[end + 1] ?? ''));
  const text = source.slice(start, end);
  return {
    kind: 'path',
    path,
    word: path.length === 1 && !text.startsWith('`') ? text : undefined,
    start,
    end,
  };
}

function readSegment(source: string, start: number): { readonly name: string; readonly end: number } {
  if (source[start] !== '`') {
    const name = matchAt(WORD, source, start)?.[0] ?? '';
    return { name, end: start + name.length };
  }
  const close = matchAt(QUOTED, source, start)?.[0];
  if (close === undefined) {
    throw new QueryError('The back-ticked name has no closing `', { start, end: start + 1 });
  }
  const end = start + close.length;
  if (close.length === 2) throw new QueryError('A name cannot be empty', { start, end });
  return { name: close.slice(1, -1), end };
}

function matchAt(pattern: RegExp, source: string, offset: number): RegExpExecArray | null {
  pattern.lastIndex = offset;
  return pattern.exec(source);
}
