import type { FunctionDefinition } from '../deployment-package/functions.ts';
import type { EnvironmentLog } from '../logs/environment-log.ts';
import type { PlatformLines } from '../logs/platform-lines.ts';
import type { Invocation, InvocationOutcome } from './invocation.ts';
import type { Effect } from './state.ts';

/** How an invocation was settled, in the words of the state machine. */
export type SettleKind = Extract<Effect, { type: 'settle' }>['outcome'];

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
  /** Takes the outcome; `fault` is Lambda's message about it, where there is one. */
  settle(outcome: InvocationOutcome, kind: SettleKind, fault: string | undefined): void;
  /** Answers the caller and writes END and REPORT. */
  finish(peakMb: number | undefined): void;
}

/** A caller waits this long at most, in ms, for the runtime to ask for more work after its response. */
const ANSWER_GRACE_MS = 100;

interface Open {
  readonly invocation: Invocation;
  readonly startedAt: number;
  readonly initMs: number | undefined;
  outcome: InvocationOutcome | undefined;
  status: 'timeout' | 'error' | undefined;
  errorType: string | undefined;
  timer: NodeJS.Timeout | undefined;
  /** The caller has its answer, and END and REPORT are still to come. */
  answered: boolean;
  started: boolean;
}

/** Makes the record of one environment, used for one invocation after the other. */
export function createInvocationRecord(
  definition: FunctionDefinition,
  log: EnvironmentLog,
  lines: PlatformLines,
  now: () => number,
  clock: () => number,
): InvocationRecord {
  let open: Open | undefined;

  function write({ onLogLine }: Invocation, line: string | undefined): void {
    if (line === undefined) return;
    log.platform(now(), line);
    if (onLogLine !== undefined) log.after(() => onLogLine(line));
  }

  function start(): void {
    if (open === undefined || open.started) return;
    open.started = true;
    write(open.invocation, lines.start(now(), open.invocation.requestId));
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

  return {
    current: () => open?.invocation,
    begin: (invocation, initMs, duringInit) => {
      open = {
        invocation,
        startedAt: clock(),
        initMs,
        outcome: undefined,
        status: undefined,
        errorType: undefined,
        timer: undefined,
        answered: false,
        started: false,
      };
      if (!duringInit) start();
    },
    isDuringInit: () => open !== undefined && !open.started,
    start,
    elapsedMs: () => (open === undefined ? 0 : clock() - open.startedAt),
    settle: (outcome, kind, fault) => {
      if (open === undefined) return;
      start();
      open.outcome = outcome;
      if (kind === 'timeout' || kind === 'init-timeout') open.status = 'timeout';
      else if (kind !== 'response' && kind !== 'error') {
        open.status = 'error';
        open.errorType = outcome.errorType;
      }
      const { invocation } = open;
      if (fault !== undefined) write(invocation, lines.fault(now(), invocation.requestId, fault));
      open.timer = setTimeout(answerCaller, ANSWER_GRACE_MS);
    },
    finish: (peakMb) => {
      if (open === undefined) return;
      const finished = open;
      const { invocation, startedAt, initMs, status, errorType } = open;
      const durationMs = status === 'timeout' ? definition.timeoutSeconds * 1000 : clock() - startedAt;
      answerCaller();
      write(invocation, lines.end(invocation.requestId));
      const report = lines.report(now(), {
        requestId: invocation.requestId,
        durationMs,
        initMs,
        memorySizeMb: definition.memorySizeMb,
        maxMemoryUsedMb: peakMb,
        ...(status !== undefined && { status }),
        ...(errorType !== undefined && { errorType }),
      });
      write(invocation, report);
      log.after(() => {
        if (finished.answered) log.written();
        if (open === finished) open = undefined;
      });
    },
  };
}
