import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LocalLambdaError } from '../local-lambda-error.ts';
import { INSIGHTS_GROUP } from './insights-line.ts';

const POLL_MS = 250;
const CHUNK_BYTES = 65_536;

/** What to print. */
export interface PrintLogsOptions {
  readonly logsDir: string;
  /** Name of a function, or of a group; undefined: all. */
  readonly group: string | undefined;
  /** Is waited for before more is read. */
  readonly write: (text: string) => void | Promise<void>;
  /** While it is not aborted, new lines are printed as they come; undefined: print what is there. */
  readonly follow: AbortSignal | undefined;
  /** Nothing more is printed once it is aborted. */
  readonly until?: AbortSignal;
}

/**
 * Prints log streams, the oldest first, each line with its time.
 * @throws LocalLambdaError when the function has no log and nothing is followed.
 */
export async function printLogs(options: PrintLogsOptions): Promise<void> {
  const { logsDir, group, follow } = options;
  const offsets = new Map<string, number>();
  const files = await streams(logsDir, group);
  if (files.length === 0 && follow === undefined) {
    throw new LocalLambdaError(`function: ${group ?? 'any'} has no log in ${logsDir}`);
  }
  for (const file of files) await printNew(file, offsets, options);
  while (follow !== undefined && !follow.aborted) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    for (const file of await streams(logsDir, group)) await printNew(file, offsets, options);
  }
}

async function streams(logsDir: string, group: string | undefined): Promise<string[]> {
  const entries = await readdir(logsDir, { withFileTypes: true, recursive: true }).catch(() => []);
  const files = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.log'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => {
      const within = path.slice(logsDir.length);
      if (group === undefined) return !within.includes(`${INSIGHTS_GROUP}/`);
      return within.includes(`/${group.replace(/^\//, '')}/`);
    });
  const dated = await Promise.all(
    files.map(async (path) => ({ path, time: (await stat(path)).birthtimeMs })),
  );
  return dated.sort((a, b) => a.time - b.time).map(({ path }) => path);
}

/** Prints whole lines only; the rest waits until it is written. */
async function printNew(
  path: string,
  offsets: Map<string, number>,
  { write, until }: PrintLogsOptions,
): Promise<void> {
  const handle = await open(path).catch(() => undefined);
  if (handle === undefined) return;
  try {
    const buffer = Buffer.alloc(CHUNK_BYTES);
    let at = offsets.get(path) ?? 0;
    let rest = Buffer.alloc(0);
    while (until?.aborted !== true) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, at + rest.length);
      if (bytesRead === 0) break;
      const all = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
      const end = all.lastIndexOf('\n') + 1;
      if (end > 0) await write(all.toString('utf8', 0, end));
      at += end;
      rest = all.subarray(end);
    }
    offsets.set(path, at);
  } finally {
    await handle.close();
  }
}
