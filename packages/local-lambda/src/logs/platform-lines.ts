import type { FunctionDefinition } from '../deployment-package/functions.ts';
import { parentOf } from '../tracing/trace-id.ts';
import {
  billedMs,
  endLine,
  initReportLine,
  initStartLine,
  type Report,
  reportLine,
  runtimeVersion,
  startLine,
} from './lines.ts';

/** Lambda's own lines about one environment, in the function's log format; undefined: not written at its level. */
export interface PlatformLines {
  initStart(): string | undefined;
  /** An init that failed: before any invocation (`init`), or when it was repeated within one (`invoke`). */
  initReport(
    timeMs: number,
    phase: 'init' | 'invoke',
    initMs: number,
    status: 'error' | 'timeout',
    errorType: string | undefined,
  ): string | undefined;
  /** An init that succeeded. */
  initDone(timeMs: number, initMs: number): string | undefined;
  /** @param traceId undefined: the trace is not sampled. */
  start(timeMs: number, requestId: string, traceId: string | undefined): string | undefined;
  /** A message of Lambda about an invocation, such as that it timed out. */
  fault(timeMs: number, requestId: string, message: string): string;
  end(requestId: string): string | undefined;
  /** The runtime's part of an invocation is over. */
  runtimeDone(timeMs: number, report: Report): string | undefined;
  report(timeMs: number, report: Report): string | undefined;
}

/** Chooses the lines by the function's `LogFormat`; the system log level applies to JSON only, as on Lambda. */
export function platformLines(definition: FunctionDefinition, nowMs: () => number): PlatformLines {
  return definition.logFormat === 'JSON' ? jsonLines(definition, nowMs) : textLines(definition);
}

function textLines({ runtime, region, version }: FunctionDefinition): PlatformLines {
  return {
    initStart: () => initStartLine(runtime, region),
    initReport: (_timeMs, phase, initMs, status, errorType) =>
      initReportLine(initMs, phase, status, errorType),
    initDone: () => undefined,
    start: (_timeMs, requestId) => startLine(requestId, version),
    fault: (_timeMs, _requestId, message) => message,
    end: (requestId) => endLine(requestId),
    runtimeDone: () => undefined,
    report: (_timeMs, report) => reportLine(report),
  };
}

/**
 * What went well is INFO for the start and the report of an invocation and DEBUG for all else; what did not is WARN.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
 */
function jsonLines(definition: FunctionDefinition, nowMs: () => number): PlatformLines {
  const informs = definition.systemLogLevel !== 'WARN';
  const debugs = definition.systemLogLevel === 'DEBUG';
  const runtime = runtimeVersion(definition.runtime, definition.region);
  const line = (timeMs: number, type: string, record: object): string =>
    JSON.stringify({ time: new Date(timeMs).toISOString(), type, record });
  return {
    initStart: () =>
      informs
        ? line(nowMs(), 'platform.initStart', {
            initializationType: 'on-demand',
            phase: 'init',
            runtimeVersion: runtime.version,
            runtimeVersionArn: runtime.arn,
            functionName: definition.name,
            functionVersion: definition.version,
          })
        : undefined,
    initReport: (timeMs, phase, initMs, status, errorType) =>
      line(timeMs, 'platform.initReport', {
        initializationType: 'on-demand',
        phase,
        status,
        ...(errorType !== undefined && { errorType }),
        metrics: { durationMs: hundredths(initMs) },
      }),
    initDone: (timeMs, initMs) => {
      if (!debugs) return undefined;
      const done = { initializationType: 'on-demand', phase: 'init', status: 'success' };
      return line(timeMs, 'platform.initReport', { ...done, metrics: { durationMs: hundredths(initMs) } });
    },
    start: (timeMs, requestId, traceId) =>
      informs
        ? line(timeMs, 'platform.start', { requestId, version: definition.version, ...tracing(traceId) })
        : undefined,
    fault: (timeMs, requestId, message) =>
      JSON.stringify({ timestamp: new Date(timeMs).toISOString(), level: 'ERROR', requestId, message }),
    end: () => undefined,
    runtimeDone: (timeMs, { requestId, durationMs, status, errorType, traceId }) =>
      debugs || status !== undefined
        ? line(timeMs, 'platform.runtimeDone', {
            requestId,
            status: status ?? 'success',
            ...(errorType !== undefined && { errorType }),
            metrics: { durationMs: hundredths(durationMs) },
            ...tracing(traceId),
          })
        : undefined,
    report: (timeMs, report) =>
      informs || report.status !== undefined
        ? line(timeMs, 'platform.report', reportRecord(report))
        : undefined,
  };
}

function reportRecord(report: Report): object {
  const { requestId, durationMs, initMs, memorySizeMb, maxMemoryUsedMb, status, errorType } = report;
  return {
    requestId,
    metrics: {
      durationMs: hundredths(durationMs),
      billedDurationMs: billedMs(report),
      memorySizeMB: memorySizeMb,
      ...(maxMemoryUsedMb !== undefined && { maxMemoryUsedMB: maxMemoryUsedMb }),
      ...(initMs !== undefined && { initDurationMs: hundredths(initMs) }),
    },
    status: status ?? 'success',
    ...(errorType !== undefined && { errorType }),
    ...tracing(report.traceId),
  };
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html#TraceContext */
function tracing(traceId: string | undefined): object {
  if (traceId === undefined) return {};
  return { tracing: { spanId: parentOf(traceId), type: 'X-Amzn-Trace-Id', value: traceId } };
}

function hundredths(ms: number): number {
  return Math.round(ms * 100) / 100;
}
