import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createRequestParser, type HttpRequest } from './http-request.ts';
import { bufferedResponse, HTTP_RESPONSE_TYPE } from './streamed-response.ts';

/** The largest response that Lambda takes from a runtime, in bytes. */
export const MAX_RESPONSE_BYTES = 6_291_556;

/** What the Runtime API answers to a request that it does not accept. */
export type Refusal = 'invalid-request-id' | 'invalid-state' | 'response-too-large';

/** One invocation on its way to a runtime. */
export interface Delivery {
  readonly requestId: string;
  readonly deadlineMs: number;
  readonly functionArn: string;
  readonly traceId: string;
  readonly clientContext: string | undefined;
  readonly payload: Buffer;
}

/** A failure as a runtime reports it. */
export interface RuntimeFailure {
  /** The request's body, a JSON object `{errorType, errorMessage, …}` if the runtime keeps to the protocol. */
  readonly body: Buffer;
  /** `Lambda-Runtime-Function-Error-Type`, where the runtime sends it. */
  readonly errorType: string | undefined;
}

/** What an environment does with its runtime's requests; `undefined` accepts. */
export interface RuntimeApiHandlers {
  next(): Refusal | undefined;
  response(requestId: string, body: Buffer, tooLarge: boolean): Refusal | undefined;
  error(requestId: string, failure: RuntimeFailure): Refusal | undefined;
  initError(failure: RuntimeFailure): Refusal | undefined;
}

/** The Runtime API of one environment. */
export interface RuntimeApi {
  /** `127.0.0.1:PORT`, the value of `AWS_LAMBDA_RUNTIME_API`. */
  readonly address: string;
  /** Answers the runtime's waiting `next`. */
  deliver(delivery: Delivery): void;
  /** Closes the listener and all connections. */
  close(): void;
}

const PREFIX = '/2018-06-01/runtime/';
const INIT_ERROR_PATH = `${PREFIX}init/error`;
const NEXT_PATH = `${PREFIX}invocation/next`;
const ERROR_TYPE_HEADER = 'lambda-runtime-function-error-type';
const ERROR_BODY_TRAILER = 'lambda-runtime-function-error-body';
/** A runtime needs one or two; more are a runtime gone wild. */
const MAX_CONNECTIONS = 64;
const OK = answer(202, 'Accepted', '{"status":"OK"}\n');
const REFUSALS: Readonly<Record<Refusal, Buffer>> = {
  'invalid-request-id': refusal(400, 'Bad Request', 'InvalidRequestID', 'Invalid request ID'),
  'invalid-state': refusal(403, 'Forbidden', 'InvalidStateTransition', 'State transition is not allowed'),
  'response-too-large': refusal(
    413,
    'Request Entity Too Large',
    'RequestEntityTooLarge',
    `Exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`,
  ),
};
const NOT_FOUND = answer(404, 'Not Found', '404 page not found\n', 'text/plain');
const NOT_ALLOWED = answer(405, 'Method Not Allowed', '', 'text/plain');
const BAD_REQUEST = answer(400, 'Bad Request', '', 'text/plain');
const CONTINUE = Buffer.from('HTTP/1.1 100 Continue\r\n\r\n');

/** A connection whose runtime waits for an event, and the answers that travel with it. */
interface Waiting {
  readonly socket: Socket;
  readonly held: readonly Buffer[];
}

/**
 * Starts the Lambda Runtime API for one environment on a free port of 127.0.0.1.
 *
 * It speaks HTTP/1.1 on bare sockets: `node:http` costs more than all the rest of an invocation. When a runtime
 * sends a response and its next request in one write, the response's 202 travels with the next event.
 */
export async function startRuntimeApi(handlers: RuntimeApiHandlers): Promise<RuntimeApi> {
  const sockets = new Set<Socket>();
  let waiting: Waiting | undefined;

  const askForWork = (connection: Waiting): Buffer | undefined => {
    const before = waiting;
    waiting = connection;
    const refused = handlers.next();
    if (refused === undefined) return undefined;
    waiting = before;
    return REFUSALS[refused];
  };

  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    if (sockets.size > MAX_CONNECTIONS) socket.destroy();
    let held: Buffer[] = [];
    const parser = createRequestParser(
      MAX_RESPONSE_BYTES,
      (request) => {
        const isNext = request.path === NEXT_PATH && request.method === 'GET';
        const reply = isNext ? askForWork({ socket, held }) : answerTo(request, handlers);
        if (reply !== undefined) held.push(reply);
        if (reply !== undefined && request.pipelined) return;
        if (reply !== undefined) writeAll(socket, held);
        held = [];
      },
      () => socket.write(CONTINUE),
    );
    socket.on('data', (chunk) => {
      try {
        parser.push(chunk);
      } catch {
        socket.end(BAD_REQUEST);
      }
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      sockets.delete(socket);
      if (waiting?.socket === socket) waiting = undefined;
    });
  });

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;

  return {
    address: `127.0.0.1:${port}`,
    deliver: (delivery) => {
      if (waiting === undefined) return;
      const { socket, held } = waiting;
      waiting = undefined;
      writeAll(socket, [...held, ...eventOf(delivery)]);
    },
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Answers every request but `next`. */
function answerTo(request: HttpRequest, handlers: RuntimeApiHandlers): Buffer {
  const [, requestId = '', action] =
    /^\/2018-06-01\/runtime\/invocation\/([^/]+)\/(\w+)$/.exec(request.path) ?? [];
  const accept = ACTIONS[request.path === INIT_ERROR_PATH ? '/init' : `${action}`];
  if (accept === undefined) return request.path === NEXT_PATH ? NOT_ALLOWED : NOT_FOUND;
  if (request.method !== 'POST') return NOT_ALLOWED;
  const refused = accept(requestId, request, handlers);
  return refused === undefined ? OK : REFUSALS[refused];
}

type Accept = (id: string, request: HttpRequest, handlers: RuntimeApiHandlers) => Refusal | undefined;

const ACTIONS: Readonly<Record<string, Accept>> = {
  '/init': (_id, request, handlers) => handlers.initError(failureOf(request)),
  response: respond,
  error: (requestId, request, handlers) => handlers.error(requestId, failureOf(request)),
};

/** A streamed response that failed on its way says so in trailers (`Lambda-Runtime-Function-Error-Type`, `-Body`). */
function respond(requestId: string, request: HttpRequest, handlers: RuntimeApiHandlers): Refusal | undefined {
  const errorType = request.trailers[ERROR_TYPE_HEADER];
  if (errorType === undefined) {
    const isHttp = request.headers['content-type'] === HTTP_RESPONSE_TYPE;
    const response = isHttp ? bufferedResponse(request.body) : request.body;
    return handlers.response(requestId, response, request.tooLarge);
  }
  const body = Buffer.from(request.trailers[ERROR_BODY_TRAILER] ?? '', 'base64');
  return handlers.error(requestId, { body, errorType });
}

function failureOf(request: HttpRequest): RuntimeFailure {
  return { body: request.body, errorType: request.headers[ERROR_TYPE_HEADER] };
}

function eventOf(delivery: Delivery): readonly Buffer[] {
  const { requestId, deadlineMs, functionArn, traceId, clientContext, payload } = delivery;
  let head = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nLambda-Runtime-Aws-Request-Id: ${requestId}\r\nLambda-Runtime-Deadline-Ms: ${deadlineMs}\r\nLambda-Runtime-Invoked-Function-Arn: ${functionArn}\r\nLambda-Runtime-Trace-Id: ${traceId}\r\n`;
  if (clientContext !== undefined) head += `Lambda-Runtime-Client-Context: ${clientContext}\r\n`;
  return [Buffer.from(`${head}Content-Length: ${payload.length}\r\n\r\n`), payload];
}

function writeAll(socket: Socket, pieces: readonly Buffer[]): void {
  const [only] = pieces;
  if (pieces.length === 1 && only !== undefined) socket.write(only);
  else socket.write(Buffer.concat(pieces));
}

function refusal(status: number, reason: string, errorType: string, errorMessage: string): Buffer {
  return answer(status, reason, `${JSON.stringify({ errorMessage, errorType })}\n`);
}

function answer(status: number, reason: string, body: string, type = 'application/json'): Buffer {
  return Buffer.from(
    `HTTP/1.1 ${status} ${reason}\r\nContent-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
