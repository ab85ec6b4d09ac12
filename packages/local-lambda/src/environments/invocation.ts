import type { ResponseSink } from '../runtime-api/protocol.ts';

/** How an invocation ended. */
export interface InvocationOutcome {
  /** The function's response, or the JSON of its error; empty after a response that went to a sink. */
  readonly payload: Buffer;
  /** Undefined: it succeeded; else such as `Runtime.ExitError` or the function's own error name. */
  readonly errorType: string | undefined;
  /** Set when the host failed and not the function, which then never answered. */
  readonly refusal?: 'throttled' | 'host-fault' | 'not-run';
  /** The environment that it ran in; undefined: in none. */
  readonly environmentId?: string | undefined;
  /** Set when the next attempt can come to nothing else. */
  readonly isForGood?: boolean;
  /** Whose bound throttled it. */
  readonly bound?: Bound;
}

/** One invocation from its arrival to its outcome. */
export interface Invocation {
  readonly requestId: string;
  readonly payload: Buffer;
  /** As `X-Amzn-Trace-Id`; in an environment, with a span of the invocation's own where the trace is sampled. */
  readonly traceId: string;
  /** The span above that one. */
  readonly parentId?: string | undefined;
  readonly clientContext: string | undefined;
  /** Is called exactly once. */
  readonly settle: (outcome: InvocationOutcome) => void;
  /** Alias or version by which the function is called; undefined: by none. */
  readonly qualifier?: string | undefined;
  /** How often an asynchronous invocation is tried with this one; default 1. */
  readonly attempt?: number;
  /** Takes a response that the runtime streams; without it, such a response is gathered. */
  readonly sink?: ResponseSink | undefined;
  /** Gets the invocation's log lines, where somebody wants them, before `settle`. */
  readonly onLogLine: ((line: string) => void) | undefined;
}

/** The JSON of an error as Lambda gives it to the caller. */
export function failure(errorType: string, errorMessage: string): InvocationOutcome {
  return { payload: Buffer.from(JSON.stringify({ errorType, errorMessage })), errorType };
}

/** The outcome of an invocation that the host could not run; to the caller it is Lambda's own fault. */
export function hostFault(errorMessage: string): InvocationOutcome {
  return { ...failure('ServiceException', errorMessage), refusal: 'host-fault' };
}

/** The outcome of an invocation of a function that nothing here runs. */
export function notRun(reason: string): InvocationOutcome {
  return { ...failure('InvalidRuntimeException', reason), refusal: 'not-run' };
}

/** Whose bound an invocation has met. */
export type Bound = 'function' | 'host';

/** The outcome of an invocation that found no place in time. @param why names the bound, as a sentence. */
export function throttled(bound: Bound, why: string): InvocationOutcome {
  return { ...failure('TooManyRequestsException', `Rate Exceeded. ${why}`), refusal: 'throttled', bound };
}

/** What a failed invocation says. */
export function messageOf(payload: Buffer): string {
  return String((JSON.parse(payload.toString('utf8')) as { errorMessage?: unknown }).errorMessage);
}
