/**
 * What the REPORT lines of Lambda tell: a summary of each function, or every invocation.
 * @module
 */
import { type Cell, toRecords } from './evaluate/records.ts';
import type { Window } from './evaluate/run.ts';
import type { LogSource, QueryOptions } from './sources/log-source.ts';

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
  /** Absent from summaries that were kept before it was asked for. */
  readonly durationMean?: number | null;
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
    avg(duration_ms) as durationMean, pct(billed_ms, 50) as billedP50, sum(billed_ms) as billedSum,
    max(used_mb) as maxMemoryUsedMb, max(size_mb) as memorySizeMb,
    sum(is_timeout) as timeouts, sum(is_error) as errors
  by function_name`;

/** Which invocations: as for any query, and more. */
export interface InvocationOptions extends QueryOptions {
  /** Only those at this memory size, in MB: a function may have had several in the window. */
  readonly memorySizeMb?: number;
}

/** How to summarise: as for any query, and more. */
export interface SummaryOptions extends InvocationOptions {
  /** Of the window only these parts, each without its end. */
  readonly parts?: readonly Window[];
}

/**
 * Summarises the REPORT lines of each function of a source; a function without one is absent.
 * @throws what the query of the source throws.
 */
export async function summariseReports(source: LogSource, options: SummaryOptions = {}): Promise<Summaries> {
  const { parts, memorySizeMb, ...query } = options;
  const filters = [...(parts === undefined ? [] : [within(parts)]), ...atSize(memorySizeMb)];
  const text = [...filters, SUMMARY_QUERY].join('\n| ');
  const records = toRecords(await source.query(text, query));
  return new Map(records.map((record) => [String(record['function_name'] ?? ''), toSummary(record)]));
}

function within(parts: readonly Window[]): string {
  return `filter ${parts.map(({ from, to }) => `(@timestamp >= ${from} and @timestamp < ${to})`).join(' or ')}`;
}

function atSize(memorySizeMb: number | undefined): string[] {
  if (memorySizeMb === undefined) return [];
  return [`filter @memorySize = ${memorySizeMb}000000 or record.metrics.memorySizeMB = ${memorySizeMb}`];
}

function toSummary(record: Readonly<Record<string, Cell>>): FunctionSummary {
  const number = (name: keyof FunctionSummary): number | null => numberOf(record[name]);
  return {
    invocations: number('invocations') ?? 0,
    coldStarts: number('coldStarts') ?? 0,
    initP50: number('initP50'),
    initP90: number('initP90'),
    initP99: number('initP99'),
    durationP50: number('durationP50'),
    durationP95: number('durationP95'),
    durationP99: number('durationP99'),
    durationMean: number('durationMean'),
    billedP50: number('billedP50'),
    billedSum: number('billedSum') ?? 0,
    maxMemoryUsedMb: number('maxMemoryUsedMb'),
    memorySizeMb: number('memorySizeMb'),
    timeouts: number('timeouts') ?? 0,
    errors: number('errors') ?? 0,
  };
}

/** What one REPORT line tells, in milliseconds; null where there is no value. */
export interface Invocation {
  /** Null for a warm invocation. */
  readonly initMs: number | null;
  /** Without the init. */
  readonly durationMs: number | null;
  /** With the init. */
  readonly billedMs: number | null;
}

const INVOCATIONS_QUERY = `filter @type = "REPORT" or type = "platform.report"
| fields coalesce(@initDuration, record.metrics.initDurationMs) as init_ms,
    coalesce(@duration, record.metrics.durationMs) as duration_ms,
    coalesce(@billedDuration, record.metrics.billedDurationMs) as billed_ms
| sort @timestamp asc
| display init_ms, duration_ms, billed_ms
| limit 10000`;

/**
 * Lists the invocations of a source, oldest first, at most 10 000.
 * @throws what the query of the source throws.
 */
export async function listInvocations(
  source: LogSource,
  { memorySizeMb, ...query }: InvocationOptions = {},
): Promise<readonly Invocation[]> {
  const text = [...atSize(memorySizeMb), INVOCATIONS_QUERY].join('\n| ');
  return toRecords(await source.query(text, query)).map((record) => ({
    initMs: numberOf(record['init_ms']),
    durationMs: numberOf(record['duration_ms']),
    billedMs: numberOf(record['billed_ms']),
  }));
}

function numberOf(cell: Cell | undefined): number | null {
  return typeof cell === 'number' ? cell : null;
}
