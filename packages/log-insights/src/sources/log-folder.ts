import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { EventSink, Window } from '../evaluate/run.ts';
import { globMatcher } from './glob.ts';
import { eachLine, textChunks } from './text-chunks.ts';
import { createTimestampReader, TIMESTAMP_LENGTH } from './timestamp.ts';

/** Folder where local-lambda writes its log groups, unless another is named. */
export const DEFAULT_LOGS_FOLDER = 'results/logs';
/** Account that stands in `@log` of a log group on this machine. */
export const LOCAL_ACCOUNT = '000000000000';

const TAB = 9;

/** What was read of a folder. */
export interface FolderReading {
  /** Names of the log groups that match, read or not. */
  readonly groups: readonly string[];
  readonly files: number;
  /** Lines that are not `<ISO time>\t<message>`. */
  readonly skippedLines: number;
}

interface StreamFile {
  readonly group: string;
  readonly stream: string;
  readonly path: string;
}

/**
 * Reads the log groups of a folder, `<folder>/aws/lambda/<function>/<YYYY>/<MM>/<DD>/[$LATEST]<id>.log`, into a query.
 * A file whose last change lies before the window is not opened. Throws the file system's errors.
 */
export async function readLogFolder(
  folder: string,
  globs: readonly string[],
  window: Window,
  sink: EventSink,
  signal?: AbortSignal,
): Promise<FolderReading> {
  const matchers = globs.map(globMatcher);
  const groups: string[] = [];
  let files = 0;
  let skippedLines = 0;
  for (const name of await folders(join(folder, 'aws', 'lambda'))) {
    const group = `/aws/lambda/${name}`;
    if (!matchers.some((matches) => matches(group))) continue;
    groups.push(group);
    for (const file of await streamFiles(folder, group)) {
      if ((await stat(file.path)).mtimeMs < window.from) continue;
      files++;
      skippedLines += await readStream(file, sink, signal);
    }
  }
  return { groups, files, skippedLines };
}

async function readStream(
  file: StreamFile,
  sink: EventSink,
  signal: AbortSignal | undefined,
): Promise<number> {
  const timestampAt = createTimestampReader();
  let skipped = 0;
  let block: Uint8Array = new Uint8Array(0);
  let offset = 0;
  const readLine = (start: number, end: number): void => {
    const at = start - offset;
    const timestamp = block[at + TIMESTAMP_LENGTH] === TAB ? timestampAt(block, at) : Number.NaN;
    if (Number.isNaN(timestamp) || end <= start + TIMESTAMP_LENGTH) skipped++;
    else sink.event(start + TIMESTAMP_LENGTH + 1, end, timestamp, timestamp);
  };
  // In text beyond ASCII the places of bytes and characters differ: there each line's head is turned into bytes.
  const readWideLine = (text: string, start: number, end: number): void => {
    block = Buffer.from(text.slice(start, Math.min(end, start + TIMESTAMP_LENGTH + 1)), 'latin1');
    offset = start;
    readLine(start, end);
  };
  sink.stream(`${LOCAL_ACCOUNT}:${file.group}`, file.stream);
  for await (const chunk of textChunks(file.path, signal)) {
    sink.chunk(chunk);
    const { text, bytes } = chunk;
    block = bytes ?? block;
    offset = 0;
    eachLine(chunk, bytes === null ? (start, end) => readWideLine(text, start, end) : readLine);
  }
  return skipped;
}

async function streamFiles(folder: string, group: string): Promise<readonly StreamFile[]> {
  const root = join(folder, group);
  const found: StreamFile[] = [];
  for (const year of await folders(root)) {
    for (const month of await folders(join(root, year))) {
      for (const day of await folders(join(root, year, month))) {
        const entries = await readdir(join(root, year, month, day));
        for (const entry of entries.filter((name) => name.endsWith('.log')).sort()) {
          const stream = `${year}/${month}/${day}/${entry.slice(0, -'.log'.length)}`;
          found.push({ group, stream, path: join(root, year, month, day, entry) });
        }
      }
    }
  }
  return found;
}

async function folders(path: string): Promise<readonly string[]> {
  const entries = await readdir(path, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}
