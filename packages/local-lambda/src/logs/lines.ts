import { parentOf, rootOf } from '../tracing/trace-id.ts';

/** What one REPORT line says; times in milliseconds, sizes in MB. */
export interface Report {
  readonly requestId: string;
  readonly durationMs: number;
  /** Present on the first invocation of an environment only. */
  readonly initMs: number | undefined;
  readonly memorySizeMb: number;
  /** Left out where it cannot be measured (no /proc: macOS). */
  readonly maxMemoryUsedMb: number | undefined;
  /** CPU time of the process's threads; left out where it cannot be measured. */
  readonly cpuMs?: number | undefined;
  /** CPU time of the start of its process and of init; on the first invocation of an environment only. */
  readonly initCpuMs?: number | undefined;
  /** Left out when the invocation succeeded. */
  readonly status?: 'timeout' | 'error';
  readonly errorType?: string;
  /** Type of the error that the caller gets, which REPORT does not say of one that the function itself gave. */
  readonly functionError?: string;
  /** The trace with the invocation's own span, as `X-Amzn-Trace-Id`; left out when it is not sampled. */
  readonly traceId?: string;
}

/** A runtime's version and ARN as Lambda names them: `nodejs:24.…` for `nodejs24.x`. */
export function runtimeVersion(runtime: string, region: string): { version: string; arn: string } {
  return {
    version: runtime.replace(/^([a-z]+)\.?(.*?)(?:\.x)?$/, '$1:$2.local-lambda'),
    arn: `arn:aws:lambda:${region}::runtime:local-lambda`,
  };
}

/** The first line of an environment's stream. */
export function initStartLine(runtime: string, region: string): string {
  const { version, arn } = runtimeVersion(runtime, region);
  return `INIT_START Runtime Version: ${version}\tRuntime Version ARN: ${arn}`;
}

/** The line of an init that failed, or of one repeated within an invocation (`phase` `invoke`). */
export function initReportLine(
  initMs: number,
  phase: 'init' | 'invoke',
  status: 'error' | 'timeout',
  errorType?: string,
): string {
  const type = errorType === undefined ? '' : `\tError Type: ${errorType}`;
  return `INIT_REPORT Init Duration: ${initMs.toFixed(2)} ms\tPhase: ${phase}\tStatus: ${status}${type}`;
}

/** The line before an invocation's own output. */
export function startLine(requestId: string, version = '$LATEST'): string {
  return `START RequestId: ${requestId} Version: ${version}`;
}

/** The line after an invocation's own output. */
export function endLine(requestId: string): string {
  return `END RequestId: ${requestId}`;
}

/** Milliseconds billed: init is billed for every runtime since 2025-08-01, and the sum is rounded up. */
export function billedMs(report: Pick<Report, 'durationMs' | 'initMs'>): number {
  // Rounded to the printed hundredths first, so that the printed numbers agree with each other.
  return Math.ceil(Math.round((report.durationMs + (report.initMs ?? 0)) * 100) / 100);
}

/** The REPORT line, tab-separated, as Lambda writes it. */
export function reportLine(report: Report): string {
  const { requestId, durationMs, initMs, memorySizeMb, maxMemoryUsedMb, status, errorType } = report;
  let line = `REPORT RequestId: ${requestId}\tDuration: ${durationMs.toFixed(2)} ms\tBilled Duration: ${billedMs(report)} ms\tMemory Size: ${memorySizeMb} MB\t`;
  if (maxMemoryUsedMb !== undefined) line += `Max Memory Used: ${maxMemoryUsedMb} MB\t`;
  if (initMs !== undefined) line += `Init Duration: ${initMs.toFixed(2)} ms\t`;
  if (status !== undefined) line += `Status: ${status}`;
  if (errorType !== undefined) line += `\tError Type: ${errorType}`;
  if (report.traceId !== undefined) line += traceLine(report.traceId, line.endsWith('\t'));
  return line;
}

/** The second line of a REPORT, which names the trace. */
function traceLine(traceId: string, hasTab: boolean): string {
  const root = `XRAY TraceId: ${rootOf(traceId)}\tSegmentId: ${parentOf(traceId)}\tSampled: true\t`;
  return `${hasTab ? '' : '\t'}\n${root}`;
}
