import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** The buffered file behind one log stream. */
export interface LogFile {
  /** Adds text to the buffer. @returns the number of characters that wait in it. */
  add(text: string): number;
  /** Writes what is buffered; what the disk refuses is lost. */
  flush(): void;
  /** Lets go of a file that is about to be removed; what comes later goes into a new one. */
  release(path: string): void;
  close(): void;
}

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
  let buffer = '';
  let complained = false;
  /** The disk took a part of a line only. */
  let torn = false;
  const path = (): string => (part === 1 ? `${base}.log` : `${base}~${String(part).padStart(4, '0')}.log`);
  const closeFile = (): void => {
    if (fd !== undefined) closeSync(fd);
    fd = undefined;
  };
  const flush = (): void => {
    if (buffer === '') return;
    const content = Buffer.from(torn ? `\n${buffer}` : buffer);
    buffer = '';
    let at = 0;
    try {
      const isNew = fd === undefined;
      fd ??= openForAppending(path());
      while (at < content.length) at += writeSync(fd, content, at);
      torn = false;
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
  return {
    add: (text) => {
      buffer += text;
      return buffer.length;
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
    },
  };
}

function openForAppending(path: string): number {
  mkdirSync(dirname(path), { recursive: true });
  return openSync(path, 'a');
}
