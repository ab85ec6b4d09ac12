import type { FunctionDefinition } from '../deployment-package/functions.ts';
import type { EnvironmentLog } from '../logs/environment-log.ts';
import type { Report } from '../logs/lines.ts';
import type { PlatformLines } from '../logs/platform-lines.ts';
import { isSampled } from '../tracing/trace-id.ts';
import type { Invocation, InvocationOutcome } from './invocation.ts';
import type { Usage } from './meter.ts';
import { type Conclusion, conclude } from './outcome.ts';
import type { StopReason } from './state.ts';

/** The invocation that an environment serves: its log lines, its times and its caller's answer. */
export interface InvocationRecord {
  /** The invocation in flight, or the last one until its lines are written. */
  readonly current: () => Invocation | undefined;
  /**
   * Begins an invocation; `initMs` is reported with it, when it is the first.
   * @param duringInit init is repeated first: START comes after it.
   */
  begin(invocation: Invocation, initMs: number | undefined, duringInit: boolean): void;
  /** Whether START is still to come, since init is being repeated. */
  readonly isDuringInit: () => boolean;
  /** Writes START, if it is still to come. */
  start(): void;
  /** Milliseconds since `begin`. */
  elapsedMs(): number;
  /** Takes the outcome. */
  settle(conclusion: Conclusion): void;
  /**
   * Answers the caller, then measures, then writes END and REPORT.
   * @param late what ended it after it was settled.
   */
  finish(measure: (workMs: number) => Usage, late: StopReason | undefined): void;
  /** Forgets the invocation, which another environment is to serve. */
  withdraw(): Invocation | undefined;
}

/** A caller waits this long at most, in ms, for the runtime to ask for more work after its response. */
const ANSWER_GRACE_MS = 100;

interface Open {
  readonly invocation: Invocation;
  readonly startedAt: number;
  readonly startedMs: number;
  readonly initMs: number | undefined;
  outcome: InvocationOutcome | undefined;
  status: 'timeout' | 'error' | undefined;
  errorType: string | undefined;
  functionError: string | undefined;
  timer: NodeJS.Timeout | undefined;
  /** The caller has its answer, and END and REPORT are still to come. */
  answered: boolean;
  started: boolean;
}

/** What a record needs. */
export interface RecordOptions {
  readonly definition: FunctionDefinition;
  readonly environmentId: string;
  readonly log: EnvironmentLog;
  readonly lines: PlatformLines;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds of a clock that never jumps. */
  readonly clock: () => number;
  /** Gets what REPORT says, once END and REPORT are written, and when the invocation began, in ms since the epoch. */
  readonly onReport: (report: Report, invocation: Invocation, startedMs: number) => void;
}

/** Makes the record of one environment, used for one invocation after the other. */
export function createInvocationRecord(options: RecordOptions): InvocationRecord {
  const { definition, log, lines, now, clock } = options;
  let open: Open | undefined;

  function write({ onLogLine }: Invocation, timeMs: number, line: string | undefined): void {
    if (line === undefined) return;
    log.platform(timeMs, line);
    if (onLogLine !== undefined) log.after(() => onLogLine(line));
  }

  function start(): void {
    if (open === undefined || open.started) return;
    open.started = true;
    const { requestId, traceId } = open.invocation;
    const timeMs = now();
    write(open.invocation, timeMs, lines.start(timeMs, requestId, sampled(traceId)));
  }

  /** The caller's answer waits for the runtime's next request, so that a caller's next call finds it idle. */
  function answerCaller(): void {
    if (open?.outcome === undefined) return;
    const { invocation, outcome } = open;
    clearTimeout(open.timer);
    open.outcome = undefined;
    open.answered = true;
    log.expect();
    if (invocation.onLogLine === undefined) invocation.settle(outcome);
    // END and REPORT are written after the same poll of the event loop; who wants the tail waits for them.
    else log.after(() => setImmediate(() => invocation.settle(outcome)));
  }

  function take({ outcome, status, fault }: Conclusion): void {
    if (open === undefined) return;
    const { invocation } = open;
    open.status = status;
    open.errorType = status === 'error' ? outcome.errorType : undefined;
    open.functionError = outcome.errorType;
    if (fault === undefined) return;
    const timeMs = now();
    write(invocation, timeMs, lines.fault(timeMs, invocation.requestId, fault));
  }

  return {
    current: () => open?.invocation,
    begin: (invocation, initMs, duringInit) => {
      open = {
        invocation,
        startedAt: clock(),
        startedMs: now(),
        initMs,
        outcome: undefined,
        status: undefined,
        errorType: undefined,
        functionError: undefined,
        timer: undefined,
        answered: false,
        started: false,
      };
      if (!duringInit) start();
    },
    isDuringInit: () => open !== undefined && !open.started,
    start,
    elapsedMs: () => (open === undefined ? 0 : clock() - open.startedAt),
    settle: (conclusion) => {
      if (open === undefined) return;
      start();
      open.outcome = { ...conclusion.outcome, environmentId: options.environmentId };
      take(conclusion);
      const settled = open;
      // Most runtimes have sent their next request along.
      log.after(() => {
        if (settled.outcome !== undefined) settled.timer = setTimeout(answerCaller, ANSWER_GRACE_MS);
      });
    },
    finish: (measure, late) => {
      if (open === undefined) return;
      const finished = open;
      const { invocation, startedAt, initMs } = open;
      const { requestId } = invocation;
      const traceId = sampled(invocation.traceId);
      const { timeoutSeconds } = definition;
      // The host's own end is no failure of an invocation that has been answered.
      if (late !== undefined && late !== 'dropped') {
        take(conclude(requestId, { kind: late }, timeoutSeconds, now()));
      }
      const { status, errorType, functionError } = open;
      const workMs = clock() - startedAt;
      const durationMs = status === 'timeout' ? timeoutSeconds * 1000 : workMs;
      answerCaller();
      const usage = measure(workMs);
      const endedMs = now();
      write(invocation, endedMs, lines.end(requestId));
      const report: Report = {
        requestId,
        durationMs,
        initMs,
        memorySizeMb: definition.memorySizeMb,
        maxMemoryUsedMb: usage.peakMb,
        cpuMs: usage.cpuMs,
        ...(traceId !== undefined && { traceId }),
        initCpuMs: initMs === undefined ? undefined : usage.initCpuMs,
        ...(status !== undefined && { status }),
        ...(errorType !== undefined && { errorType }),
        ...(functionError !== undefined && { functionError }),
      };
      write(invocation, endedMs, lines.runtimeDone(endedMs, report));
      write(invocation, endedMs, lines.report(endedMs, report));
      log.after(() => {
        if (finished.answered) log.written();
        if (open === finished) open = undefined;
        options.onReport(report, invocation, finished.startedMs);
      });
    },
    withdraw: () => {
      const withdrawn = open?.invocation;
      open = undefined;
      return withdrawn;
    },
  };
}

/** Lambda's lines name a trace whose spans are kept, and no other. */
function sampled(traceId: string): string | undefined {
  return isSampled(traceId) ? traceId : undefined;
}
