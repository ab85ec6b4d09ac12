/**
 * CloudWatch Logs Insights: runs a query over log folders and files of this machine, or on CloudWatch.
 * @module
 * @example
 * import { logFolder, toRecords } from '@sheep-shed/log-insights';
 *
 * const logs = logFolder('results/logs');
 * const result = await logs.query('filter @type = "REPORT" | stats pct(@duration, 99) as p99 by @log');
 * for (const { p99 } of toRecords(result)) console.log(p99);
 */
export { type CloudWatchOptions, type CloudWatchProgress, cloudWatch } from './cloudwatch/cloudwatch.ts';
export { CloudWatchError } from './cloudwatch/explain.ts';
export { type Cell, toRecords } from './evaluate/records.ts';
export { checkQuery, type QueryResult, type Window } from './evaluate/run.ts';
export { QueryError, renderQueryError } from './language/query-error.ts';
export { type LogFilesOptions, logFiles } from './sources/log-files.ts';
export { logFolder } from './sources/log-folder.ts';
export type { LogSource, QueryOptions } from './sources/log-source.ts';
export { UsageError } from './usage-error.ts';
