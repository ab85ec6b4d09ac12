import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { Summaries } from '../../insights/summarise.ts';
import { summariseCloudWatch, summariseWhenIngested } from '../../insights/summarise.ts';
import { logGroupOf } from './log-group.ts';
import type { LogAccess, Problem } from './stack.ts';

/** How long CloudWatch is waited for; times in milliseconds. */
export interface Patience {
  /** Queries until the logs hold what was expected. */
  readonly attempts: number;
  readonly pauseMs: number;
  /** First pause between two looks at one query. */
  readonly pollIntervalMs: number;
  /** Longest time for one query. */
  readonly queryLimitMs: number;
  /** Waits, or rejects when the signal aborts. */
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<unknown>;
}

/** REPORT lines carry the time of an invocation's end by Lambda's clock, a little after the answer by ours. */
const CLOCK_MARGIN_MS = 2_000;

const INTERRUPTED: Problem = { kind: 'interrupted', text: 'interrupted while waiting for CloudWatch' };

/** The logs of a deployed stack on CloudWatch; never throws, what fails is the problem of what it reports. */
export function cloudWatchLogs(
  client: CloudWatchLogsClient,
  stack: { readonly name: string; readonly stage: string },
  patience: Patience,
  signal: AbortSignal,
): LogAccess {
  const { attempts, pauseMs, pollIntervalMs, queryLimitMs, sleep } = patience;
  return {
    isImmediate: false,
    async summarise(functionName, { from, to }, expected) {
      const query = {
        groups: [logGroupOf(stack.stage, stack.name, functionName)],
        window: { from, to: to + CLOCK_MARGIN_MS },
        pollInterval: pollIntervalMs,
        timeout: queryLimitMs,
        sleep,
        signal,
      };
      let latest: Summaries = new Map();
      const ask = async () => {
        latest = await summariseCloudWatch(client, query);
        return latest;
      };
      const summaryOf = () => latest.values().next().value;
      try {
        await summariseWhenIngested(ask, expected, { attempts, pause: () => sleep(pauseMs, signal) });
        return { summary: summaryOf(), problem: undefined };
      } catch (error) {
        // What was measured and what was already summarised must outlive whatever fails on AWS.
        return { summary: summaryOf(), problem: signal.aborted ? INTERRUPTED : problemOf(error) };
      }
    },
  };
}

function problemOf(error: unknown): Problem {
  const { code, name, message } = error as Error & { readonly code?: string };
  return { kind: code ?? name, text: message.replaceAll(/\s+/g, ' ').trim() };
}
