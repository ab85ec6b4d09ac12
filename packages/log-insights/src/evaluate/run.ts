import { parseQuery } from '../language/parser.ts';
import { CHOICES, type Choice } from './choices.ts';
import { planQuery } from './plan.ts';
import { createRow } from './row.ts';
import type { ValueType } from './value.ts';

/** Rows of a query with their columns, the same shape for local logs and for CloudWatch. */
export interface QueryResult {
  readonly columns: readonly { readonly name: string; readonly type: ValueType }[];
  readonly rows: readonly (readonly (string | number | null)[])[];
  readonly statistics: {
    /** Events in the window. */
    readonly recordsScanned: number;
    /** UTF-16 units of their messages; equal to bytes for ASCII. */
    readonly charactersScanned: number;
    /** Lines of a log folder that do not begin with a time, so that they are no log events. */
    readonly skippedLines: number;
  };
  /** Choices of `LANGUAGE.md` that the result depends on. */
  readonly choices: readonly Choice[];
}

/** Takes log events from a source, one by one, in any order. */
export interface EventSink {
  /** Begins the events of a log stream; `log` is `account:log group`, null when the source does not know it. */
  stream(log: string | null, logStream: string | null): void;
  /** Sets the text that holds the messages of the next events; bytes, where given, are the same text in ASCII. */
  chunk(chunk: { readonly text: string; readonly bytes: Uint8Array | null }): void;
  /** Takes the event whose message lies between two places of the chunk; times in milliseconds since the epoch, or NaN. */
  event(start: number, end: number, timestamp: number, ingestionTime: number): void;
}

/** A query that runs: an EventSink with an end. */
export interface RunningQuery extends EventSink {
  finish(): QueryResult;
}

/** Window of a query in milliseconds since the epoch, both ends included; without limit where infinite. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** Checks a query without running it. Throws a QueryError. */
export function checkQuery(source: string): void {
  startQuery(source, { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY }, 0);
}

/** Starts a query on events to come; `now` is the time of its start in milliseconds. Throws a QueryError. */
export function startQuery(source: string, window: Window, now: number): RunningQuery {
  const choices = new Set<Choice>();
  const plan = planQuery(parseQuery(source), { now, from: window.from, to: window.to }, choices);
  const row = createRow(plan.slots());
  const bounded = window.from !== Number.NEGATIVE_INFINITY || window.to !== Number.POSITIVE_INFINITY;
  let records = 0;
  let characters = 0;
  return {
    stream(log, logStream) {
      row.log = log;
      row.logStream = logStream;
    },
    chunk({ text, bytes }) {
      row.text = text;
      row.bytes = bytes;
      row.brace = -1;
    },
    event(start, end, timestamp, ingestionTime) {
      // An event without time is in no window, but belongs to the result when no window is asked for.
      if (bounded && !(timestamp >= window.from && timestamp <= window.to)) return;
      records++;
      characters += end - start;
      row.start = start;
      row.end = end;
      row.timestamp = timestamp;
      row.ingestionTime = ingestionTime;
      row.reported = false;
      row.parsed = false;
      row.json = null;
      row.requestId = null;
      plan.push(row);
    },
    finish() {
      const rows = plan.finish();
      return {
        columns: plan.columns,
        rows,
        statistics: { recordsScanned: records, charactersScanned: characters, skippedLines: 0 },
        choices: (Object.keys(CHOICES) as Choice[]).filter((choice) => choices.has(choice)),
      };
    },
  };
}
