import type { EventSink } from '../evaluate/run.ts';
import { eachLine, type TextChunk } from './text-chunks.ts';

const PREFIX =
  /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?)(Z|[+-]\d\d:?\d\d)?[\t ](?:(\d{4}\/\d\d\/\d\d\/\[[^\]]{1,128}\][0-9a-f]{32})[\t ])?/;
const CSV_HEADER = /^\ufeff?"?@?timestamp"?,"?@?message"?\s*$/;
/** Largest JSON document that is read whole, in characters. */
const MAX_JSON_LENGTH = 256 * 1024 * 1024;

/**
 * Reads log lines as people have them: of local-lambda, of `aws logs tail` (detailed and short), of an export to S3, as
 * CSV from the console (`timestamp,message`), as JSON of `aws logs filter-log-events`, or bare messages without time.
 * All belong to the log group `log`, or to none. Throws an Error that names the input when it is no such JSON.
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
  if (CSV_HEADER.test(firstLine)) return { read: csvReader(sink), finish() {} };
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
    sink.event(start + (head?.[0].length ?? 0), end, time, Number.NaN);
  };
  return (chunk) => {
    text = chunk.text;
    sink.chunk(chunk);
    eachLine(chunk, readLine);
  };
}

// A message may hold quoted line ends, so a record can span lines and texts.
function csvReader(sink: EventSink): TextReader['read'] {
  let record = '';
  let header = true;
  return ({ text }) => {
    for (const line of text.split('\n')) {
      if (record === '' && line.trim() === '') continue;
      record = record === '' ? line : `${record}\n${line}`;
      if ((record.split('"').length - 1) % 2 === 1) continue;
      if (!header) csvRecord(record.replace(/\r$/, ''), sink);
      header = false;
      record = '';
    }
  };
}

function csvRecord(record: string, sink: EventSink): void {
  const comma = record.indexOf(',');
  const time = record.slice(0, comma).replaceAll('"', '');
  const quoted = record.slice(comma + 1);
  const message = /^".*"$/s.test(quoted) ? quoted.slice(1, -1).replaceAll('""', '"') : quoted;
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
  for (const event of events as readonly Readonly<Record<string, unknown>>[]) {
    const text = String(event['message'] ?? '').replace(/\r?\n$/, '');
    const stream = event['logStreamName'];
    sink.stream(log, typeof stream === 'string' ? stream : null);
    sink.chunk({ text, bytes: null });
    sink.event(
      0,
      text.length,
      Number(event['timestamp'] ?? Number.NaN),
      Number(event['ingestionTime'] ?? Number.NaN),
    );
  }
}
