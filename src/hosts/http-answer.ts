import { isContent } from '../domain/content.ts';
import type { CallContext, Run } from '../domain/context.ts';
import type { ErrorCode } from '../domain/errors.ts';
import type { Log } from '../domain/log.ts';
import { writeJson } from './exact-json.ts';
import { explained } from './failure.ts';

/** What a host that speaks HTTP must know of a portable function. */
export interface HttpFunction<Context extends CallContext> {
  readonly run: Run<Context>;
  readonly http: {
    /** HTTP status of success. */
    readonly success: number;
  };
}

/** What a portable function's outcome is in HTTP. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** The HTTP status of each code; a new code does not compile until it has one. */
const STATUS: Readonly<Record<ErrorCode, number>> = {
  INVALID_INPUT: 400,
  NO_FITTING_SHEEP: 404,
  SHEEP_ALREADY_IN_SHED: 409,
  CAT_WOULD_NOT_FINISH: 422,
  INTERNAL_ERROR: 500,
};

/** An answer of a status and a result: `undefined` is no body, `content` has its own media type, all else is JSON. */
export function answerTo(status: number, result: unknown): HttpAnswer {
  if (isContent(result)) {
    return { status, headers: { ...result.headers, 'content-type': result.type }, body: result.body };
  }
  const headers = { 'content-type': 'application/json' };
  return result === undefined ? { status, headers } : { status, headers, body: writeJson(result) };
}

/** The answer to a call that failed. */
export function failureAnswer(error: unknown, requestId: string, log: Log): HttpAnswer {
  const { code, message } = explained(error, log);
  return answerTo(STATUS[code], { message, code, requestId });
}
