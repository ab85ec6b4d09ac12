import { type LogSource, toRecords, type Window } from '@sheep-shed/log-insights';
import type { Invocation } from '@sheep-shed/log-insights/report-lines';
import type { CpuMeter, MeasuredInvocation } from './stack.ts';

/** Where Lambda Insights, and local-lambda, write the CPU time of each invocation. */
const INSIGHTS_GROUP = '/aws/lambda-insights';

/** When and how to ask; `now` belongs to logs on disk. */
interface Asked {
  readonly window: Window;
  readonly now?: number;
  readonly signal?: AbortSignal;
  /** Only invocations at this memory size. */
  readonly memorySizeMb?: number | undefined;
}

function eventsOf(name: string, memorySizeMb: number | undefined): string {
  const atSize = memorySizeMb === undefined ? '' : ` and total_memory = ${memorySizeMb}`;
  return `filter function_name = "${name}" and ispresent(cpu_total_time)${atSize}`;
}

/**
 * CPU time of the invocations of one function in a window, and how many of them told it.
 * @param name the function's full name.
 */
export async function cpuIn(
  source: LogSource,
  name: string,
  { memorySizeMb, ...asked }: Asked,
): Promise<{ readonly invocations: number; readonly cpuMs: number } | undefined> {
  const query = `${eventsOf(name, memorySizeMb)}
| stats sum(cpu_total_time) as cpu_ms, count(*) as invocations`;
  const [found] = toRecords(await source.query(query, { groups: [INSIGHTS_GROUP], ...asked }));
  const { cpu_ms: cpuMs, invocations } = found ?? {};
  if (typeof cpuMs !== 'number' || typeof invocations !== 'number' || invocations === 0) return undefined;
  return { invocations, cpuMs };
}

/**
 * Adds the CPU time to listed invocations, oldest first, of the same window; leaves them as they are where Lambda
 * Insights does not know as many.
 */
export async function withCpu(
  invocations: readonly Invocation[],
  source: LogSource,
  name: string,
  { memorySizeMb, ...asked }: Asked,
): Promise<readonly MeasuredInvocation[]> {
  if (invocations.length === 0) return invocations;
  const query = `${eventsOf(name, memorySizeMb)}
| fields cpu_total_time as cpu_ms, init_cpu_total_time as init_cpu_ms
| sort @timestamp asc
| display cpu_ms, init_cpu_ms
| limit 10000`;
  const events = toRecords(await source.query(query, { groups: [INSIGHTS_GROUP], ...asked }));
  if (events.length !== invocations.length) return invocations;
  return invocations.map((one, k) => {
    const { cpu_ms: cpuMs, init_cpu_ms: initCpuMs } = events[k] ?? {};
    return {
      ...one,
      ...(typeof cpuMs === 'number' && { cpuMs }),
      ...(typeof initCpuMs === 'number' && { initCpuMs }),
    };
  });
}

/**
 * CPU time as local-lambda tells it of each invocation, in the events of Lambda Insights.
 * @param fullName of a function, by the last part of it. @param flush writes them.
 */
export function lambdaCpu(
  fullName: (functionName: string) => string,
  source: LogSource,
  flush: () => Promise<void>,
): CpuMeter {
  return async (functionName) => {
    const from = Date.now();
    return async () => {
      await flush();
      const to = Date.now() + 1;
      const found = await cpuIn(source, fullName(functionName), { window: { from, to }, now: to });
      return found?.cpuMs;
    };
  };
}
