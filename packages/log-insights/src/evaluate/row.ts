import { detach, type Value } from './value.ts';

/** What discovery found in the text of an event; `reported` and `parsed` tell which parts were looked for. */
export interface Row {
  /** Text that holds the message, from `start` to `end`: a whole chunk of a file while streaming. */
  text: string;
  /** The same text as ASCII, where the source has it. */
  bytes: Uint8Array | null;
  start: number;
  end: number;
  /** Milliseconds since the epoch; NaN when the source gave no time. */
  timestamp: number;
  ingestionTime: number;
  log: string | null;
  logStream: string | null;
  reported: boolean;
  type: string | null;
  /** Milliseconds; NaN when the event has none, like the numbers below. */
  duration: number;
  billedDuration: number;
  initDuration: number;
  /** Bytes, as CloudWatch counts them: MB × 10^6. */
  memorySize: number;
  maxMemoryUsed: number;
  requestId: string | null;
  xrayTraceId: string | null;
  xraySegmentId: string | null;
  parsed: boolean;
  /** Where the next `{` of the text stands, so that a chunk is searched once, not once a line; -1 before the search. */
  brace: number;
  json: Value;
  /** Values that the query computed. */
  slots: Value[];
}

/** Makes an empty row with a number of computed values. */
export function createRow(slots: number): Row {
  return {
    text: '',
    bytes: null,
    start: 0,
    end: 0,
    timestamp: Number.NaN,
    ingestionTime: Number.NaN,
    log: null,
    logStream: null,
    reported: false,
    type: null,
    duration: Number.NaN,
    billedDuration: Number.NaN,
    initDuration: Number.NaN,
    memorySize: Number.NaN,
    maxMemoryUsed: Number.NaN,
    requestId: null,
    xrayTraceId: null,
    xraySegmentId: null,
    parsed: false,
    brace: -1,
    json: null,
    slots: new Array<Value>(slots).fill(null),
  };
}

/** Returns the raw message of an event. */
export function messageOf(row: Row): string {
  return row.text.slice(row.start, row.end);
}

/** Copies a row that outlives its chunk: the strings no longer share the memory of the chunk. */
export function retain(row: Row): Row {
  const text = detach(messageOf(row));
  return {
    ...row,
    text,
    bytes: null,
    brace: -1,
    start: 0,
    end: text.length,
    requestId: detach(row.requestId),
    slots: row.slots.map(detach),
  };
}

/** Approximate memory of a retained row, in bytes. */
export function weightOf(row: Row): number {
  let weight = 300 + 2 * (row.end - row.start);
  for (const value of row.slots) weight += typeof value === 'string' ? 24 + 2 * value.length : 16;
  return weight;
}
