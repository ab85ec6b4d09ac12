import { existsSync } from 'node:fs';
import { OptionError } from '@sheep-shed/options';
import { cloudWatch } from './cloudwatch/cloudwatch.ts';
import { costTable, renderCostNotes } from './cost-table.ts';
import type { QueryResult } from './evaluate/run.ts';
import { QueryError, renderQueryError } from './language/query-error.ts';
import { listQueries, loadQuery } from './named-queries.ts';
import { DEFAULT_LOGS_FOLDER, type Options, parseOptions } from './options.ts';
import { renderNotes, renderProgress, renderResult } from './render.ts';
import { summariseReports } from './report-lines.ts';
import { logFiles } from './sources/log-files.ts';
import { logFolder } from './sources/log-folder.ts';
import type { LogSource, QueryOptions } from './sources/log-source.ts';
import { UsageError } from './usage-error.ts';
import { resolveWindow } from './window.ts';

/** What the command needs of the world. */
export interface Io {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
  /** Shows lines of progress, which what comes next replaces; nothing where errors do not go to a terminal. */
  readonly progress: (text: string) => void;
  readonly input: AsyncIterable<Uint8Array>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly signal: AbortSignal;
}

type RunOptions = Extract<Options, { kind: 'query' | 'cost' }>;

/** Runs the command and returns its exit code: 0, 1 for a failure, 2 for a fault in the arguments or the query. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  try {
    const options = parseOptions(argv, io.environment);
    switch (options.kind) {
      case 'show':
        io.out(options.text);
        return 0;
      case 'list':
        await showQueries(options.queries, io);
        return 0;
      case 'cost':
        await withSource(options, io, (source, query) => showCosts(source, query, options, io));
        return 0;
      case 'query': {
        const { query: argument } = options;
        const text =
          argument.kind === 'text' ? argument.text : await loadQuery(argument.name, options.queries);
        return await withSource(options, io, (source, query) => showQuery(text, source, query, options, io));
      }
    }
  } catch (error) {
    io.error(`log-insights: ${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof UsageError || error instanceof OptionError ? 2 : 1;
  }
}

async function showQueries(folder: string | undefined, io: Io): Promise<void> {
  const queries = await listQueries(folder);
  const width = Math.max(...queries.map(({ name }) => name.length));
  for (const { name, question } of queries) io.out(`${name.padEnd(width)}  ${question}\n`);
  if (queries.length === 0)
    io.error('log-insights: there are no named queries: --queries names their folder\n');
}

async function withSource<T>(
  options: RunOptions,
  io: Io,
  work: (source: LogSource, query: QueryOptions) => Promise<T>,
): Promise<T> {
  const now = io.now();
  const window = await resolveWindow(options.from, options.to, now);
  const source = openSource(options, io);
  try {
    return await work(source, { groups: options.groups, window, now, signal: io.signal });
  } finally {
    source.close();
  }
}

function openSource({ source }: RunOptions, io: Io): LogSource {
  switch (source.kind) {
    case 'folder':
      return logFolder(source.folder ?? defaultFolder());
    case 'files':
      return logFiles(source.files, { group: source.group, input: io.input });
    case 'cloudwatch':
      return cloudWatch(source.region, {
        endpoint: source.endpoint,
        onProgress: (status, partial) => io.progress(renderProgress(status, partial)),
      });
  }
}

function defaultFolder(): string {
  if (existsSync(DEFAULT_LOGS_FOLDER)) return DEFAULT_LOGS_FOLDER;
  throw new UsageError(
    `No logs given, and there is no ${DEFAULT_LOGS_FOLDER}: use --local, --logs or --region`,
  );
}

async function showQuery(
  text: string,
  source: LogSource,
  query: QueryOptions,
  options: RunOptions,
  io: Io,
): Promise<number> {
  try {
    const result = await source.query(text, query);
    io.out(renderResult(result, options.format));
    notesOf(options, io)(`\n${renderNotes(result)}`);
    if (result.rows.length === 0) io.error(`log-insights: ${emptyHint(result, options)}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    io.error(`log-insights: ${renderQueryError(text, error)}\n`);
    return 2;
  }
}

async function showCosts(
  source: LogSource,
  query: QueryOptions,
  options: Extract<Options, { kind: 'cost' }>,
  io: Io,
): Promise<void> {
  const summaries = await summariseReports(source, query);
  io.out(renderResult(costTable(summaries, options.monthly), options.format));
  notesOf(options, io)(`\n${renderCostNotes()}`);
  if (summaries.size === 0) io.error('log-insights: there is no REPORT line\n');
}

// What is piped into a program stays pure; the notes then go to the standard error output.
function notesOf({ format }: RunOptions, io: Io): Io['out'] {
  return format === 'table' || format === 'markdown' ? io.out : io.error;
}

function emptyHint(result: QueryResult, options: RunOptions): string {
  if (result.statistics.recordsScanned > 0) return 'no log event passed the query';
  const window =
    options.from === undefined && options.to === undefined ? '' : ' in the window of --from and --to';
  return `the log groups hold no events${window}`;
}
