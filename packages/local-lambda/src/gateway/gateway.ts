import type { IncomingMessage } from 'node:http';
import type { ApiDefinition, RouteDefinition, StageDefinition } from '../deployment-package/api.ts';
import { type InvocationOutcome, messageOf } from '../environments/invocation.ts';
import { discard, type StreamedAnswer } from '../environments/streamed-answer.ts';
import type { EventBus } from '../events/event-bus.ts';
import { createTellOnce } from '../tell-once.ts';
import { takeTrace, tellRequest } from '../tracing/request-trace.ts';
import { TRACE_HEADER } from '../tracing/trace-id.ts';
import { ENVIRONMENT_HEADER, type GatewayAnswer, gatewayMessage, OWN_ANSWERS } from './answer.ts';
import { answerWithin } from './answer-within.ts';
import { type ApiMatch, type ApiRouter, createApiRouter } from './api-router.ts';
import { type AuthorizeOptions, createAuthorize } from './authorizers/authorize.ts';
import { corsHeaders, preflightAnswer } from './cors.ts';
import { answerOf } from './function-answer.ts';
import type { GatewayRequest } from './gateway-request.ts';
import { gatewayResponse } from './gateway-responses.ts';
import { payloadV1 } from './payload-v1.ts';
import { payloadV2 } from './payload-v2.ts';
import { streamedAnswer } from './streamed-answer.ts';
import { templateInput } from './template-input.ts';
import { invalidRequest } from './validate-request.ts';

/** What the gateway needs of the host. */
export interface GatewayOptions extends AuthorizeOptions {
  readonly api: ApiDefinition;
  /** Default: a router of its own. */
  readonly route?: ApiRouter;
  readonly accountId: string;
  /** Invokes a function whose response is passed on as it comes. */
  readonly stream: (functionName: string, payload: Buffer, traceId: string) => Promise<StreamedAnswer>;
  readonly newId: () => string;
  readonly newTraceId: () => string;
  readonly events: EventBus;
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
  readonly stage: string | undefined;
}

/** The largest payload that Lambda takes: 6 MiB. API Gateway answers 413 above it. */
const MAX_LAMBDA_PAYLOAD_BYTES = 6_291_456;

/** What stands for a route where there is none. */
const NO_ROUTE: RouteDefinition = {
  method: 'ANY',
  path: '',
  routeKey: '',
  resourceId: '',
  functionName: '',
  payloadFormat: '1.0',
  timeoutMs: 0,
};
/** A host name, with brackets where it is an address of IPv6, and a port. */
const HOST = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/;
const REQUEST_ID_HEADER = {
  http: 'apigw-requestid',
  rest: 'x-amzn-requestid',
  url: 'x-amzn-requestid',
} as const;

/** Makes the gateway in front of the functions, as API Gateway's HTTP APIs and REST APIs behave. */
export function createGateway(options: GatewayOptions): Gateway {
  const { api, now, route = createApiRouter(api) } = options;
  const own = OWN_ANSWERS[api.kind];
  const authorize = createAuthorize(options);
  const requestIdHeader = REQUEST_ID_HEADER[api.kind];
  const tellOnce = createTellOnce(options.onNotice);

  return {
    handle: async (request, body) => {
      const requestId = options.newId();
      const preflight = preflightOf(request);
      if (preflight !== undefined) return handled(preflight, requestId);
      const match = matchOf(request);
      const trace = takeTrace(request, options.newTraceId);
      const asked = askedBy(request, body, requestId, match, trace.traceId);
      const given = match === undefined ? own.notFound : await pass(asked);
      const answer =
        given.responseType === undefined ? given : gatewayResponse(api, given, templateInput(asked));
      const about = { requestId, route: match?.route.path, functionName: match?.route.functionName };
      tellRequest(options.events, request, trace, about, answer);
      if (match === undefined) return handled(answer, requestId, asked);
      return handled(withCors(answer, request), requestId, asked, match);
    },
  };

  function handled(
    given: GatewayAnswer,
    requestId: string,
    asked?: GatewayRequest,
    match?: ApiMatch,
  ): HandledRequest {
    const headers = [...given.headers, requestIdHeader, requestId];
    if (asked !== undefined) headers.push(TRACE_HEADER, asked.traceId);
    if (given.environmentId !== undefined) headers.push(ENVIRONMENT_HEADER, given.environmentId);
    const answer = { ...given, headers };
    return { answer, requestId, routeKey: match?.route.routeKey, stage: match?.stage.name };
  }

  function matchOf({ method = 'GET', url = '/' }: IncomingMessage): ApiMatch | undefined {
    return route(method, pathOf(url));
  }

  function askedBy(
    request: IncomingMessage,
    body: Buffer,
    requestId: string,
    match: ApiMatch | undefined,
    traceId: string,
  ): GatewayRequest {
    const { method = 'GET', url = '/', headers } = request;
    const rawPath = pathOf(url);
    const stage = match?.stage ?? (api.stages[0] as StageDefinition);
    const { domainName, port } = placeOf(headers.host ?? '');
    return {
      api,
      stage,
      match: match ?? { route: NO_ROUTE, parameters: {}, stage, path: rawPath },
      method,
      rawPath,
      rawQuery: url.slice(rawPath.length + 1),
      rawHeaders: request.rawHeaders,
      body,
      requestId,
      traceId,
      timeMs: now(),
      sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
      protocol: `HTTP/${request.httpVersion}`,
      accountId: options.accountId,
      domainName,
      port,
      contentType: headers['content-type'],
      accept: headers.accept,
      userAgent: headers['user-agent'] ?? '',
      caller: undefined,
    };
  }

  /** The answer of a route, once its authorizer has let the request pass. */
  function pass(request: GatewayRequest): GatewayAnswer | Promise<GatewayAnswer> {
    const { authorization, apiKeyRequired } = request.match.route;
    if (authorization === undefined && apiKeyRequired !== true) return serve(request);
    return authorize(request).then((caller) => ('status' in caller ? caller : serve({ ...request, caller })));
  }

  function serve(request: GatewayRequest): GatewayAnswer | Promise<GatewayAnswer> {
    const { mock, validation } = request.match.route;
    const invalid = validation && invalidRequest(request, validation);
    if (invalid !== undefined) return invalid;
    return mock === undefined ? ask(request) : mock(templateInput(request));
  }

  function preflightOf({ method, headers }: IncomingMessage): GatewayAnswer | undefined {
    const requested = headers['access-control-request-method'];
    if (method !== 'OPTIONS' || requested === undefined || headers.origin === undefined) return undefined;
    return api.cors === undefined ? undefined : preflightAnswer(api.cors, headers.origin, requested);
  }

  function withCors(answer: GatewayAnswer, { headers: { origin } }: IncomingMessage): GatewayAnswer {
    const cors = api.cors === undefined ? [] : corsHeaders(api.cors, origin);
    return cors.length === 0 ? answer : { ...answer, headers: merge(answer.headers, cors) };
  }

  async function ask(request: GatewayRequest): Promise<GatewayAnswer> {
    const { payloadFormat, functionName, timeoutMs, streamed } = request.match.route;
    const event = payloadFormat === '1.0' ? payloadV1(request) : payloadV2(request);
    const payload = Buffer.from(JSON.stringify(event));
    if (payload.length > MAX_LAMBDA_PAYLOAD_BYTES) return own.tooLarge;
    if (streamed === true) return stream(request, payload);
    const asked = options.invoke(functionName, payload, request.traceId);
    const outcome = await answerWithin(asked, timeoutMs, options.holdOf(functionName));
    if (outcome === undefined) return own.timedOut;
    if (outcome.errorType !== undefined) return { ...failed(outcome), environmentId: outcome.environmentId };
    const answer = answerOf(outcome.payload, request);
    const { environmentId } = outcome;
    if (typeof answer === 'string') return { ...malformed(request.match.route, answer), environmentId };
    return { status: answer.status, headers: answer.headers, body: answer.body, environmentId };
  }

  /** Here as on AWS the client hears nothing of what is wrong. */
  function malformed({ functionName, routeKey }: RouteDefinition, problem: string): GatewayAnswer {
    const notice = `${functionName}: its response is none that ${routeKey} can answer with: ${problem}`;
    tellOnce(notice);
    return own.failed;
  }

  function failed({ refusal, payload }: InvocationOutcome): GatewayAnswer {
    if (refusal === 'throttled') {
      // The answer's body is API Gateway's; who looks for the reason finds it beside it.
      const headers = [...own.throttled.headers, THROTTLED_HEADER, messageOf(payload)];
      return { ...own.throttled, headers };
    }
    return refusal === 'not-run' ? gatewayMessage(501, messageOf(payload)) : own.failed;
  }

  async function stream(request: GatewayRequest, payload: Buffer): Promise<GatewayAnswer> {
    const { functionName, timeoutMs } = request.match.route;
    const answering = options.stream(functionName, payload, request.traceId);
    const answer = await answerWithin(answering, timeoutMs, options.holdOf(functionName), discard);
    if (answer === undefined) return own.timedOut;
    if (answer.kind === 'whole' && answer.outcome.refusal !== undefined) return failed(answer.outcome);
    const { environmentId } = answer.kind === 'stream' ? answer : answer.outcome;
    return { ...((await streamedAnswer(answer, request)) ?? own.failed), environmentId };
  }
}

function pathOf(url: string): string {
  const question = url.indexOf('?');
  return question === -1 ? url : url.slice(0, question);
}

/** Says which bound a throttled call has met. */
const THROTTLED_HEADER = 'x-local-lambda-throttled';

/** Clients name the same host again and again. */
let lastHost = { text: '', domainName: 'localhost', port: '80' };

function placeOf(text: string): { readonly domainName: string; readonly port: string } {
  if (text !== lastHost.text) {
    const [, domainName = 'localhost', port = '80'] = HOST.exec(text) ?? [];
    lastHost = { text, domainName, port };
  }
  return lastHost;
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
