import { logFolder, toRecords } from '@sheep-shed/log-insights';
import type { CpuMeter } from './stack.ts';

const INSIGHTS_GROUP = '/aws/lambda-insights';

/**
 * CPU time as local-lambda tells it of each invocation, in the events of Lambda Insights.
 * @param fullName of a function, by the last part of it. @param folder of the log groups. @param flush writes them.
 */
export function lambdaCpu(
  fullName: (functionName: string) => string,
  folder: string,
  flush: () => Promise<void>,
): CpuMeter {
  const source = logFolder(folder);
  return async (functionName) => {
    const query = `filter function_name = "${fullName(functionName)}" and ispresent(cpu_total_time)
| stats sum(cpu_total_time) as cpu_ms`;
    const from = Date.now();
    return async () => {
      await flush();
      const to = Date.now() + 1;
      const found = await source.query(query, { groups: [INSIGHTS_GROUP], window: { from, to }, now: to });
      const cpuMs = toRecords(found)[0]?.['cpu_ms'];
      return typeof cpuMs === 'number' ? cpuMs : undefined;
    };
  };
}
