import type { IncomingMessage } from 'node:http';
import type { ApiDefinition } from '../deployment-package/http-api.ts';
import type { InvocationOutcome } from '../environments/invocation.ts';
import { THROTTLED } from '../environments/pool.ts';
import { answerOf, type GatewayAnswer, OWN_ANSWERS } from './answer.ts';
import { corsHeaders, preflightAnswer } from './cors.ts';
import type { GatewayRequest } from './gateway-request.ts';
import { payloadV1 } from './payload-v1.ts';
import { payloadV2 } from './payload-v2.ts';
import { createRouter, type Match } from './router.ts';

/** What the gateway needs of the host. */
export interface GatewayOptions {
  readonly api: ApiDefinition;
  readonly accountId: string;
  readonly invoke: (functionName: string, payload: Buffer, traceId: string) => Promise<InvocationOutcome>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly newId: () => string;
  readonly newTraceId: () => string;
}

/** One API of a deployment package. */
export interface Gateway {
  /** Answers a request whose body has been read; never rejects. */
  handle(request: IncomingMessage, body: Buffer): Promise<HandledRequest>;
}

/** An answer, and what the access log says of it. */
export interface HandledRequest {
  readonly answer: GatewayAnswer;
  readonly requestId: string;
  readonly routeKey: string | undefined;
}

/** The largest payload that Lambda takes: 6 MiB. API Gateway answers 413 above it. */
const MAX_LAMBDA_PAYLOAD_BYTES = 6_291_456;

/** Makes the gateway in front of the functions, as API Gateway's HTTP APIs and REST APIs behave. */
export function createGateway(options: GatewayOptions): Gateway {
  const { api, now } = options;
  const route = createRouter(api.routes);
  const own = OWN_ANSWERS[api.kind];

  return {
    handle: async (request, body) => {
      const requestId = options.newId();
      const preflight = preflightOf(request);
      if (preflight !== undefined) return { answer: preflight, requestId, routeKey: undefined };
      const { method = 'GET', url = '/' } = request;
      const question = url.indexOf('?');
      const rawPath = question === -1 ? url : url.slice(0, question);
      const match = route(method, rawPath);
      if (match === undefined) return { answer: own.notFound, requestId, routeKey: undefined };
      const { fixed } = match.route;
      if (fixed !== undefined)
        return { answer: { ...fixed, body: '' }, requestId, routeKey: match.route.routeKey };
      const answer = await ask(match, {
        method,
        rawPath,
        rawQuery: question === -1 ? '' : url.slice(question + 1),
        rawHeaders: request.rawHeaders,
        body,
        match,
        requestId,
        traceId: options.newTraceId(),
        timeMs: now(),
        sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
        protocol: `HTTP/${request.httpVersion}`,
        accountId: options.accountId,
        domainName: request.headers.host ?? 'localhost',
      });
      return { answer: withCors(answer, request), requestId, routeKey: match.route.routeKey };
    },
  };

  function preflightOf({ method, headers }: IncomingMessage): GatewayAnswer | undefined {
    const requested = headers['access-control-request-method'];
    if (method !== 'OPTIONS' || requested === undefined || headers.origin === undefined) return undefined;
    return api.cors === undefined ? undefined : preflightAnswer(api.cors, headers.origin, requested);
  }

  function withCors(answer: GatewayAnswer, { headers: { origin } }: IncomingMessage): GatewayAnswer {
    const cors = api.cors === undefined ? [] : corsHeaders(api.cors, origin);
    return cors.length === 0 ? answer : { ...answer, headers: merge(answer.headers, cors) };
  }

  async function ask({ route: { payloadFormat, functionName, timeoutMs } }: Match, request: GatewayRequest) {
    const event = payloadFormat === '1.0' ? payloadV1(request) : payloadV2(request);
    const payload = Buffer.from(JSON.stringify(event));
    if (payload.length > MAX_LAMBDA_PAYLOAD_BYTES) return own.tooLarge;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, timeoutMs, undefined);
    });
    const outcome = await Promise.race([options.invoke(functionName, payload, request.traceId), timeout]);
    clearTimeout(timer);
    if (outcome === undefined) return own.timedOut;
    if (outcome.errorType === THROTTLED) return own.throttled;
    if (outcome.errorType !== undefined) return own.failed;
    return answerOf(outcome.payload, payloadFormat) ?? own.failed;
  }
}

/** The gateway's CORS headers replace the function's own. */
function merge(own: readonly string[], cors: readonly string[]): string[] {
  const merged = [...cors];
  for (let i = 0; i + 1 < own.length; i += 2) {
    const name = own[i] ?? '';
    if (!name.startsWith('access-control-')) merged.push(name, own[i + 1] ?? '');
  }
  return merged;
}
