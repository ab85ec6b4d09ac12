import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { CloudWatchQuery } from './cloudwatch/run.ts';
import type { QueryResult, Window } from './evaluate/run.ts';
import { queryFolder } from './run-query.ts';

/** What the REPORT lines of one function tell; times in milliseconds, memory in MB, null where there is no value. */
export interface FunctionSummary {
  readonly invocations: number;
  readonly coldStarts: number;
  readonly initP50: number | null;
  readonly initP90: number | null;
  readonly initP99: number | null;
  /** Duration as REPORT gives it: without the init. */
  readonly durationP50: number | null;
  readonly durationP95: number | null;
  readonly durationP99: number | null;
  /** Billed duration: it contains the init. */
  readonly billedP50: number | null;
  readonly billedSum: number;
  readonly maxMemoryUsedMb: number | null;
  readonly memorySizeMb: number | null;
  readonly timeouts: number;
  readonly errors: number;
}

/** Summaries by function name, such as `sheep-shed-dev-ts-get-cat`. */
export type Summaries = ReadonlyMap<string, FunctionSummary>;

/** The query behind the summaries: the same text here and on CloudWatch, so that both give the same columns. */
export const SUMMARY_QUERY = `filter @type = "REPORT" or type = "platform.report"
| parse @log /\\/aws\\/lambda\\/(?<function_name>.+)$/
| fields coalesce(@initDuration, record.metrics.initDurationMs) as init_ms,
    coalesce(@duration, record.metrics.durationMs) as duration_ms,
    coalesce(@billedDuration, record.metrics.billedDurationMs) as billed_ms,
    coalesce(@maxMemoryUsed / 1000 / 1000, record.metrics.maxMemoryUsedMB) as used_mb,
    coalesce(@memorySize / 1000 / 1000, record.metrics.memorySizeMB) as size_mb,
    strcontains(@message, "Status: timeout") + strcontains(@message, '"status":"timeout"') as is_timeout,
    strcontains(@message, "Status: error") + strcontains(@message, '"status":"error"')
      + strcontains(@message, '"status":"failure"') as is_error
| stats count(*) as invocations, count(init_ms) as coldStarts,
    pct(init_ms, 50) as initP50, pct(init_ms, 90) as initP90, pct(init_ms, 99) as initP99,
    pct(duration_ms, 50) as durationP50, pct(duration_ms, 95) as durationP95, pct(duration_ms, 99) as durationP99,
    pct(billed_ms, 50) as billedP50, sum(billed_ms) as billedSum,
    max(used_mb) as maxMemoryUsedMb, max(size_mb) as memorySizeMb,
    sum(is_timeout) as timeouts, sum(is_error) as errors
  by function_name`;

/** Where and when to look on this machine. */
export interface FolderOptions {
  /** Folder with `aws/lambda/<function>/…`, as local-lambda writes it. */
  readonly folder: string;
  /** Globs over log groups, such as `/aws/lambda/sheep-shed-*`. */
  readonly groups: readonly string[];
  readonly window: Window;
  /** Of the window only these parts, each without its end. */
  readonly parts?: readonly Window[];
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly signal?: AbortSignal;
}

/**
 * Summarises the REPORT lines of each function in a folder of log groups, within a window, with bounded memory. A function
 * without a REPORT in the window is absent. Throws a UsageError when the folder or the groups do not exist.
 */
export async function summariseFolder(options: FolderOptions): Promise<Summaries> {
  const { folder, groups, window, parts, now, signal } = options;
  const query = parts === undefined ? SUMMARY_QUERY : `${within(parts)}\n| ${SUMMARY_QUERY}`;
  return toSummaries(await queryFolder(query, folder, groups, window, now, signal));
}

function within(parts: readonly Window[]): string {
  return `filter ${parts.map(({ from, to }) => `(@timestamp >= ${from} and @timestamp < ${to})`).join(' or ')}`;
}

/** Summarises the same on CloudWatch Logs Insights; throws what `runOnCloudWatch` throws. */
export async function summariseCloudWatch(
  client: CloudWatchLogsClient,
  options: Omit<CloudWatchQuery, 'query'>,
): Promise<Summaries> {
  const { runOnCloudWatch } = await import('./cloudwatch/run.ts');
  return toSummaries(await runOnCloudWatch(client, { ...options, query: SUMMARY_QUERY }));
}

/** Reads the result of SUMMARY_QUERY. */
export function toSummaries(result: QueryResult): Summaries {
  const index = new Map(result.columns.map(({ name }, position) => [name, position]));
  return new Map(
    result.rows.map((row) => {
      const cell = (name: string): string | number | null => row[index.get(name) ?? -1] ?? null;
      const number = (name: string): number | null => {
        const value = cell(name);
        return typeof value === 'number' ? value : null;
      };
      const summary: FunctionSummary = {
        invocations: number('invocations') ?? 0,
        coldStarts: number('coldStarts') ?? 0,
        initP50: number('initP50'),
        initP90: number('initP90'),
        initP99: number('initP99'),
        durationP50: number('durationP50'),
        durationP95: number('durationP95'),
        durationP99: number('durationP99'),
        billedP50: number('billedP50'),
        billedSum: number('billedSum') ?? 0,
        maxMemoryUsedMb: number('maxMemoryUsedMb'),
        memorySizeMb: number('memorySizeMb'),
        timeouts: number('timeouts') ?? 0,
        errors: number('errors') ?? 0,
      };
      return [String(cell('function_name') ?? ''), summary];
    }),
  );
}
