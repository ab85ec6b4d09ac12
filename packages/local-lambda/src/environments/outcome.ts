import type { RuntimeFailure } from '../runtime-api/server.ts';
import { exitFailure, exitReason, reportedFailure, stoppedFailure, tooLargeFailure } from './failures.ts';
import type { InvocationOutcome } from './invocation.ts';
import type { ProcessExit } from './process.ts';
import type { Effect } from './state.ts';

type Settlement = Extract<Effect, { type: 'settle' }>;

/** What an environment knows when an invocation ends. */
export interface Evidence {
  readonly response: Buffer;
  /** What the runtime reported last. */
  readonly reported: RuntimeFailure | undefined;
  /** How the process ended, if it has. */
  readonly exit: ProcessExit | undefined;
  readonly timeoutSeconds: number;
}

/** What the caller gets. */
export function outcomeOf({ requestId, outcome }: Settlement, evidence: Evidence): InvocationOutcome {
  const { response, reported, timeoutSeconds } = evidence;
  const exit = evidence.exit ?? { code: null, signal: null, error: undefined };
  switch (outcome) {
    case 'response':
      return { payload: response, errorType: undefined };
    case 'error':
      return reportedFailure(reported ?? { body: Buffer.alloc(0), errorType: undefined });
    case 'too-large':
      return tooLargeFailure();
    case 'init':
      return reported === undefined ? exitFailure(requestId, exit) : reportedFailure(reported);
    case 'exit':
      return exitFailure(requestId, exit);
    default:
      return stoppedFailure(requestId, outcome, timeoutSeconds);
  }
}

/** Lambda's own message about an invocation, between START and END; undefined: it has none. */
export function faultOf(
  { requestId, outcome }: Settlement,
  { reported, exit, timeoutSeconds }: Evidence,
  errorType: string | undefined,
  nowMs: number,
): string | undefined {
  if (outcome === 'timeout') {
    const time = new Date(nowMs).toISOString();
    return `${time} ${requestId} Task timed out after ${timeoutSeconds.toFixed(2)} seconds`;
  }
  // What a runtime reports about its init it has also logged.
  const ended = outcome === 'exit' || (outcome === 'init' && reported === undefined);
  if (!ended || exit === undefined) return undefined;
  return `RequestId: ${requestId} Error: ${exitReason(exit)}\n${errorType}`;
}
