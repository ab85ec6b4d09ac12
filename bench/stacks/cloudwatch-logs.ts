import type { LogSource, Window } from '@sheep-shed/log-insights';
import type { Invocation, Summaries } from '@sheep-shed/log-insights/report-lines';
import { listInvocations, summariseReports } from '@sheep-shed/log-insights/report-lines';
import { functionNameOf, logGroupOf } from '../results/names.ts';
import { cpuIn, withCpu } from './insights-cpu.ts';
import type { LogAccess, Problem } from './stack.ts';

/** How long CloudWatch is waited for; times in milliseconds. */
export interface Patience {
  /** Queries until the logs hold what was expected. */
  readonly attempts: number;
  readonly pauseMs: number;
  /** Waits, or rejects when the signal aborts. */
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<unknown>;
}

const INTERRUPTED: Problem = { kind: 'interrupted', text: 'interrupted while waiting for CloudWatch' };

/**
 * The logs of a deployed stack on CloudWatch; never throws, what fails is the problem of what it reports.
 * @param memorySizeMb only calls at this memory size, where its functions have several in turns.
 */
export function cloudWatchLogs(
  source: LogSource,
  stack: { readonly name: string; readonly stage: string },
  patience: Patience,
  signal: AbortSignal,
  memorySizeMb?: number,
): LogAccess {
  const { attempts, pauseMs, sleep } = patience;
  const queryOf = (functionName: string, window: Window) => ({
    groups: [logGroupOf(stack.stage, stack.name, functionName)],
    window,
    signal,
    ...(memorySizeMb !== undefined && { memorySizeMb }),
  });

  /** Asks until CloudWatch has taken in what was expected; what was measured and already asked outlives a failure. */
  async function askUntil<T>(ask: () => Promise<T>, isEnough: (latest: T) => boolean) {
    let latest: T | undefined;
    try {
      for (let attempt = 1; ; attempt++) {
        latest = await ask();
        if (isEnough(latest) || attempt >= attempts) return { latest, problem: undefined };
        await sleep(pauseMs, signal);
      }
    } catch (error) {
      return { latest, problem: signal.aborted ? INTERRUPTED : problemOf(error) };
    }
  }

  const nameOf = (functionName: string) => functionNameOf(stack.stage, stack.name, functionName);

  /** Lambda Insights is off as a rule, and its log group is not there then. */
  async function cpuMsPerCall(functionName: string, window: Window) {
    try {
      const found = await cpuIn(source, nameOf(functionName), { window, signal, memorySizeMb });
      return found && { cpuMsPerCall: found.cpuMs / found.invocations };
    } catch {
      return undefined;
    }
  }

  return {
    isImmediate: false,
    async summarise(functionName, windows, expected) {
      const hull = queryOf(functionName, hullOf(windows));
      const query = windows.length > 1 ? { ...hull, parts: windows } : hull;
      const { latest, problem } = await askUntil(
        () => summariseReports(source, query),
        (summaries: Summaries) => (summaries.values().next().value?.invocations ?? 0) >= expected,
      );
      const summary = latest?.values().next().value;
      const cpu = summary && (await cpuMsPerCall(functionName, hull.window));
      return { summary, ...cpu, problem };
    },
    async list(functionName, window, expected) {
      const { latest, problem } = await askUntil(
        () => listInvocations(source, queryOf(functionName, window)),
        (invocations: readonly Invocation[]) => invocations.length >= expected,
      );
      const invocations = latest ?? [];
      const asked = withCpu(invocations, source, nameOf(functionName), { window, signal, memorySizeMb });
      return { invocations: await asked.catch(() => invocations), problem };
    },
  };
}

function hullOf(windows: readonly Window[]): Window {
  return { from: windows[0]?.from ?? 0, to: windows.at(-1)?.to ?? 0 };
}

function problemOf(error: unknown): Problem {
  const { code, name, message } = error as Error & { readonly code?: string };
  return { kind: code ?? name, text: message.replaceAll(/\s+/g, ' ').trim() };
}
