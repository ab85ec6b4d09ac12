import { constants } from 'node:os';
import type { RuntimeFailure } from '../runtime-api/server.ts';
import { MAX_RESPONSE_BYTES } from '../runtime-api/server.ts';
import { failure, type InvocationOutcome } from './invocation.ts';
import type { ProcessExit } from './process.ts';

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
  return { payload: body, errorType: type ?? 'Runtime.Unknown' };
}

/** The outcome of an invocation whose process ended before it answered. */
export function exitFailure(requestId: string, exit: ProcessExit): InvocationOutcome {
  if (exit.error !== undefined) {
    return failure(
      'Runtime.InvalidEntrypoint',
      `RequestId: ${requestId} Error: ${entrypointProblem(exit.error)}`,
    );
  }
  return failure('Runtime.ExitError', `RequestId: ${requestId} Error: ${exitReason(exit)}`);
}

/** The outcome of an invocation that was stopped by the host. */
export function stoppedFailure(
  requestId: string,
  reason: 'timeout' | 'out-of-memory' | 'init-timeout' | 'dropped',
  timeoutSeconds: number,
): InvocationOutcome {
  switch (reason) {
    case 'timeout':
    case 'init-timeout':
      return failure(
        'Sandbox.Timedout',
        `RequestId: ${requestId} Error: Task timed out after ${timeoutSeconds.toFixed(2)} seconds`,
      );
    case 'out-of-memory':
      return failure(
        'Runtime.OutOfMemory',
        `RequestId: ${requestId} Error: Runtime exited with error: signal: killed`,
      );
    case 'dropped':
      return failure('Runtime.ExitError', `RequestId: ${requestId} Error: local-lambda was stopped`);
  }
}

/** The outcome of an invocation whose response was too large. */
export function tooLargeFailure(): InvocationOutcome {
  return failure(
    'Function.ResponseSizeTooLarge',
    `Response payload size exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`,
  );
}

/** How a process ended, in Lambda's words. */
export function exitReason({ code, signal }: ProcessExit): string {
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
