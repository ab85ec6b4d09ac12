import type { FunctionDefinition } from '../deployment-package/functions.ts';
import { rootOf } from '../tracing/trace-id.ts';
import { billedMs, type Report } from './lines.ts';

/** The log group that Lambda Insights writes to, for all functions. */
export const INSIGHTS_GROUP = '/aws/lambda-insights';

const METRICS = [
  { Name: 'memory_utilization', Unit: 'Percent' },
  { Name: 'total_memory', Unit: 'Megabytes' },
  { Name: 'used_memory_max', Unit: 'Megabytes' },
  { Name: 'cpu_total_time', Unit: 'Milliseconds' },
  { Name: 'init_duration', Unit: 'Milliseconds' },
];

/** Writes the event of one invocation. */
export type InsightsLine = (timeMs: number, report: Report, traceId: string) => string;

/**
 * Makes the events of a function in the format of AWS Lambda Insights (embedded metric format). What is not measured
 * here (network, `/tmp`, descriptors) is left out; times have hundredths, where Lambda counts in steps of 10 ms. The
 * field `init_cpu_total_time`, CPU time of the process before its first invocation, is this host's own.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Lambda-Insights-example-event.html
 */
export function insightsLines({ name, version, memorySizeMb }: FunctionDefinition): InsightsLine {
  const metrics = JSON.stringify([
    {
      Namespace: 'LambdaInsights',
      Dimensions: [['function_name'], ['function_name', 'version']],
      Metrics: METRICS,
    },
  ]);
  const same = `"CloudWatchMetrics":${metrics},"LambdaInsights":{"ShareTelemetry":true}},"event_type":"performance","function_name":${JSON.stringify(name)},"version":"${version}","total_memory":${memorySizeMb}`;
  return (timeMs, report, traceId) => {
    const { requestId, durationMs, initMs, maxMemoryUsedMb, cpuMs, initCpuMs, status } = report;
    const billed = billedMs(report);
    const root = rootOf(traceId);
    let line = `{"_aws":{"Timestamp":${timeMs},${same},"request_id":"${requestId}"`;
    if (root !== undefined) line += `,"trace_id":"${root}"`;
    line += `,"duration":${hundredths(durationMs)},"billed_duration":${billed},"billed_mb_ms":${billed * memorySizeMb},"cold_start":${initMs !== undefined}`;
    if (initMs !== undefined) line += `,"init_duration":${hundredths(initMs)}`;
    if (maxMemoryUsedMb !== undefined) {
      const percent = Math.floor((100 * maxMemoryUsedMb) / memorySizeMb);
      line += `,"used_memory_max":${maxMemoryUsedMb},"memory_utilization":${percent}`;
    }
    if (cpuMs !== undefined) line += `,"cpu_total_time":${hundredths(cpuMs)}`;
    if (initCpuMs !== undefined) line += `,"init_cpu_total_time":${hundredths(initCpuMs)}`;
    if (status === 'timeout') line += ',"timeout":true,"shutdown_reason":"Timeout"';
    else if (status === 'error') line += ',"shutdown_reason":"Failure"';
    return `${line}}`;
  };
}

function hundredths(ms: number): number {
  return Math.round(ms * 100) / 100;
}
