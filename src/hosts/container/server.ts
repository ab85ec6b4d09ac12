import { randomUUID } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Log } from '../../domain/log.ts';
import type { Calls } from '../calls.ts';
import { chosenName, correlationIdOf } from '../correlation.ts';
import { createHealth, message } from '../health.ts';
import { answerTo, failureAnswer, type HttpAnswer } from '../http-answer.ts';
import { listen } from '../listen.ts';
import type { Metrics } from '../metrics.ts';
import { onceATurn } from './once-a-turn.ts';
import { type FindRoute, queryFields, type RouteMatch } from './routes.ts';

/** What stands behind the server. */
export interface ContainerOptions {
  readonly host: string;
  readonly port: number;
  /** What requests must carry as a bearer; undefined: nothing. */
  readonly token: string | undefined;
  readonly find: FindRoute;
  readonly calls: Calls;
  readonly metrics: Metrics;
  readonly logFor: (functionName: string, requestId: string, correlationId: string) => Log;
  readonly onFault: (error: unknown) => void;
}

/** A running server. */
export interface ContainerServer {
  readonly url: string;
  /** From now on it is not ready, takes no connection, and ends each with its answer. */
  drain(): void;
  /** Resolves when all connections have ended. */
  close(): Promise<void>;
}

/** A request and what answers it. */
interface Answered {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly answered: HttpAnswer;
}

const HEADERS_MS = 10_000;
const REQUEST_MS = 30_000;
const IDLE_MS = 75_000;
const MAX_CONNECTIONS = 10_000;
/** As API Gateway takes it: 10 MB. */
const MAX_BODY_BYTES = 10_485_760;

const NOT_FOUND = message(404, 'Not Found');
const TOO_LARGE = message(413, 'Request Entity Too Large');
const FULL = {
  ...message(503, 'Service Unavailable'),
  headers: { 'retry-after': '1', ...message(503, '').headers },
};
const PREFLIGHT: HttpAnswer = {
  status: 204,
  headers: {
    'access-control-allow-origin': '*',
    'access-control-allow-methods': 'DELETE,GET,OPTIONS,POST',
    'access-control-allow-headers': 'content-type,authorization,x-request-id,x-correlation-id,traceparent',
  },
};

/** Serves the functions over HTTP/1.1 as the HTTP contract says, beside `/health/…` and `/metrics`. */
export async function startContainerServer(options: ContainerOptions): Promise<ContainerServer> {
  const { calls, metrics, find, onFault } = options;
  const closed = Promise.withResolvers<void>();
  let draining = false;
  const sendSoon = onceATurn(send, onFault);
  const notReady = () => (draining ? 'draining' : calls.isFull() ? 'overloaded' : undefined);
  const health = createHealth({ token: options.token, notAlive: () => undefined, notReady, metrics });
  const server = createServer(
    { noDelay: true, headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS, keepAliveTimeout: IDLE_MS },
    (request, response) => {
      answer(request)
        .catch((error) => {
          onFault(error);
          return message(500, 'Internal Server Error');
        })
        .then((answered) => sendSoon({ request, response, answered }))
        .catch(onFault);
    },
  );
  server.maxConnections = MAX_CONNECTIONS;
  const url = await listen(server, options.host, options.port, onFault);
  return {
    url,
    drain: () => {
      draining = true;
      server.close(() => closed.resolve());
      server.closeIdleConnections();
    },
    close: () => closed.promise,
  };

  async function answer(request: IncomingMessage): Promise<HttpAnswer> {
    const { method = 'GET', url = '/', headers } = request;
    const mark = url.indexOf('?');
    const path = mark === -1 ? url : url.slice(0, mark);
    const own = ownAnswer(method, path, headers);
    if (own !== undefined) return own;
    if (path === '/metrics') {
      const text = await health.metrics(method, path);
      if (text !== undefined) return text;
    }
    const match = find(method, path);
    if (match === undefined) return NOT_FOUND;
    if (hasBody(headers) && !(await bodyIsTaken(request))) return TOO_LARGE;
    return call(match, mark === -1 ? '' : url.slice(mark + 1), headers);
  }

  /** What the host answers itself, before it looks for a function. */
  function ownAnswer(
    method: string,
    path: string,
    { origin, authorization, 'access-control-request-method': requested }: IncomingHttpHeaders,
  ): HttpAnswer | undefined {
    const state = health.state(path);
    if (state !== undefined) return state;
    if (method === 'OPTIONS' && origin !== undefined && requested !== undefined) return PREFLIGHT;
    return health.refusal(authorization);
  }

  async function call(
    { portable, parameters }: RouteMatch,
    query: string,
    headers: IncomingHttpHeaders,
  ): Promise<HttpAnswer> {
    const requestId = chosenName(headers['x-request-id']) ?? randomUUID();
    const correlationId = correlationIdOf(headers['x-correlation-id'], headers['traceparent'], requestId);
    const names = { requestId, correlationId };
    const calling = calls.call(portable, { ...queryFields(query), ...parameters }, names);
    if (calling === undefined) {
      metrics.refused();
      return FULL;
    }
    try {
      return withId(answerTo(portable.http.success, await calling), requestId);
    } catch (error) {
      const log = options.logFor(portable.name, requestId, correlationId);
      return withId(failureAnswer(error, requestId, log), requestId);
    }
  }

  function send({ request, response, answered: { status, headers, body } }: Answered): void {
    if (response.destroyed) return;
    const all: Record<string, string | number> = { ...headers };
    if (request.headers.origin !== undefined) all['access-control-allow-origin'] = '*';
    if (body !== undefined) all['content-length'] = Buffer.byteLength(body);
    if (draining || status === 413) all['connection'] = 'close';
    response.writeHead(status, all);
    response.end(request.method === 'HEAD' ? undefined : body);
  }
}

function hasBody(headers: IncomingHttpHeaders): boolean {
  return headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
}

/** Reads and drops a body, which no function looks at; false: it is too large. */
async function bodyIsTaken(request: IncomingMessage): Promise<boolean> {
  const { headers } = request;
  if (Number(headers['content-length'] ?? 0) > MAX_BODY_BYTES) return false;
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return false;
  }
  return true;
}

function withId(answered: HttpAnswer, requestId: string): HttpAnswer {
  return { ...answered, headers: { ...answered.headers, 'x-request-id': requestId } };
}
