import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type Duplex, Readable } from 'node:stream';
import type { Admission } from './admission.ts';
import { guarded, type OnFault } from './fault-boundary.ts';
import { type GatewayAnswer, gatewayMessage, TOO_LARGE } from './gateway/answer.ts';
import { LocalLambdaError } from './local-lambda-error.ts';
import { refuse as refuseUpgrade } from './web-socket/gateway.ts';

/** The one HTTP port of a host, behind which the gateway and the Lambda API stand. */
export interface HttpServer {
  readonly port: number;
  /** Takes no new connection; resolves when requests in flight are answered. */
  close(): Promise<void>;
  /** From now on handshakes of WebSockets have a handler. */
  takeUpgrades(upgrades: Upgrades): void;
  /** Cuts all connections. */
  destroy(): void;
}

/** What the server does with a request. */
export type HandleRequest = (request: IncomingMessage, body: Buffer) => Promise<GatewayAnswer>;

/** API Gateway's limit for a request's body: 10 MB. */
const MAX_BODY_BYTES = 10_485_760;
/** A zip of 50 MB in base64, with what stands around it. */
const MAX_LARGE_BYTES = 75_000_000;
const EMPTY = Buffer.alloc(0);

/** What stands behind the server. */
export interface HttpHandlers {
  /** Is asked before anything else. */
  readonly admit: Admission;
  readonly handle: HandleRequest;
  /** Whether a body of more than 10 MB is taken, up to 75 MB; asked only of such bodies. Default: none is. */
  readonly takesLarge?: (request: IncomingMessage) => boolean;
  /** The answer to a request that local-lambda itself failed on. */
  readonly failed: (request: IncomingMessage) => GatewayAnswer;
  readonly onFault: OnFault;
}

/** What stands behind the server for WebSockets. */
export interface Upgrades {
  /** Whether a request is a handshake for it; all others are ordinary requests. */
  takes(request: IncomingMessage): boolean;
  connect(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/** Where to listen, and for how long to a slow client. */
export interface HttpServerOptions {
  readonly host: string;
  readonly port: number;
  /** The bodies of all requests under way, in MB. */
  readonly maxBodiesMb: number;
  /** How long a client may take for its headers and for its whole request, in seconds. */
  readonly headerSeconds: number;
  readonly requestSeconds: number;
}

/** How often connections are checked for these times, in ms, at most. */
const CHECK_INTERVAL_MS = 1_000;
const MAX_CONNECTIONS = 20_000;
/** Connections not yet accepted; with Node's 511 a burst of clients waits a second for its SYN to be sent again. */
const BACKLOG = 4_096;
const NO_TUNNEL = 'HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

/**
 * Starts the HTTP server. What fails in one request, in a handler or in its answer, is told to `onFault` and answered
 * by `failed`.
 * @throws LocalLambdaError when the port is in use or may not be opened.
 */
export async function startHttpServer(
  { host, port, maxBodiesMb, headerSeconds, requestSeconds }: HttpServerOptions,
  handlers: HttpHandlers,
): Promise<HttpServer> {
  const { onFault } = handlers;
  let upgrades: Upgrades | undefined;
  const bodies = createBodies(maxBodiesMb);
  const server = createServer(
    {
      noDelay: true,
      keepAliveTimeout: 75_000,
      headersTimeout: Math.min(headerSeconds, requestSeconds) * 1_000,
      requestTimeout: requestSeconds * 1_000,
      connectionsCheckingInterval: Math.min(CHECK_INTERVAL_MS, headerSeconds * 1_000),
      // Node before 24.9 does not know it: with WebSocket APIs, every request to upgrade is a handshake there.
      shouldUpgradeCallback: (request: IncomingMessage) => upgrades?.takes(request) === true,
    },
    guarded('a new request', onFault, (request: IncomingMessage, response: ServerResponse) => {
      request.url = pathOf(request.url ?? '/');
      const refusal = handlers.admit(request);
      if (refusal !== undefined) return refuse(request, response, refusal);
      const length = Number(request.headers['content-length'] ?? 0);
      if (length > MAX_BODY_BYTES && length > limitOf(request, handlers)) {
        return refuse(request, response, TOO_LARGE);
      }
      if (length === 0 && request.headers['transfer-encoding'] === undefined) {
        void respond(request, response, EMPTY, handlers);
        return;
      }
      readBody(request, response, handlers, bodies);
    }),
  );
  server.on('connect', (_request, socket: Socket) => {
    socket.on('error', () => socket.destroy());
    socket.end(NO_TUNNEL);
  });
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    request.url = pathOf(request.url ?? '/');
    const refusal = handlers.admit(request);
    if (refusal === undefined) upgrades?.connect(request, socket, head);
    else refuseUpgrade(socket, refusal.status);
  };
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
    takeUpgrades: (taken) => {
      if (upgrades === undefined) {
        server.on('upgrade', (request, socket, head) =>
          guarded('a handshake', onFault, upgrade, () => socket.destroy())(request, socket, head),
        );
      }
      upgrades = taken;
    },
    destroy: () => server.closeAllConnections(),
  };
}

/** A client may send the whole URL, as to a proxy, or `*`. */
function pathOf(url: string): string {
  if (url.startsWith('/')) return url;
  const path = url.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i, '');
  return path.startsWith('/') ? path : `/${path === '*' ? '' : path}`;
}

function limitOf(request: IncomingMessage, { takesLarge }: HttpHandlers): number {
  return takesLarge?.(request) === true ? MAX_LARGE_BYTES : MAX_BODY_BYTES;
}

function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  handlers: HttpHandlers,
  bodies: Bodies,
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  let limit = MAX_BODY_BYTES;
  request.on('data', (chunk: Buffer) => {
    if (!bodies.take(chunk.length)) {
      refuse(request, response, bodies.refusal);
      return;
    }
    size += chunk.length;
    if (size > limit) limit = limitOf(request, handlers);
    if (size <= limit) chunks.push(chunk);
    else refuse(request, response, TOO_LARGE);
  });
  response.once('close', () => bodies.leave(size));
  request.on('end', () => {
    if (size <= limit) void respond(request, response, Buffer.concat(chunks, size), handlers);
  });
}

/** What the bodies of the requests under way hold together. */
interface Bodies {
  /** Counts a piece; false when it is too much. */
  take(bytes: number): boolean;
  leave(bytes: number): void;
  readonly refusal: GatewayAnswer;
}

function createBodies(maxMb: number): Bodies {
  let held = 0;
  return {
    take: (bytes) => {
      if (held + bytes > maxMb * 1_048_576) return false;
      held += bytes;
      return true;
    },
    leave: (bytes) => {
      held -= bytes;
    },
    refusal: gatewayMessage(503, `The bodies of the requests under way hold ${maxMb} MB: try again later`),
  };
}

/** Answers at once and drops the connection, rather than read on what will be thrown away. */
function refuse(request: IncomingMessage, response: ServerResponse, answer: GatewayAnswer): void {
  request.removeAllListeners('data');
  request.resume();
  if (response.headersSent) return;
  response.shouldKeepAlive = false;
  response.once('finish', () => setTimeout(() => request.destroy(), 100).unref());
  send(response, answer);
}

/** Never rejects. */
async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
  { handle, failed, onFault }: HttpHandlers,
): Promise<void> {
  try {
    send(response, await handle(request, body));
  } catch (error) {
    const where = `${request.method} ${request.url}`;
    onFault(where, error);
    guarded(where, onFault, () => send(response, failed(request)))();
    if (!response.writableEnded) response.destroy();
  }
}

function send(response: ServerResponse, { status, headers, body }: GatewayAnswer): void {
  if (response.destroyed || response.headersSent) {
    if (body instanceof Readable) body.destroy();
    return;
  }
  if (body instanceof Readable) {
    sendStream(response, { status, headers, body });
    return;
  }
  const bodiless = status === 204 || status === 304;
  const length = bodiless ? [] : ['content-length', String(Buffer.byteLength(body))];
  response.writeHead(status, [...headers, ...length]);
  response.end(bodiless ? undefined : body);
}

/**
 * Sends a body as it comes, no faster than the client takes it. One that fails on its way ends without the end that
 * HTTP demands, so that the client can tell; what was written before still arrives.
 */
function sendStream(
  response: ServerResponse,
  { status, headers, body }: { status: number; headers: readonly string[]; body: Readable },
): void {
  body.on('error', () => response.socket?.destroySoon());
  response.on('close', () => body.destroy());
  response.writeHead(status, [...headers]);
  response.flushHeaders();
  body.pipe(response);
}
