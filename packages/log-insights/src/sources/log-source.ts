import type { QueryResult, Window } from '../evaluate/run.ts';

/** How one query is run; what is left out has a default that suits a look at everything. */
export interface QueryOptions {
  /** Names of log groups, or globs such as `/aws/lambda/shop-*`; default: every group of `/aws/lambda`. */
  readonly groups?: readonly string[] | undefined;
  /** Default: all times; on CloudWatch, the last hour. */
  readonly window?: Window | undefined;
  /** Start of the query, in milliseconds since the epoch; default: the clock. */
  readonly now?: number | undefined;
  /** Interrupts the query. */
  readonly signal?: AbortSignal | undefined;
}

/** Where log events come from. Queries, groups and results mean the same in every source. */
export interface LogSource {
  /**
   * Runs a query of CloudWatch Logs Insights.
   * @throws QueryError for a fault in the query; UsageError for groups, files or folders that cannot be; what the file
   * system or AWS throws.
   */
  query(text: string, options?: QueryOptions): Promise<QueryResult>;
  /** Lets go of connections; files need none. */
  close(): void;
}

/** The groups that are queried unless others are named. */
export const DEFAULT_GROUPS: readonly string[] = ['/aws/lambda/*'];

/** The window without limits. */
export const ALWAYS: Window = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
