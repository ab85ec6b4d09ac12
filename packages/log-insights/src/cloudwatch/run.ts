import {
  type CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  GetQueryResultsCommand,
  type GetQueryResultsCommandOutput,
  StartQueryCommand,
  StopQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { planQuery } from '../evaluate/plan.ts';
import type { QueryResult, Window } from '../evaluate/run.ts';
import { MAX_ROWS, parseQuery } from '../language/parser.ts';
import { globMatcher, isGlob, literalPrefix } from '../sources/glob.ts';
import { UsageError } from '../usage-error.ts';
import type { CloudWatchProgress } from './cloudwatch.ts';
import { explainFailure } from './explain.ts';

/** Most log groups of one query (StartQuery, `logGroupNames`). */
const MAX_GROUPS = 50;
/** Most pages of log groups that are listed, 50 groups a page. */
const MAX_PAGES = 40;
/** Time to send StopQuery in after an interrupt, in milliseconds. */
const STOP_TIMEOUT = 3_000;

/** What a query on CloudWatch needs; times in milliseconds. */
export interface CloudWatchQuery {
  readonly text: string;
  /** Names or globs of log groups; together at most MAX_GROUPS may match. */
  readonly groups: readonly string[];
  /** Both ends must be finite; CloudWatch takes whole seconds, so the window widens to them. */
  readonly window: Window;
  /** First pause between two polls; it grows to four times that. */
  readonly pollMs: number;
  /** Longest time for the whole query. */
  readonly timeoutMs: number;
  /** Interrupts the query, which is then stopped on CloudWatch too. */
  readonly signal: AbortSignal | undefined;
  readonly onProgress: CloudWatchProgress | undefined;
  /** Waits, or rejects when the signal aborts. */
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<unknown>;
}

/**
 * Runs a query on CloudWatch Logs Insights and waits until it is complete. Throws a QueryError for a fault that CloudWatch
 * finds in the query, a UsageError for groups that match nothing or too much, a CloudWatchError for what else fails.
 */
export async function runOnCloudWatch(
  client: CloudWatchLogsClient,
  query: CloudWatchQuery,
): Promise<QueryResult> {
  const { text, groups, window, timeoutMs } = query;
  const deadline = AbortSignal.timeout(timeoutMs);
  const signal = query.signal === undefined ? deadline : AbortSignal.any([deadline, query.signal]);
  let queryId: string | undefined;
  try {
    const logGroupNames = [...(await resolveGroups(client, groups, signal))];
    const start = new StartQueryCommand({
      logGroupNames,
      queryString: text,
      startTime: Math.floor(window.from / 1_000),
      endTime: Math.ceil(window.to / 1_000),
      limit: MAX_ROWS,
    });
    queryId = (await client.send(start, { abortSignal: signal })).queryId;
    return toResult(query, await poll(client, queryId, query, signal));
  } catch (error) {
    if (signal.aborted && queryId !== undefined) await stop(client, queryId);
    if (deadline.aborted && query.signal?.aborted !== true) {
      throw new Error(
        `The query was not complete after ${timeoutMs / 1_000} s and has been stopped; narrow the window`,
      );
    }
    throw explainFailure(error);
  }
}

async function poll(
  client: CloudWatchLogsClient,
  queryId: string | undefined,
  query: CloudWatchQuery,
  signal: AbortSignal,
): Promise<GetQueryResultsCommandOutput> {
  for (let pause = query.pollMs; ; pause = Math.min(pause * 1.5, query.pollMs * 4)) {
    const answer = await client.send(new GetQueryResultsCommand({ queryId }), { abortSignal: signal });
    const status = answer.status ?? 'Unknown';
    query.onProgress?.(status, toResult(query, answer));
    if (status === 'Complete') return answer;
    if (status !== 'Running' && status !== 'Scheduled' && status !== 'Unknown') {
      throw new Error(`CloudWatch ended the query with the status ${status}`);
    }
    await query.sleep(pause, signal);
  }
}

// The signal that interrupted the query must not interrupt its stop; a failed stop changes nothing for the user.
async function stop(client: CloudWatchLogsClient, queryId: string): Promise<void> {
  const abortSignal = AbortSignal.timeout(STOP_TIMEOUT);
  await client.send(new StopQueryCommand({ queryId }), { abortSignal }).catch(() => undefined);
}

/** Resolves names and globs to the names of log groups that exist, at most MAX_GROUPS; a plain name is not looked up. */
async function resolveGroups(
  client: CloudWatchLogsClient,
  globs: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const names = new Set<string>();
  for (const glob of globs) {
    const found = isGlob(glob) ? await listGroups(client, glob, signal) : [glob];
    for (const name of found) names.add(name);
  }
  if (names.size === 0) throw new UsageError(`No log group of this region matches ${globs.join(' ')}`);
  if (names.size > MAX_GROUPS) {
    throw new UsageError(
      `${globs.join(' ')} matches ${names.size} log groups; a query takes at most ${MAX_GROUPS}`,
    );
  }
  return [...names].sort();
}

async function listGroups(
  client: CloudWatchLogsClient,
  glob: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const prefix = literalPrefix(glob);
  const names: string[] = [];
  let nextToken: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const command = new DescribeLogGroupsCommand({
      nextToken,
      limit: 50,
      ...(prefix === '' ? {} : { logGroupNamePrefix: prefix }),
    });
    const answer = await client.send(command, { abortSignal: signal });
    names.push(...(answer.logGroups ?? []).flatMap(({ logGroupName }) => logGroupName ?? []));
    nextToken = answer.nextToken;
    if (nextToken === undefined) return names.filter(globMatcher([glob]));
  }
  throw new UsageError(
    `${glob} begins the names of more than ${MAX_PAGES * 50} log groups; use a longer prefix`,
  );
}

function toResult(query: CloudWatchQuery, answer: GetQueryResultsCommandOutput): QueryResult {
  const rows = (answer.results ?? []).map(
    (row) =>
      new Map(
        row.flatMap(({ field, value }) => (field === undefined || field === '@ptr' ? [] : [[field, value]])),
      ),
  );
  const names = columnNames(query, rows);
  return {
    columns: names.map((name) => ({ name, type: 'any' })),
    rows: rows.map((row) => names.map((name) => toCell(row.get(name)))),
    statistics: {
      recordsScanned: answer.statistics?.recordsScanned ?? 0,
      charactersScanned: answer.statistics?.bytesScanned ?? 0,
      skippedLines: 0,
    },
    choices: [],
  };
}

// CloudWatch leaves missing values out of a row, so the order of the columns is taken from the query where it can be.
function columnNames(
  { text, window }: CloudWatchQuery,
  rows: readonly ReadonlyMap<string, unknown>[],
): readonly string[] {
  const answered = new Set(rows.flatMap((row) => [...row.keys()]));
  try {
    const plan = planQuery(parseQuery(text), { ...window, now: window.to }, new Set());
    const planned = plan.columns.map(({ name }) => name);
    return [...planned, ...[...answered].filter((name) => !planned.includes(name))];
  } catch {
    // A command that only CloudWatch has: its own order must do.
    return [...answered];
  }
}

function toCell(value: string | undefined): string | number | null {
  if (value === undefined) return null;
  return /^-?\d{1,15}(?:\.\d+)?(?:E-?\d+)?$/i.test(value) ? Number(value) : value;
}
