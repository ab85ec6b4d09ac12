import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { LocalLambdaError } from '../local-lambda-error.ts';
import { type LogFile, openLogFile } from './log-file.ts';
import { LOG_LIMITS, pruneLogs } from './prune.ts';
import { openRetention, type Retention } from './retention.ts';

/** One log stream, a file; each line is one log event. */
export interface LogStream {
  readonly group: string;
  readonly name: string;
  /** Adds an event, unless the stream is closed: `timeMs` since the epoch; line breaks in the message become `\r`, as Lambda writes them. */
  write(timeMs: number, message: string): void;
  /** Says that a line about what is already answered is still to come; `written` says that it came. */
  expect(): void;
  written(): void;
  /** Writes what is buffered and closes the file. */
  close(): void;
}

/** The log groups of one host on disk. */
export interface LogStore {
  openStream(group: string, name: string): LogStream;
  /** Writes all that is buffered to disk. */
  flush(): void;
  /** Resolves when no line is expected any more, or after `limitMs`, and all is on disk. */
  settle(limitMs: number): Promise<void>;
  /** Removes old streams, above the limits or their group's days; done now and then while lines are written, and hourly. */
  prune(): Promise<number>;
  /** Names of the groups that streams were opened for. */
  readonly groups: ReadonlySet<string>;
  /** Days that the events of groups are kept, by the groups' folders (`/aws/lambda/a`). */
  readonly retention: ReturnType<Retention['all']>;
  /** Sets the days of a group's folder; undefined: it keeps what fits. Resolves when what is older is gone. */
  keepFor(folder: string, days: number | undefined): Promise<void>;
  close(): void;
}

const FLUSH_INTERVAL_MS = 100;

/** A stream's file is followed by another one when it holds this part of all that may be kept. */
const FILE_SHARE = 8;
/** Old streams are looked for after this part of the limits has been written. */
const PRUNE_SHARE = 10;
/** What is kept for days is looked for this often. */
const PRUNE_INTERVAL_MS = 3_600_000;

/**
 * Opens the log groups below a folder: `<root>/<group>/<stream>.log`, each line `<ISO 8601 time>\t<message>`; a long
 * stream goes on in `<stream>~0002.log`.
 *
 * Events are buffered for at most 100 ms, up to 16 kB a stream. When the disk refuses them they are dropped and
 * `onDropped` hears of it once for each stream; the functions go on.
 */
export function openLogStore(
  root: string,
  onDropped: (stream: string, error: Error) => void,
  onEvent?: (stream: LogStream, timeMs: number, message: string) => void,
  limits = LOG_LIMITS,
): LogStore {
  const retention = openRetention(root);
  const groups = new Set<string>();
  const open = new Set<LogFile>();
  const dirty = new Set<LogFile>();
  const whenWritten = new Set<() => void>();
  let expected = 0;
  let filesSince = 0;
  let bytesSince = 0;
  let pruning: Promise<number> | undefined;
  const flush = (): void => {
    for (const stream of dirty) stream.flush();
    dirty.clear();
  };
  const timer = setInterval(flush, FLUSH_INTERVAL_MS).unref();
  const hourly = setInterval(() => {
    if (Object.keys(retention.all()).length > 0) void prune().catch(() => undefined);
  }, PRUNE_INTERVAL_MS).unref();

  function prune(): Promise<number> {
    if (pruning !== undefined) return pruning;
    filesSince = 0;
    bytesSince = 0;
    // A stream that has been silent for long writes on into a new file.
    const release = (path: string): void => {
      for (const file of open) file.release(path);
    };
    pruning = pruneLogs(root, limits, release, retention.all()).finally(() => {
      pruning = undefined;
      pruneIfMuch();
    });
    return pruning;
  }

  function pruneIfMuch(): void {
    const isMuch = filesSince * PRUNE_SHARE > limits.maxFiles || bytesSince * PRUNE_SHARE > limits.maxBytes;
    // What cannot be removed is tried again when more has been written.
    if (isMuch) void prune().catch(() => undefined);
  }

  function onWritten(bytes: number, isNew: boolean): void {
    bytesSince += bytes;
    if (isNew) filesSince += 1;
    pruneIfMuch();
  }

  function openStream(group: string, name: string): LogStream {
    if (!isLogGroupName(group)) {
      throw new LocalLambdaError(`log group: must be ${LOG_GROUP_RULE}, is ${JSON.stringify(group)}`);
    }
    groups.add(group);
    const base = join(root, group, name);
    const file = openLogFile(base, limits.maxBytes / FILE_SHARE, onWritten, onDropped);
    open.add(file);
    const stream: LogStream = {
      group,
      name,
      write: (timeMs, message) => {
        if (!open.has(file)) return;
        const text = message.includes('\n') ? message.replaceAll('\n', '\r') : message;
        file.add(isoTime(timeMs), text);
        dirty.add(file);
        onEvent?.(stream, timeMs, message);
      },
      expect: () => {
        expected += 1;
      },
      written: () => {
        expected -= 1;
        if (expected > 0) return;
        for (const resolve of whenWritten) resolve();
        whenWritten.clear();
      },
      close: () => {
        file.close();
        open.delete(file);
        dirty.delete(file);
      },
    };
    return stream;
  }

  return {
    openStream,
    groups,
    get retention() {
      return retention.all();
    },
    keepFor: async (folder, days) => {
      retention.put(folder, days);
      // One that is going on knows the days of before.
      await pruning?.catch(() => undefined);
      await prune();
    },
    flush,
    prune,
    settle: async (limitMs) => {
      if (expected > 0) {
        let limit: NodeJS.Timeout | undefined;
        await new Promise<void>((resolve) => {
          whenWritten.add(resolve);
          limit = setTimeout(resolve, limitMs);
        });
        clearTimeout(limit);
      }
      flush();
    },
    close: () => {
      clearInterval(timer);
      clearInterval(hourly);
      for (const file of open) file.close();
      open.clear();
    },
  };
}

/** What {@link isLogGroupName} allows. */
export const LOG_GROUP_RULE = '1 to 512 letters, digits or . - _ / #, and no part of a path that is . or ..';

/** Whether a name is one that CloudWatch takes, and names a folder below the root here. */
export function isLogGroupName(name: string): boolean {
  return /^[\w.\-/#]{1,512}$/.test(name) && !name.split('/').some((part) => part === '.' || part === '..');
}

/** The name of an environment's stream: `YYYY/MM/DD/[$LATEST]<32 hex digits>`, with its function's version. */
export function streamName(timeMs: number, id: string, version: string): string {
  return `${new Date(timeMs).toISOString().slice(0, 10).replaceAll('-', '/')}/[${version}]${id}`;
}

/** The name of a stream that begins now. */
export function newStreamName(): string {
  return streamName(Date.now(), randomBytes(16).toString('hex'), '$LATEST');
}

let lastSecond = Number.NaN;
let lastIsoSecond = '';

/** Thousands of events share a second, and formatting it costs more than all the rest of a line. */
function isoTime(timeMs: number): string {
  const second = Math.floor(timeMs / 1_000);
  if (second !== lastSecond) {
    lastSecond = second;
    lastIsoSecond = new Date(second * 1_000).toISOString().slice(0, -4);
  }
  return `${lastIsoSecond}${String(Math.floor(timeMs) - second * 1_000).padStart(3, '0')}Z`;
}
