import { randomInt } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { OnFault } from '../fault-boundary.ts';
import { createRequestParser, type HttpRequest } from './http-request.ts';
import {
  type Delivery,
  HEADERS,
  HTTP_RESPONSE_TYPE,
  INIT_ERROR_PATH,
  MAX_RESPONSE_BYTES,
  NEXT_PATH,
  READ_HEADERS,
  REFUSALS,
  type Refusal,
  type RuntimeFailure,
  readAnswerPath,
} from './protocol.ts';
import {
  createResponseStreams,
  failureInTrailers,
  type ResponseStreams,
  type StreamHandlers,
} from './response-streams.ts';
import { bufferedResponse } from './streamed-response.ts';

/** What an environment does with its runtime's requests; `undefined` accepts. */
export interface RuntimeApiHandlers extends StreamHandlers {
  next(): Refusal | undefined;
  response(requestId: string, body: Buffer, tooLarge: boolean): Refusal | undefined;
  error(requestId: string, failure: RuntimeFailure): Refusal | undefined;
  initError(failure: RuntimeFailure): Refusal | undefined;
  /** The connection that waited for an event is closed. */
  disconnected(): void;
  /** The connection broke before the runtime had read the event that was sent on it. */
  unread(): void;
  readonly onFault: OnFault;
}

/** The Runtime API of one environment. */
export interface RuntimeApi {
  /** `127.x.y.z:PORT`, the value of `AWS_LAMBDA_RUNTIME_API`. */
  readonly address: string;
  /** Whether a runtime waits for an event. */
  isAwaited(): boolean;
  /** Answers the runtime's waiting `next`. */
  deliver(delivery: Delivery): void;
  /** Calls, once it is known whether a process that has ended had read its event; at once where none is on its way. */
  whenHeard(action: () => void): void;
  /** Closes the listener and all connections. */
  close(): void;
}

/** A runtime needs one or two; more are a runtime gone wild. */
const MAX_CONNECTIONS = 64;
/** How long a client that sent nonsense has to read the answer, in ms. */
const LAST_WORDS_MS = 100;
const OK = answer(202, '{"status":"OK"}\n');
const REFUSED = Object.fromEntries(
  Object.entries(REFUSALS).map(([refusal, { status, errorType, errorMessage }]) => [
    refusal,
    answer(status, `${JSON.stringify({ errorMessage, errorType })}\n`),
  ]),
) as Readonly<Record<Refusal, Buffer>>;
const NOT_FOUND = answer(404, '404 page not found\n', 'text/plain');
const NOT_ALLOWED = answer(405, '', 'text/plain');
const FAULT = answer(500, '', 'text/plain');
/** Tells by its failure that the other end had closed before the event came; an end that read the event takes it. */
const PROBE = Buffer.from('\n');
const CONTINUE = Buffer.from('HTTP/1.1 100 Continue\r\n\r\n');

/** One connection of a runtime, and the answers that travel with its next event. */
interface Connection {
  readonly socket: Socket;
  readonly streams: ResponseStreams;
  held: Buffer[];
  /** An event was sent, and nothing has come back since. */
  unheard: boolean;
}

/**
 * Starts the Lambda Runtime API for one environment, at an address that nobody else on this machine can guess.
 *
 * It speaks HTTP/1.1 on bare sockets: `node:http` costs more than all the rest of an invocation. When a runtime
 * sends a response and its next request in one write, the response's 202 travels with the next event.
 */
export async function startRuntimeApi(handlers: RuntimeApiHandlers): Promise<RuntimeApi> {
  const connections = new Set<Connection>();
  let waiting: Connection | undefined;

  const askForWork = (connection: Connection): Buffer | undefined => {
    const before = waiting;
    waiting = connection;
    const refused = handlers.next();
    if (refused === undefined) return undefined;
    waiting = before;
    return REFUSED[refused];
  };

  const replyTo = (request: HttpRequest, connection: Connection): Buffer | undefined => {
    try {
      if (request.streamed) return replied(connection.streams.end(request));
      const isNext = request.path === NEXT_PATH && request.method === 'GET';
      return isNext ? askForWork(connection) : answerTo(request, handlers);
    } catch (error) {
      handlers.onFault(`${request.method} ${request.path} of the Runtime API`, error);
      return FAULT;
    }
  };

  const leave = (connection: Connection): void => {
    if (waiting !== connection) return;
    waiting = undefined;
    handlers.disconnected();
  };

  const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    const streams = createResponseStreams(handlers, socket);
    const connection: Connection = { socket, streams, held: [], unheard: false };
    connections.add(connection);
    if (connections.size > MAX_CONNECTIONS) socket.destroy();
    const parser = createRequestParser(
      MAX_RESPONSE_BYTES,
      (request) => {
        // An event that is delivered at once takes with it what is held.
        const reply = replyTo(request, connection);
        if (reply === undefined) return;
        connection.held.push(reply);
        if (!request.pipelined) writeAll(socket, connection.held.splice(0));
      },
      () => socket.write(CONTINUE),
      streams.open,
    );
    const read = (chunk: Buffer): void => {
      connection.unheard = false;
      try {
        parser.push(chunk);
      } catch (error) {
        const { status } = error as { status?: number };
        if (status === undefined) handlers.onFault('what a runtime sent', error);
        // What follows cannot be understood either.
        socket.off('data', read);
        socket.resume();
        leave(connection);
        streams.broken();
        socket.end(answer(status ?? 500, '', 'text/plain', true));
        setTimeout(() => socket.destroy(), LAST_WORDS_MS).unref();
      }
    };
    socket.on('data', read);
    socket.on('end', () => {
      leave(connection);
      if (connection.unheard) socket.write(PROBE);
      socket.end();
    });
    socket.on('error', () => {
      // The kernel resets a connection whose process ends with bytes unread, and one that it had closed before.
      const { unheard } = connection;
      connection.unheard = false;
      socket.destroy();
      if (unheard) handlers.unread();
    });
    socket.on('close', () => {
      connections.delete(connection);
      leave(connection);
      streams.broken();
    });
  });
  await listen(server);
  server.on('error', (error) => handlers.onFault('the listener of a Runtime API', error));
  const { address, port } = server.address() as AddressInfo;

  return {
    address: `${address}:${port}`,
    isAwaited: () => waiting?.socket.writable === true,
    deliver: (delivery) => {
      if (waiting === undefined) return;
      const connection = waiting;
      waiting = undefined;
      connection.unheard = true;
      writeAll(connection.socket, [...connection.held.splice(0), ...eventOf(delivery)]);
    },
    whenHeard: (action) => {
      const last = [...connections].find(({ unheard }) => unheard);
      if (last === undefined) return action();
      last.socket.once('close', action);
      setTimeout(() => last.socket.destroy(), LAST_WORDS_MS).unref();
    },
    close: () => {
      waiting = undefined;
      server.close();
      for (const { socket } of connections) socket.destroy();
    },
  };
}

/** On Linux the whole of 127.0.0.0/8 is this machine's; elsewhere 127.0.0.1 alone. */
async function listen(server: Server): Promise<void> {
  const bytes = Array.from({ length: 3 }, () => randomInt(1, 255));
  for (const host of [`127.${bytes.join('.')}`, '127.0.0.1']) {
    try {
      return await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(0, host, () => {
          server.off('error', reject);
          resolve();
        });
      });
    } catch (error) {
      const isThere = (error as NodeJS.ErrnoException).code !== 'EADDRNOTAVAIL';
      if (isThere || host === '127.0.0.1') throw error;
    }
  }
}

/** Answers every request but `next`. */
function answerTo(request: HttpRequest, handlers: RuntimeApiHandlers): Buffer {
  const target = readAnswerPath(request.path);
  const isInitError = request.path === INIT_ERROR_PATH;
  if (target === undefined && !isInitError) return request.path === NEXT_PATH ? NOT_ALLOWED : NOT_FOUND;
  if (request.method !== 'POST') return NOT_ALLOWED;
  const refused =
    target === undefined
      ? handlers.initError(failureOf(request))
      : target.kind === 'error'
        ? handlers.error(target.requestId, failureOf(request))
        : respond(target.requestId, request, handlers);
  return replied(refused);
}

function replied(refused: Refusal | undefined): Buffer {
  return refused === undefined ? OK : REFUSED[refused];
}

function respond(requestId: string, request: HttpRequest, handlers: RuntimeApiHandlers): Refusal | undefined {
  const failure = failureInTrailers(request);
  if (failure !== undefined) return handlers.error(requestId, failure);
  const isHttp = request.headers['content-type'] === HTTP_RESPONSE_TYPE;
  const response = isHttp ? bufferedResponse(request.body) : request.body;
  return handlers.response(requestId, response, request.tooLarge);
}

function failureOf(request: HttpRequest): RuntimeFailure {
  return { body: request.body, errorType: request.headers[READ_HEADERS.errorType] };
}

function eventOf(delivery: Delivery): readonly Buffer[] {
  const { requestId, deadlineMs, functionArn, traceId, clientContext, payload } = delivery;
  let head = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n${HEADERS.requestId}: ${requestId}\r\n${HEADERS.deadlineMs}: ${deadlineMs}\r\n${HEADERS.functionArn}: ${functionArn}\r\n${HEADERS.traceId}: ${traceId}\r\n`;
  if (clientContext !== undefined) head += `${HEADERS.clientContext}: ${clientContext}\r\n`;
  return [Buffer.from(`${head}Content-Length: ${payload.length}\r\n\r\n`), payload];
}

function writeAll(socket: Socket, pieces: readonly Buffer[]): void {
  const [only] = pieces;
  if (pieces.length === 1 && only !== undefined) socket.write(only);
  else socket.write(Buffer.concat(pieces));
}

function answer(status: number, body: string, type = 'application/json', isLast = false): Buffer {
  const close = isLast ? 'Connection: close\r\n' : '';
  return Buffer.from(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: ${type}\r\n${close}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
