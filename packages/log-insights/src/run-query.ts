import { type QueryResult, type RunningQuery, startQuery, type Window } from './evaluate/run.ts';
import { globMatcher } from './sources/glob.ts';
import { LOCAL_ACCOUNT, readLogFolder } from './sources/log-folder.ts';
import { readLogLines } from './sources/log-lines.ts';
import { streamChunks, textChunks } from './sources/text-chunks.ts';
import { UsageError } from './usage-error.ts';

/** Runs a query over the log groups of a folder that local-lambda wrote; throws QueryError, UsageError and file errors. */
export async function queryFolder(
  query: string,
  folder: string,
  globs: readonly string[],
  window: Window,
  now: number,
  signal?: AbortSignal,
): Promise<QueryResult> {
  const running = startQuery(query, window, now);
  let reading: Awaited<ReturnType<typeof readLogFolder>>;
  try {
    reading = await readLogFolder(folder, globs, window, running, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new UsageError(
      `--local "${folder}" holds no log groups: local-lambda writes them below aws/lambda`,
    );
  }
  if (reading.groups.length === 0) {
    throw new UsageError(`--group "${globs.join(' ')}" matches no log group of ${folder}`);
  }
  return running.finish();
}

/** Runs a query over files of log lines; `-` is standard input. The one group named, if any, is that of every line. */
export async function queryFiles(
  query: string,
  files: readonly string[],
  groups: readonly string[] | undefined,
  window: Window,
  now: number,
  standardInput: AsyncIterable<Uint8Array>,
): Promise<QueryResult> {
  const [group, another] = groups ?? [];
  if (another !== undefined || (group !== undefined && /[*?]/.test(group))) {
    throw new UsageError(
      `--group "${groups?.join(' ')}" must be one name without wildcards with --logs: it names the group of the lines`,
    );
  }
  const running: RunningQuery = startQuery(query, window, now);
  const log = group === undefined ? null : `${LOCAL_ACCOUNT}:${group}`;
  for (const file of files) {
    const chunks = file === '-' ? streamChunks(standardInput, 'standard input') : textChunks(file);
    try {
      await readLogLines(chunks, file, log, running);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      throw new UsageError(`--logs "${file}" does not exist`);
    }
  }
  return running.finish();
}

/** Picks the names that match any of the globs. */
export function matchGroups(names: readonly string[], globs: readonly string[]): readonly string[] {
  const matchers = globs.map(globMatcher);
  return names.filter((name) => matchers.some((matches) => matches(name)));
}
