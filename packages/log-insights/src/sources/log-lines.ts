import type { EventSink } from '../evaluate/run.ts';
import { eachLine, type TextChunk } from './text-chunks.ts';

const PREFIX =
  /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?)(Z|[+-]\d\d:?\d\d)?[\t ](?:(\d{4}\/\d\d\/\d\d\/\[[^\]]{1,128}\][0-9a-f]{32})[\t ])?/;
const CSV_HEADER = /^\ufeff?"?@?timestamp"?,"?@?message"?\s*$/;
/** Largest JSON document that is read whole, in characters. */
const MAX_JSON_LENGTH = 256 * 1024 * 1024;
/** Longest record of a CSV file, in characters; CloudWatch takes log events of up to 1 MB. */
const MAX_RECORD_LENGTH = 8 * 1024 * 1024;

/**
 * Reads log lines as people have them: of local-lambda, of `aws logs tail` (detailed and short), of an export to S3, as
 * CSV from the console (`timestamp,message`), as JSON of `aws logs filter-log-events`, or bare messages without time.
 * All belong to the log group `log`, or to none. Throws an Error that names the input when its JSON or CSV is broken.
 */
export async function readLogLines(
  chunks: AsyncIterable<TextChunk>,
  name: string,
  log: string | null,
  sink: EventSink,
): Promise<void> {
  let reader: TextReader | undefined;
  sink.stream(log, null);
  for await (const chunk of chunks) {
    reader ??= readerFor(chunk.text, name, log, sink);
    reader.read(chunk);
  }
  reader?.finish();
}

interface TextReader {
  read(chunk: TextChunk): void;
  finish(): void;
}

function readerFor(text: string, name: string, log: string | null, sink: EventSink): TextReader {
  const firstLine = text.slice(0, text.indexOf('\n') + 1 || text.length);
  if (CSV_HEADER.test(firstLine)) return csvReader(name, sink);
  if (firstLine.trim() === '{' || firstLine.startsWith('{"events":')) return jsonReader(name, log, sink);
  return { read: lineReader(log, sink), finish() {} };
}

function jsonReader(name: string, log: string | null, sink: EventSink): TextReader {
  let json = '';
  return {
    read({ text }) {
      json += text;
      if (json.length > MAX_JSON_LENGTH) throw new Error(`${name} is a JSON document of more than 256 MB`);
    },
    finish: () => readJsonEvents(json, name, log, sink),
  };
}

function lineReader(log: string | null, sink: EventSink): TextReader['read'] {
  let stream: string | null = null;
  let text = '';
  const readLine = (start: number, end: number): void => {
    const head = PREFIX.exec(text.slice(start, Math.min(end, start + 256)));
    const current = head?.[3] ?? null;
    if (current !== stream) {
      stream = current;
      sink.stream(log, stream);
    }
    const time = head === null ? Number.NaN : Date.parse(`${head[1]?.slice(0, 23)}${head[2] ?? 'Z'}`);
    // What only looks like a time belongs to the message.
    const length = Number.isNaN(time) ? 0 : (head?.[0].length ?? 0);
    sink.event(start + length, end, time, Number.NaN);
  };
  return (chunk) => {
    text = chunk.text;
    sink.chunk(chunk);
    eachLine(chunk, readLine);
  };
}

// A message may hold quoted line ends, so a record can span lines and texts.
function csvReader(name: string, sink: EventSink): TextReader {
  let record = { lines: [] as string[], length: 0, quotes: 0 };
  let isHeader = true;
  return {
    read({ text }) {
      const lines = text.split('\n');
      // The text ends with a whole line: what follows its line end is no line.
      if (lines.at(-1) === '') lines.pop();
      for (const line of lines) {
        if (record.lines.length === 0 && line.trim() === '') continue;
        record.lines.push(line);
        record.length += line.length + 1;
        record.quotes += line.split('"').length - 1;
        if (record.length > MAX_RECORD_LENGTH) {
          throw new Error(`${name} has a CSV record of more than 8 MB, which no log event is`);
        }
        if (record.quotes % 2 === 1) continue;
        if (!isHeader) csvRecord(record.lines.join('\n').replace(/\r$/, ''), sink);
        isHeader = false;
        record = { lines: [], length: 0, quotes: 0 };
      }
    },
    finish() {
      if (record.lines.length > 0) throw new Error(`${name} ends within a quoted message of its CSV`);
    },
  };
}

function csvRecord(record: string, sink: EventSink): void {
  const comma = record.indexOf(',');
  const time = record.slice(0, Math.max(0, comma)).replaceAll('"', '');
  const field = record.slice(comma + 1);
  const message = /^".*"$/s.test(field) ? field.slice(1, -1).replaceAll('""', '"') : field;
  const text = message.replace(/\r?\n$/, '');
  const timestamp = /^\d+$/.test(time)
    ? Number(time)
    : Date.parse(`${time.replace(' ', 'T').replace(/Z$/, '')}Z`);
  sink.chunk({ text, bytes: null });
  sink.event(0, text.length, timestamp, Number.NaN);
}

function readJsonEvents(json: string, name: string, log: string | null, sink: EventSink): void {
  let events: unknown;
  try {
    events = (JSON.parse(json) as { events?: unknown }).events;
  } catch (error) {
    throw new Error(
      `${name} begins like JSON, but is none: ${error instanceof Error ? error.message : error}`,
    );
  }
  if (!Array.isArray(events))
    throw new Error(`${name} is JSON without "events", as aws logs filter-log-events writes it`);
  for (const event of events as readonly unknown[]) {
    if (typeof event !== 'object' || event === null) {
      throw new Error(`${name} is JSON whose "events" are not all objects`);
    }
    const { message, logStreamName, timestamp, ingestionTime } = event as Readonly<Record<string, unknown>>;
    const text = typeof message === 'string' ? message.replace(/\r?\n$/, '') : '';
    sink.stream(log, typeof logStreamName === 'string' ? logStreamName : null);
    sink.chunk({ text, bytes: null });
    sink.event(0, text.length, timeOf(timestamp), timeOf(ingestionTime));
  }
}

function timeOf(value: unknown): number {
  return typeof value === 'number' ? value : Number.NaN;
}
