import { setTimeout as wait } from 'node:timers/promises';
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { QueryResult } from '../evaluate/run.ts';
import { DEFAULT_GROUPS, type LogSource } from '../sources/log-source.ts';

/** Hears of a running query after each poll: CloudWatch's status, such as `Running`, and the result so far. */
export type CloudWatchProgress = (status: string, partial: QueryResult) => void;

/** Which CloudWatch is asked, and how it is waited for. */
export interface CloudWatchOptions {
  /** A server of its API, such as a local-lambda of this machine; default: as the AWS CLI would take it. */
  readonly endpoint?: string | undefined;
  /** First pause between two polls, in milliseconds, which grows to four times that; default 500. */
  readonly pollMs?: number;
  /** Longest time of one query, in milliseconds, after which it is stopped; default 15 minutes. */
  readonly timeoutMs?: number;
  readonly onProgress?: CloudWatchProgress;
  /** Waits, or rejects when the signal aborts; default: a timer. */
  readonly sleep?: (milliseconds: number, signal?: AbortSignal) => Promise<unknown>;
}

/** Window of a query that names no start, in milliseconds. */
const DEFAULT_WINDOW = 3_600_000;

/**
 * CloudWatch Logs of a region, with the credentials and the endpoint that the AWS CLI would take, or of a client of your
 * own, which stays open. A query takes at most 50 log groups, and its window widens to whole seconds.
 */
export function cloudWatch(
  regionOrClient: string | CloudWatchLogsClient,
  options: CloudWatchOptions = {},
): LogSource {
  const {
    pollMs = 500,
    timeoutMs = 15 * 60_000,
    sleep = (milliseconds, signal) => wait(milliseconds, undefined, signal && { signal }),
    onProgress,
    endpoint,
  } = options;
  let own: Promise<CloudWatchLogsClient> | undefined;

  function open(): Promise<CloudWatchLogsClient> | CloudWatchLogsClient {
    if (typeof regionOrClient !== 'string') return regionOrClient;
    own ??= import('./client.ts').then(({ createClient }) => createClient(regionOrClient, endpoint));
    return own;
  }

  return {
    async query(text, { groups = DEFAULT_GROUPS, window, now = Date.now(), signal } = {}) {
      // The SDK takes 100 ms to load, which a query of files need not wait for.
      const { runOnCloudWatch } = await import('./run.ts');
      const to = window !== undefined && Number.isFinite(window.to) ? window.to : now;
      const from = window !== undefined && Number.isFinite(window.from) ? window.from : to - DEFAULT_WINDOW;
      const query = { text, groups, window: { from, to }, pollMs, timeoutMs, signal, onProgress, sleep };
      return runOnCloudWatch(await open(), query);
    },
    close() {
      own?.then(
        (client) => client.destroy(),
        () => undefined,
      );
    },
  };
}
