import { setTimeout as sleep } from 'node:timers/promises';
import type { QueryResult } from './evaluate/run.ts';
import { QueryError, renderQueryError } from './language/query-error.ts';
import { DEFAULT_GROUPS, type Options, parseOptions, renderHelp } from './options.ts';
import { type CostAssumptions, costTable, renderCostNotes } from './report/cost-table.ts';
import { renderNotes, renderProgress, renderResult } from './report/render.ts';
import { queryFiles, queryFolder } from './run-query.ts';
import { listShippedQueries, loadQuery } from './shipped-queries.ts';
import { SUMMARY_QUERY, toSummaries } from './summarise.ts';
import { UsageError } from './usage-error.ts';
import { resolveWindow } from './window.ts';

/** What the command needs of the world. */
export interface Io {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
  /** Shows lines of progress, which what comes next replaces; nothing where errors do not go to a terminal. */
  readonly progress: (text: string) => void;
  readonly input: AsyncIterable<Uint8Array>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly signal: AbortSignal;
}

type QueryOptions = Options & { kind: 'query' };

/** Window of a query on CloudWatch that names no start, in milliseconds. */
const DEFAULT_CLOUDWATCH_WINDOW = 3_600_000;
const CLOUDWATCH_TIMEOUT = 15 * 60_000;
const POLL_INTERVAL = 500;

/** Runs the command `insights` and returns its exit code: 0, 1 for a failure, 2 for a fault in the arguments or the query. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  try {
    const options = parseOptions(argv);
    if (options.kind === 'help') io.out(renderHelp());
    else if (options.kind === 'list') io.out(await renderList());
    else return await runQuery(options, io);
    return 0;
  } catch (error) {
    io.error(`insights: ${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

async function renderList(): Promise<string> {
  const queries = await listShippedQueries();
  const width = Math.max(...queries.map(({ name }) => name.length));
  return queries.map(({ name, question }) => `${name.padEnd(width)}  ${question}\n`).join('');
}

async function runQuery(options: QueryOptions, io: Io): Promise<number> {
  const text = options.query.kind === 'text' ? options.query.text : await loadQuery(options.query.name);
  try {
    const result = await evaluate(text, options, io);
    io.out(renderResult(result, options.format));
    showNotes(result, options, io);
    if (options.costs !== undefined) await showCosts(options, options.costs, io);
    return 0;
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    io.error(`insights: ${renderQueryError(text, error)}\n`);
    return 2;
  }
}

async function evaluate(text: string, options: QueryOptions, io: Io): Promise<QueryResult> {
  const now = io.now();
  const window = await resolveWindow(options.from, options.to, now);
  const { source } = options;
  switch (source.kind) {
    case 'folder':
      return queryFolder(text, source.folder, options.groups ?? DEFAULT_GROUPS, window, now, io.signal);
    case 'files':
      return queryFiles(text, source.files, options.groups, window, now, io.input);
    case 'cloudwatch': {
      // The SDK takes 100 ms to load, which a local query need not wait for.
      const { createCloudWatchClient } = await import('./cloudwatch/client.ts');
      const { runOnCloudWatch } = await import('./cloudwatch/run.ts');
      const to = Number.isFinite(window.to) ? window.to : now;
      const from = Number.isFinite(window.from) ? window.from : to - DEFAULT_CLOUDWATCH_WINDOW;
      const client = createCloudWatchClient(source.region);
      try {
        return await runOnCloudWatch(client, {
          query: text,
          groups: options.groups ?? DEFAULT_GROUPS,
          window: { from, to },
          pollInterval: POLL_INTERVAL,
          timeout: CLOUDWATCH_TIMEOUT,
          signal: io.signal,
          onProgress: (status, partial) => io.progress(renderProgress(status, partial)),
          sleep: (milliseconds, signal) =>
            sleep(milliseconds, undefined, signal === undefined ? {} : { signal }),
        });
      } finally {
        client.destroy();
      }
    }
  }
}

// What is piped into a program stays pure; the notes then go to the standard error output.
function showNotes(result: QueryResult, options: QueryOptions, io: Io): void {
  const write = options.format === 'table' || options.format === 'markdown' ? io.out : io.error;
  write(`\n${renderNotes(result)}`);
  if (result.rows.length === 0) io.error(`insights: ${emptyHint(result, options)}\n`);
}

async function showCosts(options: QueryOptions, costs: CostAssumptions, io: Io): Promise<void> {
  const summaries = toSummaries(await evaluate(SUMMARY_QUERY, options, io));
  io.out(`\n${renderResult(costTable(summaries, costs), options.format)}`);
  const write = options.format === 'table' || options.format === 'markdown' ? io.out : io.error;
  write(`\n${renderCostNotes(costs)}`);
}

function emptyHint(result: QueryResult, options: QueryOptions): string {
  if (result.statistics.recordsScanned > 0) return 'no log event passed the query';
  const window =
    options.from === undefined && options.to === undefined ? '' : ' in the window of --from and --to';
  return `the log groups hold no events${window}`;
}
