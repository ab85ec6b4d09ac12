/** A value of a field: null when it is missing; maps and lists come from `jsonParse` and `split` only. */
export type Value = null | number | string | boolean | Structure;
/** A map or a list. */
export type Structure = { readonly [key: string]: Value } | readonly Value[];
/** What the planner knows of a column: a timestamp is held in milliseconds since the epoch and shown as a date. */
export type ValueType = 'timestamp' | 'any';

const DECIMAL = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/;

/** Reads a value as a number: numbers, booleans (1 or 0) and decimal strings; NaN for anything else. */
export function toNumber(value: Value): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'string') return DECIMAL.test(value) ? Number(value) : Number.NaN;
  return typeof value === 'boolean' ? Number(value) : Number.NaN;
}

/** Reads a value as text, or null for a missing value, a map or a list. */
export function toText(value: Value): string | null {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  return typeof value === 'boolean' ? (value ? '1' : '0') : null;
}

/** Tells whether a value counts as true: not missing, not 0, not false, not the empty string. */
export function isTrue(value: Value): boolean {
  return value !== null && value !== false && value !== 0 && value !== '' && typeof value !== 'object';
}

/** Keeps a finite number and turns every other result of arithmetic into a missing value. */
export function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/**
 * Orders two present values for `<`, `min` and `greatest`: as numbers when both read as numbers,
 * else by Unicode; NaN when one is a map or a list, which compare with nothing.
 */
export function compare(left: Value, right: Value): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  const a = toNumber(left);
  const b = toNumber(right);
  if (!Number.isNaN(a) && !Number.isNaN(b)) return a - b;
  const booleans = compareBooleanText(left, right);
  if (booleans !== undefined) return booleans;
  const textA = toText(left);
  const textB = toText(right);
  if (textA === null || textB === null) return Number.NaN;
  return textA < textB ? -1 : textA > textB ? 1 : 0;
}

// A JSON boolean shows as 1 or 0, but people also write it as a word.
function compareBooleanText(left: Value, right: Value): number | undefined {
  const a = typeof left === 'boolean' ? String(left) : left;
  const b = typeof right === 'boolean' ? String(right) : right;
  if (a === left && b === right) return undefined;
  return typeof a === 'string' && typeof b === 'string' ? (a < b ? -1 : a > b ? 1 : 0) : undefined;
}

/**
 * Orders two values as `sort` does: missing, then text, then numbers; text in chunks, digits by length and value,
 * the rest by Unicode. Source: the page CWL_QuerySyntax-Sort; where a missing value stands is our choice.
 */
export function compareNaturally(left: Value, right: Value): number {
  const rankLeft = rank(left);
  const rankRight = rank(right);
  if (rankLeft !== rankRight || rankLeft === 0) return rankLeft - rankRight;
  if (rankLeft === 2) return toNumber(left) - toNumber(right);
  return compareChunks(toText(left) ?? '', toText(right) ?? '');
}

function rank(value: Value): 0 | 1 | 2 {
  if (value === null || typeof value === 'object') return 0;
  return Number.isNaN(toNumber(value)) ? 1 : 2;
}

const CHUNKS = /\d+|\D+/g;

function compareChunks(left: string, right: string): number {
  if (left === right) return 0;
  const a = left.match(CHUNKS) ?? [];
  const b = right.match(CHUNKS) ?? [];
  for (let i = 0; i < a.length && i < b.length; i++) {
    const x = a[i] ?? '';
    const y = b[i] ?? '';
    if (x === y) continue;
    const bothDigits = /^\d/.test(x) && /^\d/.test(y);
    if (bothDigits && x.length !== y.length) return x.length - y.length;
    return x < y ? -1 : 1;
  }
  return a.length - b.length;
}

/** Formats milliseconds since the epoch as CloudWatch shows a timestamp: `2026-01-31 23:59:59.000`, UTC. */
export function formatTimestamp(milliseconds: number): string | null {
  if (!(Math.abs(milliseconds) <= 8.64e15)) return null;
  return new Date(milliseconds).toISOString().replace('T', ' ').replace('Z', '');
}

/** Formats a value for a result row: a timestamp as a date, a boolean as 1 or 0, a map or list as JSON. */
export function formatValue(value: Value, type: ValueType): string | number | null {
  if (value === null) return null;
  if (typeof value === 'number') return type === 'timestamp' ? formatTimestamp(value) : value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/**
 * Copies a text that outlives its chunk: V8 would keep the whole chunk alive for a slice of it. A text below 13 characters
 * is no slice.
 */
export function detach<T extends Value>(value: T): T | string {
  if (typeof value !== 'string' || value.length < 13) return value;
  return Buffer.from(value, 'utf16le').toString('utf16le');
}
