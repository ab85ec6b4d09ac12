import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** One log stream, a file; each line is one log event. */
export interface LogStream {
  readonly group: string;
  readonly name: string;
  /** Adds an event: `timeMs` since the epoch; line breaks in the message become `\r`, as Lambda writes them. */
  write(timeMs: number, message: string): void;
  /** Writes what is buffered and closes the file. */
  close(): void;
}

/** The log groups of one host on disk. */
export interface LogStore {
  openStream(group: string, name: string): LogStream;
  /** Writes all that is buffered to disk. */
  flush(): void;
  close(): void;
}

const FLUSH_INTERVAL_MS = 100;
const FLUSH_CHARACTERS = 16_384;

/**
 * Opens the log groups below a folder: `<root>/<group>/<stream>.log`, each line `<ISO 8601 time>\t<message>`.
 *
 * Events are buffered for at most 100 ms or 16 k characters. When the disk refuses them they are dropped and
 * `onDropped` hears of it once for each stream; the functions go on.
 */
export function openLogStore(
  root: string,
  onDropped: (stream: string, error: Error) => void,
  onEvent?: (stream: LogStream, timeMs: number, message: string) => void,
): LogStore {
  const open = new Set<{ flush(): void; close(): void }>();
  const dirty = new Set<{ flush(): void }>();
  const flush = (): void => {
    for (const stream of dirty) stream.flush();
    dirty.clear();
  };
  const timer = setInterval(flush, FLUSH_INTERVAL_MS).unref();

  function openStream(group: string, name: string): LogStream {
    const path = join(root, group, `${name}.log`);
    let fd: number | undefined;
    let buffer = '';
    let complained = false;
    const file = {
      flush: (): void => {
        if (buffer === '') return;
        const text = buffer;
        buffer = '';
        try {
          fd ??= openFile(path);
          writeAll(fd, text);
        } catch (error) {
          if (!complained) onDropped(path, error as Error);
          complained = true;
        }
      },
      close: (): void => {
        file.flush();
        if (fd !== undefined) closeSync(fd);
        fd = undefined;
        open.delete(file);
        dirty.delete(file);
      },
    };
    open.add(file);
    const stream: LogStream = {
      group,
      name,
      write: (timeMs, message) => {
        buffer += `${isoTime(timeMs)}\t${message.includes('\n') ? message.replaceAll('\n', '\r') : message}\n`;
        onEvent?.(stream, timeMs, message);
        if (buffer.length > FLUSH_CHARACTERS) file.flush();
        else dirty.add(file);
      },
      close: file.close,
    };
    return stream;
  }

  return {
    openStream,
    flush,
    close: () => {
      clearInterval(timer);
      for (const stream of [...open]) stream.close();
    },
  };
}

/** The name of an environment's stream: `YYYY/MM/DD/[$LATEST]<32 hex digits>`. */
export function streamName(timeMs: number, id: string): string {
  return `${new Date(timeMs).toISOString().slice(0, 10).replaceAll('-', '/')}/[$LATEST]${id}`;
}

let lastTimeMs = Number.NaN;
let lastIsoTime = '';

/** Thousands of events share a millisecond, and formatting one costs more than all the rest of a line. */
function isoTime(timeMs: number): string {
  if (timeMs !== lastTimeMs) {
    lastTimeMs = timeMs;
    lastIsoTime = new Date(timeMs).toISOString();
  }
  return lastIsoTime;
}

function openFile(path: string): number {
  mkdirSync(dirname(path), { recursive: true });
  return openSync(path, 'a');
}

function writeAll(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
}
