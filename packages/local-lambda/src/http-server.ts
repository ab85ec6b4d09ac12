import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FORBIDDEN, type GatewayAnswer, TOO_LARGE } from './gateway/answer.ts';
import { LocalLambdaError } from './local-lambda-error.ts';

/** The one HTTP port of a host, behind which the gateway and the Lambda API stand. */
export interface HttpServer {
  readonly port: number;
  /** Takes no new connection; resolves when requests in flight are answered. */
  close(): Promise<void>;
  /** Cuts all connections. */
  destroy(): void;
}

/** What the server does with a request. */
export type HandleRequest = (request: IncomingMessage, body: Buffer) => Promise<GatewayAnswer>;

/** API Gateway's limit for a request's body: 10 MB. */
const MAX_BODY_BYTES = 10_485_760;
const EMPTY = Buffer.alloc(0);

/** Where to listen, and for how long to a slow client. */
export interface HttpServerOptions {
  readonly host: string;
  readonly port: number;
  /** How long a client may take for its headers and for its whole request, in seconds. */
  readonly headerSeconds: number;
  readonly requestSeconds: number;
}

/** How often connections are checked for these times, in ms, at most. */
const CHECK_INTERVAL_MS = 1_000;
const MAX_CONNECTIONS = 20_000;
/** Connections not yet accepted; with Node's 511 a burst of clients waits a second for its SYN to be sent again. */
const BACKLOG = 4_096;

/**
 * Starts the HTTP server.
 * @param isOwnHost says whether a `Host` header means this host; others are answered 403, against DNS rebinding.
 * @throws LocalLambdaError when the port is in use or may not be opened.
 */
export async function startHttpServer(
  { host, port, headerSeconds, requestSeconds }: HttpServerOptions,
  isOwnHost: (name: string) => boolean,
  handle: HandleRequest,
): Promise<HttpServer> {
  const server = createServer(
    {
      noDelay: true,
      keepAliveTimeout: 75_000,
      headersTimeout: Math.min(headerSeconds, requestSeconds) * 1_000,
      requestTimeout: requestSeconds * 1_000,
      connectionsCheckingInterval: Math.min(CHECK_INTERVAL_MS, headerSeconds * 1_000),
    },
    (request, response) => {
      if (!isOwnHost(request.headers.host ?? '')) return send(response, FORBIDDEN);
      const length = Number(request.headers['content-length'] ?? 0);
      if (length > MAX_BODY_BYTES) return refuse(request, response);
      if (length === 0 && request.headers['transfer-encoding'] === undefined) {
        void handle(request, EMPTY).then((answer) => send(response, answer));
        return;
      }
      readBody(request, response, handle);
    },
  );
  server.maxConnections = MAX_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'is in use' : `cannot be opened (${error.code})`;
      reject(
        new LocalLambdaError(`port: ${host}:${port} ${reason}; port 0 takes a free one`, { cause: error }),
      );
    });
    server.listen({ port, host, backlog: BACKLOG }, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
    destroy: () => server.closeAllConnections(),
  };
}

function readBody(request: IncomingMessage, response: ServerResponse, handle: HandleRequest): void {
  const chunks: Buffer[] = [];
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
    else refuse(request, response);
  });
  request.on('end', () => {
    if (size > MAX_BODY_BYTES) return;
    void handle(request, Buffer.concat(chunks, size)).then((answer) => send(response, answer));
  });
}

/** Answers at once and drops the connection, rather than read on what will be thrown away. */
function refuse(request: IncomingMessage, response: ServerResponse): void {
  request.removeAllListeners('data');
  request.resume();
  if (response.headersSent) return;
  response.shouldKeepAlive = false;
  response.once('finish', () => setTimeout(() => request.destroy(), 100).unref());
  send(response, TOO_LARGE);
}

function send(response: ServerResponse, { status, headers, body }: GatewayAnswer): void {
  if (response.destroyed || response.headersSent) return;
  const bodiless = status === 204 || status === 304;
  const length = bodiless ? [] : ['content-length', String(Buffer.byteLength(body))];
  response.writeHead(status, [...headers, ...length]);
  response.end(bodiless ? undefined : body);
}
