import { messageOf, type Row } from './row.ts';
import type { Value } from './value.ts';

const REPORT = 'REPORT RequestId: ';
const TAB = 9;

/**
 * Reads the fields that CloudWatch discovers in a platform line of Lambda, once per row: `@type`, `@requestId`, durations
 * in milliseconds, memory in bytes (MB × 10^6). Source: the page CWL_AnalyzeLogData-discoverable-fields and shared facts.
 */
export function discoverPlatformFields(row: Row): void {
  row.reported = true;
  row.duration = null;
  row.billedDuration = null;
  row.initDuration = null;
  row.memorySize = null;
  row.maxMemoryUsed = null;
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

// Each labelled part is told by its first letters, then read in place, without a copy of the line.
function readReport(row: Row): void {
  const { text, end } = row;
  let at = text.indexOf('\t', row.start);
  while (at !== -1 && at < end) {
    at++;
    readPart(row, text, at);
    at = text.indexOf('\t', at);
  }
}

function readPart(row: Row, text: string, at: number): void {
  switch (text.charCodeAt(at)) {
    case 68: // Duration: 8.11 ms
      if (text.startsWith('Duration: ', at)) row.duration = readNumber(text, at + 10);
      break;
    case 66: // Billed Duration: 150 ms
      if (text.startsWith('Billed Duration: ', at)) row.billedDuration = readNumber(text, at + 17);
      break;
    case 73: // Init Duration: 140.53 ms
      if (text.startsWith('Init Duration: ', at)) row.initDuration = readNumber(text, at + 15);
      break;
    case 77:
      if (text.startsWith('Max Memory Used: ', at)) row.maxMemoryUsed = megabytes(text, at + 17);
      else if (text.startsWith('Memory Size: ', at)) row.memorySize = megabytes(text, at + 13);
      break;
    case 88: // XRAY TraceId: 1-…
      if (text.startsWith('XRAY TraceId: ', at)) row.xrayTraceId = readWord(text, at + 14, row.end);
      break;
    case 83: // SegmentId: …
      if (text.startsWith('SegmentId: ', at)) row.xraySegmentId = readWord(text, at + 11, row.end);
      break;
    default:
  }
}

function megabytes(text: string, at: number): number | null {
  const value = readNumber(text, at);
  return value === null ? null : value * 1_000_000;
}

// Digits as one integer, divided once: for up to 15 digits the result is the double that Number() gives.
function readNumber(text: string, at: number): number | null {
  let digits = 0;
  let scale = 0;
  let i = at;
  for (; ; i++) {
    const code = text.charCodeAt(i) - 48;
    if (code >= 0 && code <= 9) {
      digits = digits * 10 + code;
      scale *= 10;
    } else if (code === -2 && scale === 0) {
      scale = 1;
    } else {
      break;
    }
  }
  if (i === at) return null;
  if (i - at > 16) return Number(text.slice(at, i));
  return scale > 1 ? digits / scale : digits;
}

function readWord(text: string, at: number, end: number): string {
  let stop = at;
  while (stop < end && text.charCodeAt(stop) !== TAB && text.charCodeAt(stop) !== 32) stop++;
  return text.slice(at, stop);
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
    row.requestId = readWord(text, text.indexOf('RequestId: ', start) + 11, end);
  } else if (row.type === null) {
    const parts = text.slice(start, Math.min(end, start + 200)).split('\t', 3);
    row.requestId = parts.map((part) => UUID.exec(part)?.[0]).find((id) => id !== undefined) ?? null;
  }
  return row.requestId;
}

/** Returns the first JSON object of a message, parsed once per row, or null. */
export function discoverJson(row: Row): Value {
  if (row.parsed) return row.json;
  row.parsed = true;
  const open = row.text.indexOf('{', row.start);
  row.json = open === -1 || open >= row.end ? null : firstObject(messageOf(row), open - row.start);
  return row.json;
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

/** Looks a dotted name up in a JSON value; a key may itself hold dots, and only scalars are fields. */
export function jsonField(json: Value, keys: readonly string[]): Value {
  const value = lookUp(json, keys, 0);
  return typeof value === 'object' || value === undefined ? null : value;
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
