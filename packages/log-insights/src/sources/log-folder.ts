import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type EventSink, startQuery, type Window } from '../evaluate/run.ts';
import { UsageError } from '../usage-error.ts';
import { globMatcher } from './glob.ts';
import { ALWAYS, DEFAULT_GROUPS, type LogSource } from './log-source.ts';
import { eachLine, textChunks } from './text-chunks.ts';
import { createTimestampReader, TIMESTAMP_LENGTH } from './timestamp.ts';

/** Account that stands in `@log` of a log group on this machine. */
export const LOCAL_ACCOUNT = '000000000000';

const TAB = 9;
/** Names of log groups have no more parts than this. */
const MAX_GROUP_DEPTH = 12;

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

/** The log groups that local-lambda wrote into a folder; each query reads it anew. */
export function logFolder(folder: string): LogSource {
  return {
    async query(text, { groups = DEFAULT_GROUPS, window = ALWAYS, now = Date.now(), signal } = {}) {
      const running = startQuery(text, window, now);
      const reading = await readLogFolder(folder, groups, window, running, signal);
      if (reading.groups.length === 0) {
        throw new UsageError(`No log group of "${folder}" matches ${groups.join(' ')}`);
      }
      const result = running.finish();
      return { ...result, statistics: { ...result.statistics, skippedLines: reading.skippedLines } };
    },
    close() {},
  };
}

/**
 * Reads the log groups of a folder, such as `<folder>/aws/lambda/<function>/<YYYY>/<MM>/<DD>/[$LATEST]<id>.log`, into
 * a query.
 * A file whose last change lies before the window is not opened.
 * @throws UsageError for a folder without log groups, and the file system's errors.
 */
export async function readLogFolder(
  folder: string,
  globs: readonly string[],
  window: Window,
  sink: EventSink,
  signal?: AbortSignal,
): Promise<FolderReading> {
  const matches = globMatcher(globs);
  const groups: string[] = [];
  let files = 0;
  let skippedLines = 0;
  for (const group of await groupNames(folder)) {
    if (!matches(group)) continue;
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
          // A long stream goes on in further files, `<stream>~0002.log`.
          const stream = `${year}/${month}/${day}/${entry.replace(/(?:~\d{4,})?\.log$/, '')}`;
          found.push({ group, stream, path: join(root, year, month, day, entry) });
        }
      }
    }
  }
  return found;
}

/** The names of the log groups of a folder: a group is a folder with a folder for a year in it. */
async function groupNames(folder: string): Promise<readonly string[]> {
  const names: string[] = [];
  const look = async (name: string, depth: number): Promise<void> => {
    const inside = await folders(join(folder, name));
    if (inside.some(isYear)) names.push(name);
    if (depth === MAX_GROUP_DEPTH) return;
    for (const one of inside) if (!isYear(one)) await look(`${name}/${one}`, depth + 1);
  };
  try {
    await look('', 0);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
  }
  if (names.length > 0) return names;
  throw new UsageError(
    `"${folder}" holds no log groups: local-lambda writes them to aws/lambda/<function>/<year>/…`,
  );
}

function isYear(name: string): boolean {
  return /^\d{4}$/.test(name);
}

async function folders(path: string): Promise<readonly string[]> {
  const entries = await readdir(path, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}
