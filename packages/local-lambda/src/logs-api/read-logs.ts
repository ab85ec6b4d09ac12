import { parseFilterPattern } from './filter-pattern.ts';
import { listGroups, listStreams, type StreamOnDisk } from './groups-on-disk.ts';
import {
  flag,
  groupOf,
  groupOfIdentifier,
  type Input,
  needed,
  oneOf,
  text,
  texts,
  time,
  whole,
} from './input.ts';
import { invalid, LogsError } from './logs-error.ts';
import { mergeLines } from './merge-lines.ts';
import { endOf, type LogLine, linesBefore, linesFrom, placeOfTime } from './stream-lines.ts';

/** What reading needs beside a request. */
export interface ReadContext {
  /** Root of the log groups on disk. */
  readonly root: string;
  /** Names of groups that do not begin with `/`, though their folders look as if they did. */
  readonly plainNames: readonly string[];
  /** Such as `arn:aws:logs:eu-west-3:000000000000:log-group:`. */
  readonly arnPrefix: string;
  /** Days that events of a group are kept, by the group's folder. */
  readonly retention: Readonly<Record<string, number>>;
}

/** One page holds so many events, and so many bytes, at most. */
const MAX_EVENTS = 10_000;
const MAX_PAGE_BYTES = 1_048_576;
/** What AWS counts for an event beside its message. */
const EVENT_BYTES = 26;
/** So much is looked through for one page that few events fit into; the next one goes on from there. */
const MAX_SCANNED_BYTES = 67_108_864;
const MAX_DESCRIBED = 50;

/** The operations that only read. @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_Operations.html */
export const READ_OPERATIONS = {
  DescribeLogGroups: describeLogGroups,
  DescribeLogStreams: describeLogStreams,
  GetLogEvents: getLogEvents,
  FilterLogEvents: filterLogEvents,
} as const satisfies Readonly<Record<string, (input: Input, context: ReadContext) => object>>;

/** The folder of a group, as a path below the root. @throws LogsError when the group has no stream. */
export function existingGroup(name: string, { root }: Pick<ReadContext, 'root'>): string {
  const folder = folderOf(name);
  if (folder !== undefined && listStreams(root, folder).length > 0) return folder;
  throw new LogsError('ResourceNotFoundException', 'The specified log group does not exist.');
}

/** The folder of a group below the root; undefined: no group may have this name. */
export function folderOf(name: string): string | undefined {
  if (name.split('/').some((part) => part === '.' || part === '..')) return undefined;
  return name.startsWith('/') ? name : `/${name}`;
}

function describeLogGroups(input: Input, context: ReadContext): object {
  const prefix = text(input, 'logGroupNamePrefix') ?? '';
  const part = text(input, 'logGroupNamePattern') ?? '';
  if (prefix !== '' && part !== '') {
    throw invalid('LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.');
  }
  const named = texts(input, 'logGroupIdentifiers')?.map(groupOfIdentifier);
  const plain = new Map(context.plainNames.map((name) => [`/${name}`, name]));
  const groups = listGroups(context.root)
    .map((folder) => ({ folder, name: plain.get(folder) ?? folder }))
    .filter(({ name }) => name.startsWith(prefix) && name.includes(part))
    .filter(({ name }) => named === undefined || named.includes(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const { items, nextToken } = page(input, groups, ({ name }) => name);
  return {
    logGroups: items.map(({ folder, name }) => {
      const parts = listStreams(context.root, folder).flatMap((stream) => stream.parts);
      const retentionInDays = context.retention[folder];
      return {
        logGroupName: name,
        creationTime: firstTimeMs(context.root, folder),
        ...(retentionInDays !== undefined && { retentionInDays }),
        metricFilterCount: 0,
        arn: `${context.arnPrefix}${name}:*`,
        logGroupArn: `${context.arnPrefix}${name}`,
        storedBytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
        logGroupClass: 'STANDARD',
      };
    }),
    ...nextToken,
  };
}

function describeLogStreams(input: Input, context: ReadContext): object {
  const name = groupOf(input);
  const folder = existingGroup(name, context);
  const prefix = text(input, 'logStreamNamePrefix') ?? '';
  const orderBy = oneOf(input, 'orderBy', ['LogStreamName', 'LastEventTime']) ?? 'LogStreamName';
  if (orderBy === 'LastEventTime' && prefix !== '') {
    throw invalid('Cannot order by LastEventTime with a logStreamNamePrefix.');
  }
  const streams = listStreams(context.root, folder).filter((stream) => stream.name.startsWith(prefix));
  const keyOf = (stream: StreamOnDisk): string => {
    if (orderBy === 'LogStreamName') return stream.name;
    return `${String(Math.floor(stream.parts.at(-1)?.modifiedMs ?? 0)).padStart(15, '0')} ${stream.name}`;
  };
  const sorted = streams.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const descending = flag(input, 'descending');
  const { items, nextToken } = page(input, descending ? sorted.reverse() : sorted, keyOf, descending);
  return { logStreams: items.map((stream) => describeStream(stream, name, context)), ...nextToken };
}

function describeStream(stream: StreamOnDisk, group: string, { arnPrefix }: ReadContext): object {
  const first = firstOf(linesFrom(stream, 0));
  const last = firstOf(linesBefore(stream, endOf(stream)));
  return {
    logStreamName: stream.name,
    ...(first !== undefined && { creationTime: first.timeMs, firstEventTimestamp: first.timeMs }),
    ...(last !== undefined && { lastEventTimestamp: last.timeMs, lastIngestionTime: last.timeMs }),
    arn: `${arnPrefix}${group}:log-stream:${stream.name}`,
    storedBytes: 0,
  };
}

/** A page of a stream: with a token, what follows or precedes an earlier page; else the last events, or the first. */
function getLogEvents(input: Input, context: ReadContext): object {
  const folder = existingGroup(groupOf(input), context);
  const name = needed(input, 'logStreamName');
  const stream = listStreams(context.root, folder).find((one) => one.name === name);
  if (stream === undefined) {
    throw new LogsError('ResourceNotFoundException', 'The specified log stream does not exist.');
  }
  const window = windowOf(input);
  const limit = whole(input, 'limit', 1, MAX_EVENTS) ?? MAX_EVENTS;
  const token = text(input, 'nextToken');
  const given = token === undefined ? undefined : placeOfToken(token);
  const forward = given?.forward ?? flag(input, 'startFromHead');
  const start = given?.place ?? (forward ? 0 : endOf(stream));
  const lines = forward
    ? linesFrom(stream, Math.max(start, placeOfTime(stream, window.from)))
    : linesBefore(stream, start);
  const page = takePage(lines, limit, (line) => {
    if (forward ? line.timeMs > window.to : line.timeMs < window.from) return 'end';
    return forward ? line.timeMs >= window.from : line.timeMs <= window.to;
  });
  if (!forward) page.reverse();
  return {
    events: page.map(({ timeMs, message }) => ({ timestamp: timeMs, message, ingestionTime: timeMs })),
    nextForwardToken: tokenOf('f', page.at(-1)?.end ?? start),
    nextBackwardToken: tokenOf('b', page[0]?.start ?? start),
  };
}

/** The events of a group's streams, in the order of time. */
function filterLogEvents(input: Input, context: ReadContext): object {
  const folder = existingGroup(groupOf(input), context);
  const names = texts(input, 'logStreamNames');
  const prefix = text(input, 'logStreamNamePrefix') ?? '';
  if (names !== undefined && prefix !== '') {
    throw invalid('Log stream name prefix and log stream names are mutually exclusive parameters.');
  }
  const passes = parseFilterPattern(text(input, 'filterPattern', 1_024) ?? '');
  const window = windowOf(input);
  const limit = whole(input, 'limit', 1, MAX_EVENTS) ?? MAX_EVENTS;
  const after = cursorOf(text(input, 'nextToken', 1_024));
  const from = Math.max(window.from, after?.timeMs ?? 0);
  const streams = listStreams(context.root, folder).filter(
    ({ name }) => name.startsWith(prefix) && (names === undefined || names.includes(name)),
  );
  const events: object[] = [];
  let bytes = 0;
  let scanned = 0;
  let nextToken: string | undefined;
  for (const { stream, line } of mergeLines(streams, from, after)) {
    if (line.timeMs > window.to) break;
    scanned += line.end - line.start;
    if (passes(line.message)) {
      events.push({
        logStreamName: stream,
        timestamp: line.timeMs,
        message: line.message,
        ingestionTime: line.timeMs,
        eventId: eventId(stream, line),
      });
      bytes += Buffer.byteLength(line.message) + EVENT_BYTES;
    }
    if (events.length < limit && bytes < MAX_PAGE_BYTES && scanned < MAX_SCANNED_BYTES) continue;
    nextToken = Buffer.from(JSON.stringify([line.timeMs, stream, line.start])).toString('base64url');
    break;
  }
  return { events, searchedLogStreams: [], ...(nextToken !== undefined && { nextToken }) };
}

/** Digits that grow with the time, as AWS's do, and tell events of one millisecond apart. */
function eventId(stream: string, { timeMs, start }: LogLine): string {
  let hash = 0n;
  for (const character of stream) hash = (hash * 31n + BigInt(character.charCodeAt(0))) % 1_000_000_007n;
  return `${timeMs}${String(hash).padStart(10, '0')}${String(start).padStart(16, '0')}`.padStart(56, '0');
}

function takePage(
  lines: Iterable<LogLine>,
  limit: number,
  judge: (line: LogLine) => boolean | 'end',
): LogLine[] {
  const page: LogLine[] = [];
  let bytes = 0;
  for (const line of lines) {
    const verdict = judge(line);
    if (verdict === 'end') break;
    if (!verdict) continue;
    bytes += Buffer.byteLength(line.message) + EVENT_BYTES;
    if (page.length > 0 && bytes > MAX_PAGE_BYTES) break;
    page.push(line);
    if (page.length === limit) break;
  }
  return page;
}

function windowOf(input: Input): { readonly from: number; readonly to: number } {
  const from = time(input, 'startTime') ?? 0;
  const to = time(input, 'endTime') ?? Number.MAX_SAFE_INTEGER;
  if (from <= to) return { from, to };
  throw invalid(`startTime ${from} must not be later than endTime ${to}`);
}

function tokenOf(direction: 'f' | 'b', place: number): string {
  return `${direction}/${String(place).padStart(56, '0')}/s`;
}

function placeOfToken(token: string): { readonly forward: boolean; readonly place: number } {
  const [, direction, place] = /^([fb])\/0*(\d{1,16})\/s$/.exec(token) ?? [];
  if (direction === undefined) throw invalid('The specified nextToken is invalid.');
  return { forward: direction === 'f', place: Number(place) };
}

function cursorOf(token: string | undefined) {
  if (token === undefined) return undefined;
  try {
    const [timeMs, stream, start] = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    if (Number.isSafeInteger(timeMs) && Number.isSafeInteger(start)) {
      return { timeMs: Number(timeMs), stream: String(stream), start: Number(start) };
    }
  } catch {
    // Told below.
  }
  throw invalid('The specified nextToken is invalid.');
}

/** A page of a sorted list: the token is the key of the last item before it, so that a change between pages hurts no other. */
function page<T>(input: Input, items: readonly T[], keyOf: (item: T) => string, descending = false) {
  const limit = whole(input, 'limit', 1, MAX_DESCRIBED) ?? MAX_DESCRIBED;
  const token = text(input, 'nextToken', 2_048);
  const last = token === undefined ? undefined : Buffer.from(token, 'base64url').toString('utf8');
  const isLater = (key: string): boolean => last === undefined || (descending ? key < last : key > last);
  const rest = items.filter((item) => isLater(keyOf(item)));
  const taken = rest.slice(0, limit);
  const end = taken.at(-1);
  const more = rest.length > limit && end !== undefined;
  return {
    items: taken,
    nextToken: more ? { nextToken: Buffer.from(keyOf(end)).toString('base64url') } : {},
  };
}

/** When the oldest stream of a group began. */
function firstTimeMs(root: string, folder: string): number {
  const [oldest] = listStreams(root, folder);
  const line = oldest === undefined ? undefined : firstOf(linesFrom(oldest, 0));
  return line?.timeMs ?? 0;
}

function firstOf(lines: Iterable<LogLine>): LogLine | undefined {
  for (const line of lines) return line;
  return undefined;
}
