import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** The buffered file behind one log stream. */
export interface LogFile {
  /** Adds a line of a time and a text; what has no room in the buffer is written at once. */
  add(time: string, text: string): void;
  /** Writes what is buffered; what the disk refuses is lost. */
  flush(): void;
  /** Lets go of a file that is about to be removed; what comes later goes into a new one. */
  release(path: string): void;
  close(): void;
}

/** Room for the lines of some twenty invocations. */
const BUFFER_BYTES = 16_384;
/** Buffers of closed files, since memory outside of V8's heap waits long for its garbage collection. */
const spare: Buffer[] = [];
const MAX_SPARE = 32;
const TAB = 9;
const LINE_END = 10;
/** Of UTF-8, at most, for a unit of a text. */
const BYTES_A_UNIT = 3;

/**
 * Makes a file `<base>.log` that is created with its first line, and followed by `<base>~0002.log`, which sorts behind
 * it, when it holds `maxBytes`.
 * @param onWritten hears how many bytes were written, and whether the file was opened for it.
 * @param onDropped hears once that the disk refused lines.
 */
export function openLogFile(
  base: string,
  maxBytes: number,
  onWritten: (bytes: number, isNew: boolean) => void,
  onDropped: (path: string, error: Error) => void,
): LogFile {
  let part = 1;
  let bytes = 0;
  let fd: number | undefined;
  /** Bytes, since texts that wait in memory are most of what the young generation would have to move. */
  let buffer: Buffer | undefined;
  let length = 0;
  let complained = false;
  /** The disk took a part of a line only. */
  let torn = false;
  const path = (): string => (part === 1 ? `${base}.log` : `${base}~${String(part).padStart(4, '0')}.log`);
  const closeFile = (): void => {
    if (fd !== undefined) closeSync(fd);
    fd = undefined;
  };
  const write = (content: Buffer): void => {
    let at = 0;
    try {
      const isNew = fd === undefined;
      fd ??= openForAppending(path());
      if (torn) writeSync(fd, '\n');
      torn = false;
      while (at < content.length) at += writeSync(fd, content, at);
      bytes += content.length;
      onWritten(content.length, isNew);
      if (bytes < maxBytes) return;
      closeFile();
      part += 1;
      bytes = 0;
    } catch (error) {
      torn ||= at > 0;
      if (!complained) onDropped(path(), error as Error);
      complained = true;
    }
  };
  const flush = (): void => {
    if (length === 0 || buffer === undefined) return;
    const content = buffer.subarray(0, length);
    length = 0;
    write(content);
  };
  return {
    add: (time, text) => {
      const most = (time.length + text.length + 2) * BYTES_A_UNIT;
      if (length + most > BUFFER_BYTES) flush();
      if (most > BUFFER_BYTES) return write(Buffer.from(`${time}\t${text}\n`));
      buffer ??= spare.pop() ?? Buffer.allocUnsafeSlow(BUFFER_BYTES);
      length += buffer.write(time, length, 'latin1');
      buffer[length++] = TAB;
      length += buffer.write(text, length);
      buffer[length++] = LINE_END;
    },
    flush,
    release: (removed) => {
      if (removed !== path()) return;
      closeFile();
      bytes = 0;
    },
    close: () => {
      flush();
      closeFile();
      if (buffer !== undefined && spare.length < MAX_SPARE) spare.push(buffer);
      buffer = undefined;
    },
  };
}

function openForAppending(path: string): number {
  mkdirSync(dirname(path), { recursive: true });
  return openSync(path, 'a');
}
