import { messageOf, type Row } from './row.ts';
import type { Value } from './value.ts';

const REPORT = 'REPORT RequestId: ';
const TAB = 9;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
const COLON = 58;
const POINT = 46 - 48;
const UUID_LENGTH = 36;
/** CloudWatch counts a MB of Lambda as 10^6 bytes. */
const BYTES_PER_MB = 1_000_000;

/**
 * Reads the fields that CloudWatch discovers in a platform line of Lambda, once per row: `@type`, `@requestId`, durations
 * in milliseconds, memory in bytes (MB × 10^6). Source: the page CWL_AnalyzeLogData-discoverable-fields and shared facts.
 */
export function discoverPlatformFields(row: Row): void {
  row.reported = true;
  row.duration = Number.NaN;
  row.billedDuration = Number.NaN;
  row.initDuration = Number.NaN;
  row.memorySize = Number.NaN;
  row.maxMemoryUsed = Number.NaN;
  row.requestId = null;
  row.xrayTraceId = null;
  row.xraySegmentId = null;
  row.type = typeOf(row);
  if (row.type === 'REPORT') readReport(row);
}

// By the first letter, since most lines are none of these.
function typeOf(row: Row): string | null {
  const { text, start } = row;
  switch (text.charCodeAt(start)) {
    case 82:
      return text.startsWith(REPORT, start) ? 'REPORT' : null;
    case 83:
      return text.startsWith('START RequestId: ', start) ? 'START' : null;
    case 69:
      return text.startsWith('END RequestId: ', start) ? 'END' : null;
    case 73:
      return text.startsWith('INIT_START ', start) ? 'INIT_START' : null;
    default:
      return null;
  }
}

// The line is read in place, part by part: first letter and colon tell a part, its number ends where the next begins.
function readReport(row: Row): void {
  const bytes = row.bytes ?? Buffer.from(messageOf(row), 'latin1');
  const start = row.bytes === null ? 0 : row.start;
  const end = start + row.end - row.start;
  let at = start + REPORT.length + UUID_LENGTH;
  if (bytes[at] !== TAB) at = tabAfter(bytes, start);
  while (at < end) {
    at = readPart(row, bytes, at + 1, end);
    // After a number stands a unit of two letters: ms or MB.
    if (bytes[at + 3] === TAB) at += 3;
    else at = tabAfter(bytes, at);
  }
}

function tabAfter(bytes: Uint8Array, at: number): number {
  const tab = bytes.indexOf(TAB, at);
  return tab === -1 ? Number.POSITIVE_INFINITY : tab;
}

function readPart(row: Row, bytes: Uint8Array, at: number, end: number): number {
  switch (bytes[at]) {
    // The trace stands in a line of its own.
    case LINE_FEED:
    case CARRIAGE_RETURN:
      return readPart(row, bytes, at + 1, end);
    case 68: // Duration: 8.11 ms
      if (bytes[at + 8] !== COLON) return at;
      row.duration = readNumber(bytes, at + 10);
      return numberEnd;
    case 66: // Billed Duration: 150 ms
      if (bytes[at + 15] !== COLON) return at;
      row.billedDuration = readNumber(bytes, at + 17);
      return numberEnd;
    case 73: // Init Duration: 140.53 ms
      if (bytes[at + 13] !== COLON) return at;
      row.initDuration = readNumber(bytes, at + 15);
      return numberEnd;
    case 77: // Memory Size: 128 MB, Max Memory Used: 23 MB
      if (bytes[at + 11] === COLON) row.memorySize = readNumber(bytes, at + 13) * BYTES_PER_MB;
      else if (bytes[at + 15] === COLON) row.maxMemoryUsed = readNumber(bytes, at + 17) * BYTES_PER_MB;
      else return at;
      return numberEnd;
    case 88: // XRAY TraceId: 1-…
      if (bytes[at + 12] === COLON) row.xrayTraceId = readWord(bytes, at + 14, end);
      return at;
    case 83: // SegmentId: …
      if (bytes[at + 9] === COLON) row.xraySegmentId = readWord(bytes, at + 11, end);
      return at;
    default:
      return at;
  }
}

/** Where the number that was read last ends. */
let numberEnd = 0;

// Digits as one integer, divided once: for up to 15 digits the result is the double that Number() gives.
function readNumber(bytes: Uint8Array, at: number): number {
  let digits = 0;
  let scale = 0;
  let i = at;
  let code = (bytes[i] as number) - 48;
  while ((code >= 0 && code <= 9) || (code === POINT && scale === 0)) {
    if (code === POINT) {
      scale = 1;
    } else {
      digits = digits * 10 + code;
      scale *= 10;
    }
    code = (bytes[++i] as number) - 48;
  }
  numberEnd = i;
  if (i === at) return Number.NaN;
  if (i - at > 16) return Number(asciiOf(bytes, at, i));
  return scale > 1 ? digits / scale : digits;
}

function readWord(bytes: Uint8Array, at: number, end: number): string {
  let stop = at;
  while (stop < end && bytes[stop] !== TAB && bytes[stop] !== SPACE) stop++;
  return asciiOf(bytes, at, stop);
}

function asciiOf(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.subarray(from, to)).toString('latin1');
}

const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/;

/**
 * Finds the request id of an event: after `RequestId: ` in a platform line, else the UUID that the text formats of
 * Lambda's runtimes put into one of the first three tab-separated parts.
 */
export function discoverRequestId(row: Row): string | null {
  if (row.requestId !== null) return row.requestId;
  const { text, start, end } = row;
  if (row.type !== null && row.type !== 'INIT_START') {
    const at = text.indexOf('RequestId: ', start) + 'RequestId: '.length;
    row.requestId = /^[^\t ]*/.exec(text.slice(at, Math.min(end, at + 64)))?.[0] ?? null;
  } else if (row.type === null) {
    const parts = text.slice(start, Math.min(end, start + 200)).split('\t', 3);
    row.requestId = parts.map((part) => UUID.exec(part)?.[0]).find((id) => id !== undefined) ?? null;
  }
  return row.requestId;
}

/** Returns the first JSON object of a message, parsed once per row, or null. */
function discoverJson(row: Row): Value {
  if (row.parsed) return row.json;
  row.parsed = true;
  const open = nextBrace(row);
  row.json = open >= row.end ? null : firstObject(messageOf(row), open - row.start);
  return row.json;
}

function nextBrace(row: Row): number {
  if (row.brace < row.start) {
    const found = row.text.indexOf('{', row.start);
    row.brace = found === -1 ? Number.POSITIVE_INFINITY : found;
  }
  return row.brace;
}

function firstObject(message: string, open: number): Value {
  if (message.endsWith('}')) {
    const whole = parseJson(message.slice(open));
    if (whole !== null) return whole;
  }
  const close = closingBrace(message, open);
  return close === -1 ? null : parseJson(message.slice(open, close + 1));
}

function parseJson(text: string): Value {
  try {
    return JSON.parse(text) as Value;
  } catch {
    return null;
  }
}

function closingBrace(message: string, open: number): number {
  let depth = 0;
  for (let i = open; i < message.length; i++) {
    const code = message.charCodeAt(i);
    if (code === 34) i = closingQuote(message, i);
    else if (code === 123) depth++;
    else if (code === 125 && --depth === 0) return i;
  }
  return -1;
}

function closingQuote(message: string, open: number): number {
  let i = open + 1;
  while (i < message.length && message.charCodeAt(i) !== 34) i += message.charCodeAt(i) === 92 ? 2 : 1;
  return i;
}

const PLAIN_KEY = /^[\w@ -]+$/;

/**
 * Makes the reader of a dotted name in the first JSON object of a message; a key may itself hold dots, and only scalars
 * are fields.
 */
export function jsonFieldReader(keys: readonly string[]): (row: Row) => Value {
  const [first = ''] = keys;
  const quoted = `"${first}`;
  // A message without the text of the key need not be parsed, unless its keys are written with escapes.
  const mayHold = PLAIN_KEY.test(first)
    ? (message: string) => message.includes(quoted) || message.includes('\\u')
    : () => true;
  return (row) => {
    if (!row.parsed && (nextBrace(row) >= row.end || !mayHold(messageOf(row)))) return null;
    const value = lookUp(discoverJson(row), keys, 0);
    return typeof value === 'object' || value === undefined ? null : value;
  };
}

function lookUp(json: Value, keys: readonly string[], from: number): Value | undefined {
  if (from === keys.length) return json;
  if (json === null || typeof json !== 'object') return undefined;
  for (let to = from + 1; to <= keys.length; to++) {
    const key = to === from + 1 ? (keys[from] ?? '') : keys.slice(from, to).join('.');
    if (!Object.hasOwn(json, key)) continue;
    const found = lookUp((json as Record<string, Value>)[key] ?? null, keys, to);
    if (found !== undefined) return found;
  }
  return undefined;
}
