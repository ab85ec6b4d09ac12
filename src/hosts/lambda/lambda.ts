import middy from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyEventV2, Context as LambdaContext } from 'aws-lambda';
import type { CallContext, Run } from '../../domain/context.ts';
import type { ErrorCode } from '../../domain/errors.ts';
import { ShedError } from '../../domain/errors.ts';
import type { Log } from '../../domain/log.ts';

/** What API Gateway is answered, in payload format 1.0 and 2.0 alike. */
export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** An event of API Gateway in payload format 1.0 or 2.0. */
export type HttpEvent = APIGatewayProxyEvent | APIGatewayProxyEventV2;

/** The HTTP status of each code; a new code does not compile until it has one. */
const STATUS: Readonly<Record<ErrorCode, number>> = {
  INVALID_INPUT: 400,
  NO_FITTING_SHEEP: 404,
  SHEEP_ALREADY_IN_SHED: 409,
  CAT_WOULD_NOT_FINISH: 422,
  INTERNAL_ERROR: 500,
};

/** Before the host kills a call, this many milliseconds are left to answer 500. */
const TIMEOUT_EARLY_MS = 200;

/** As long as init may take on Lambda. */
const WARM_UP_LIMIT_MS = 10_000;

/** How every function answers and logs; lives as long as the process. */
export interface Answering {
  /** HTTP status of success. */
  readonly status: number;
  /** Makes the log of one call. */
  readonly logFor: (requestId: string) => Log;
}

/**
 * Binds a portable function to AWS Lambda behind API Gateway.
 * @param parts how to answer, and what this function needs besides, as its shed.
 */
export function lambda<Context extends CallContext>(
  run: Run<Context>,
  parts: Omit<Context, keyof CallContext> & Answering,
) {
  return middy<HttpEvent, HttpAnswer>({ timeoutEarlyInMillis: TIMEOUT_EARLY_MS })
    .onError((request) => {
      const { awsRequestId: requestId } = request.context;
      const { code, message } = explained(request.error);
      if (code === 'INTERNAL_ERROR') {
        parts.logFor(requestId).error('the call failed for an unexpected reason', { error: request.error });
      }
      request.response = answer(STATUS[code], { message, code, requestId });
    })
    .handler(async (event: HttpEvent, { awsRequestId, getRemainingTimeInMillis }: LambdaContext) => {
      const call: CallContext = {
        requestId: awsRequestId,
        log: parts.logFor(awsRequestId),
        random: Math.random,
        remainingTimeMs: getRemainingTimeInMillis,
      };
      // The compiler cannot see that what was omitted and what is added make the whole.
      const context = { ...parts, ...call } as unknown as Context;
      return answer(parts.status, await run(inputOf(event), context));
    });
}

/**
 * Calls a handler some times before the first invocation, so that what it runs is compiled while Lambda still gives
 * it a whole CPU: an invocation of 128 MB gets a fourteenth of one.
 * @param handler must not reach the world with this event.
 */
export async function warmUp(
  handler: ReturnType<typeof lambda>,
  event: object,
  times: number,
): Promise<void> {
  const context = { awsRequestId: 'warm-up', getRemainingTimeInMillis: () => WARM_UP_LIMIT_MS };
  for (let i = 0; i < times; i++) await handler(event as HttpEvent, context as LambdaContext);
}

/** The fields of a request: path parameters beat the query; repeated query values are joined by commas. */
function inputOf(event: HttpEvent): Record<string, string | undefined> {
  const query: Record<string, string | undefined> = { ...event.queryStringParameters };
  // Format 1.0 keeps only the last of repeated values there; 2.0 joins them itself.
  if ('multiValueQueryStringParameters' in event) {
    for (const [name, values] of Object.entries(event.multiValueQueryStringParameters ?? {})) {
      query[name] = values?.join(',');
    }
  }
  return { ...query, ...event.pathParameters };
}

declare global {
  interface JSON {
    /** Missing in TypeScript's library: https://tc39.es/proposal-json-parse-with-source/ */
    rawJSON(text: string): unknown;
  }
}

function explained(error: unknown): ShedError {
  if (error instanceof ShedError && error.code !== 'INTERNAL_ERROR') return error;
  return new ShedError('INTERNAL_ERROR', 'internal error', { cause: error });
}

function answer(statusCode: number, body: unknown): HttpAnswer {
  const headers = { 'content-type': 'application/json' };
  return body === undefined
    ? { statusCode, headers }
    : { statusCode, headers, body: JSON.stringify(body, exact) };
}

/** Writes a bigint as the JSON number that it is, digit by digit. */
function exact(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? JSON.rawJSON(value.toString()) : value;
}
