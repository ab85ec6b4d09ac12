import middy from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyEventV2, Context as LambdaContext } from 'aws-lambda';
import type { CallContext } from '../../domain/context.ts';
import type { Log } from '../../domain/log.ts';
import { correlationIdOf } from '../correlation.ts';
import type { HttpAnswer, HttpFunction } from '../http-answer.ts';
import { answerTo, failureAnswer } from '../http-answer.ts';

/** What API Gateway is answered, in payload format 1.0 and 2.0 alike. */
export interface GatewayAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The body is bytes. */
  readonly isBase64Encoded?: true;
}

/** An event of API Gateway in payload format 1.0 or 2.0. */
export type HttpEvent = APIGatewayProxyEvent | APIGatewayProxyEventV2;

/** Before the host kills a call, this many milliseconds are left to answer 500. */
const TIMEOUT_EARLY_MS = 200;

/** As long as init may take on Lambda. */
const WARM_UP_LIMIT_MS = 10_000;

/** How every function logs; lives as long as the process. */
export interface Logging {
  /** Makes the log of one call. */
  readonly logFor: (requestId: string, correlationId?: string) => Log;
}

/**
 * Binds a portable function to AWS Lambda behind API Gateway.
 * @param parts how to log, and what this function needs besides, as its shed.
 */
export function lambda<Context extends CallContext>(
  { run, http }: HttpFunction<Context>,
  parts: Omit<Context, keyof CallContext> & Logging,
) {
  return middy<HttpEvent, GatewayAnswer>({ timeoutEarlyInMillis: TIMEOUT_EARLY_MS })
    .onError((request) => {
      const { awsRequestId } = request.context;
      const log = parts.logFor(awsRequestId, correlationOf(request.event, awsRequestId));
      request.response = inGateway(failureAnswer(request.error, awsRequestId, log));
    })
    .handler(async (event: HttpEvent, { awsRequestId, getRemainingTimeInMillis }: LambdaContext) => {
      const correlationId = correlationOf(event, awsRequestId);
      const call: CallContext = {
        requestId: awsRequestId,
        correlationId,
        log: parts.logFor(awsRequestId, correlationId),
        random: Math.random,
        remainingTimeMs: getRemainingTimeInMillis,
      };
      // The compiler cannot see that what was omitted and what is added make the whole.
      const context = { ...parts, ...call } as unknown as Context;
      return inGateway(answerTo(http.success, await run(inputOf(event), context)));
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

/** HTTP APIs write the names of headers in small letters, REST APIs as the client did. */
function correlationOf(event: HttpEvent | undefined, requestId: string): string {
  const headers = event?.headers;
  const find = (name: string) =>
    headers?.[name] ?? Object.entries(headers ?? {}).find(([given]) => given.toLowerCase() === name)?.[1];
  return correlationIdOf(find('x-correlation-id'), find('traceparent'), requestId);
}

function inGateway({ status, headers, body }: HttpAnswer): GatewayAnswer {
  const answer = { statusCode: status, headers };
  if (body === undefined) return answer;
  if (typeof body === 'string') return { ...answer, body };
  return { ...answer, body: Buffer.from(body).toString('base64'), isBase64Encoded: true };
}
