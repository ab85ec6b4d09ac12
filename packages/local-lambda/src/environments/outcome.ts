import { constants } from 'node:os';
import { MAX_RESPONSE_BYTES, MAX_STREAMED_BYTES, type RuntimeFailure } from '../runtime-api/protocol.ts';
import { failure, type InvocationOutcome } from './invocation.ts';
import type { ProcessExit } from './process.ts';
import type { Ending } from './state.ts';

/** How an invocation ended, for everybody who is told of it. */
export interface Conclusion {
  /** What the caller gets. */
  readonly outcome: InvocationOutcome;
  /** What REPORT says; an error that the function itself answered with is a success to Lambda. */
  readonly status: 'timeout' | 'error' | undefined;
  /** Lambda's own message about it, between START and END, where it has one. */
  readonly fault: string | undefined;
}

/** Says how an invocation ended. */
export function conclude(
  requestId: string,
  ending: Ending,
  timeoutSeconds: number,
  nowMs: number,
): Conclusion {
  switch (ending.kind) {
    case 'response':
      return told({ payload: ending.body, errorType: undefined }, undefined);
    case 'error':
      return told(reportedFailure(ending.failure), undefined);
    // What a runtime reports about its init it has also logged.
    case 'init-error':
      return told(reportedFailure(ending.failure), 'error');
    case 'too-large':
      return tooLarge(MAX_RESPONSE_BYTES);
    case 'streamed':
      return told({ payload: NOTHING, errorType: undefined }, undefined);
    case 'stream-too-large':
      return tooLarge(MAX_STREAMED_BYTES);
    case 'truncated':
      return told(failure(TRUNCATED, `RequestId: ${requestId} Error: the response ended too soon`), 'error');
    case 'exit': {
      const type = ending.exit.error === undefined ? 'Runtime.ExitError' : 'Runtime.InvalidEntrypoint';
      const problem =
        ending.exit.error === undefined ? exitReason(ending.exit) : entrypointProblem(ending.exit.error);
      const fault = `RequestId: ${requestId} Error: ${exitReason(ending.exit)}\n${type}`;
      return told(failure(type, `RequestId: ${requestId} Error: ${problem}`), 'error', fault);
    }
    case 'timeout':
    case 'init-timeout': {
      const message = `Task timed out after ${timeoutSeconds.toFixed(2)} seconds`;
      const fault = `${new Date(nowMs).toISOString()} ${requestId} ${message}`;
      return told(failure('Sandbox.Timedout', `RequestId: ${requestId} Error: ${message}`), 'timeout', fault);
    }
    case 'out-of-memory': {
      const message = `RequestId: ${requestId} Error: Runtime exited with error: signal: killed`;
      return told(failure('Runtime.OutOfMemory', message), 'error');
    }
    case 'dropped':
      return told(
        failure('Runtime.ExitError', `RequestId: ${requestId} Error: local-lambda was stopped`),
        'error',
      );
  }
}

/** The error of a streamed response whose rest never came. */
export const TRUNCATED = 'Runtime.TruncatedResponse';
const NOTHING = Buffer.alloc(0);

function tooLarge(maxBytes: number): Conclusion {
  const message = `Response payload size exceeded maximum allowed payload size (${maxBytes} bytes).`;
  return told(failure('Function.ResponseSizeTooLarge', message), 'error');
}

function told(outcome: InvocationOutcome, status: Conclusion['status'], fault?: string): Conclusion {
  return { outcome, status, fault };
}

/** What a runtime reported, as an outcome; the type is the body's, since not every client sends the header. */
export function reportedFailure({ body, errorType }: RuntimeFailure): InvocationOutcome {
  let type = errorType;
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    const own = typeof parsed === 'object' && parsed !== null && 'errorType' in parsed && parsed.errorType;
    if (typeof own === 'string' && own !== '') type = own;
  } catch {
    // A body that is no JSON still is the error that the function gave.
  }
  return { payload: body, errorType: oneWord(type ?? 'Runtime.Unknown') };
}

const MAX_ERROR_TYPE_CHARACTERS = 200;

/** It stands in lines whose parts tabs divide. */
function oneWord(errorType: string): string {
  return errorType.slice(0, MAX_ERROR_TYPE_CHARACTERS).replaceAll(/[^\x20-\x7e]/g, '?');
}

/** How a process ended, in Lambda's words. */
function exitReason({ code, signal }: ProcessExit): string {
  if (signal !== null) return `Runtime exited with error: signal: ${signalText(signal)}`;
  if (code === 0) return 'Runtime exited without providing a reason';
  return `Runtime exited with error: exit status ${code}`;
}

const SIGNAL_TEXTS: Readonly<Record<string, string>> = {
  SIGABRT: 'aborted',
  SIGBUS: 'bus error',
  SIGFPE: 'floating point exception',
  SIGHUP: 'hangup',
  SIGILL: 'illegal instruction',
  SIGINT: 'interrupt',
  SIGKILL: 'killed',
  SIGSEGV: 'segmentation fault',
  SIGTERM: 'terminated',
  SIGTRAP: 'trace/breakpoint trap',
};

/** Lambda's supervisor is written in Go, whose names of signals these are. */
function signalText(signal: NodeJS.Signals): string {
  return SIGNAL_TEXTS[signal] ?? `signal ${constants.signals[signal]}`;
}

function entrypointProblem(error: NodeJS.ErrnoException): string {
  if (error.code === 'EACCES') return `fork/exec ${error.path ?? ''}: permission denied`;
  if (error.code === 'ENOENT') return `fork/exec ${error.path ?? ''}: no such file or directory`;
  return error.message;
}
