import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { CloudWatchQuery } from './cloudwatch/run.ts';
import type { QueryResult } from './evaluate/run.ts';
import { queryFolder } from './run-query.ts';
import type { FolderOptions } from './summarise.ts';

/** What one REPORT line tells, in milliseconds; null where there is no value. */
export interface Invocation {
  /** Null for a warm invocation. */
  readonly initMs: number | null;
  /** Without the init. */
  readonly durationMs: number | null;
  /** With the init. */
  readonly billedMs: number | null;
}

/** The query behind the list: oldest first, the same text here and on CloudWatch. */
export const INVOCATIONS_QUERY = `filter @type = "REPORT" or type = "platform.report"
| fields coalesce(@initDuration, record.metrics.initDurationMs) as init_ms,
    coalesce(@duration, record.metrics.durationMs) as duration_ms,
    coalesce(@billedDuration, record.metrics.billedDurationMs) as billed_ms
| sort @timestamp asc
| display init_ms, duration_ms, billed_ms
| limit 10000`;

/** Lists the REPORT lines of log groups in a folder, oldest first; throws as `summariseFolder` does. */
export async function listFolder(options: Omit<FolderOptions, 'parts'>): Promise<readonly Invocation[]> {
  const { folder, groups, window, now, signal } = options;
  return toInvocations(await queryFolder(INVOCATIONS_QUERY, folder, groups, window, now, signal));
}

/** Lists the same on CloudWatch Logs Insights; throws what `runOnCloudWatch` throws. */
export async function listCloudWatch(
  client: CloudWatchLogsClient,
  options: Omit<CloudWatchQuery, 'query'>,
): Promise<readonly Invocation[]> {
  const { runOnCloudWatch } = await import('./cloudwatch/run.ts');
  return toInvocations(await runOnCloudWatch(client, { ...options, query: INVOCATIONS_QUERY }));
}

function toInvocations({ columns, rows }: QueryResult): Invocation[] {
  const index = new Map(columns.map(({ name }, position) => [name, position]));
  return rows.map((row) => {
    const number = (name: string): number | null => {
      const value = row[index.get(name) ?? -1];
      return typeof value === 'number' ? value : null;
    };
    return { initMs: number('init_ms'), durationMs: number('duration_ms'), billedMs: number('billed_ms') };
  });
}
