import type { Socket } from 'node:net';
import type { BenchAnswer, BenchRequest } from './exchange.ts';
import { createResponseReader } from './response-reader.ts';
import { openSocket } from './socket.ts';

/**
 * Milliseconds for which a connection may lie idle and be used again, where the server does not say: it might
 * close it just when a request is sent, which would then be lost. undici's default.
 */
const IDLE_MS = 4000;
/** How much earlier than the server says a connection is given up, in milliseconds. */
const IDLE_MARGIN_MS = 1000;
/** What is sent this soon after an answer meets an open connection whatever the server says, in milliseconds. */
const LEAST_IDLE_MS = 100;

/** What came of one request. Times are milliseconds of `performance.now()`. */
export interface Outcome {
  /** `undefined` when the request was lost. */
  readonly answer: BenchAnswer | undefined;
  /** Why the request was lost, in words. */
  readonly problem: string | undefined;
  readonly isTimedOut: boolean;
  /** When the request was handed to its open connection; where none could be opened, when it was asked for. */
  readonly sentAt: number;
  /** When the answer was whole, or the request was given up. */
  readonly endedAt: number;
}

/** Headers of one request, by name. */
export type RequestHeaders = Readonly<Record<string, string>>;

/** A kept-alive connection that carries one request at a time. */
export interface Connection {
  /** Whether a request can be sent without setting the connection up first. */
  isOpen(): boolean;
  /** Sets the connection up, unless it is. @throws Error when it cannot be, or not within the time-out. */
  open(): Promise<void>;
  /** Sends a request, once, over the connection, which it opens if need be. Never rejects: a failure is an outcome. */
  send(request: BenchRequest, headers?: RequestHeaders): Promise<Outcome>;
  /** Cuts off what is under way, which is then lost. */
  close(): void;
}

/** Makes a connection that is not yet open. */
export type Connect = (options: ConnectionOptions) => Connection;

/** Where a connection leads, and how long it may wait. */
export interface ConnectionOptions {
  readonly base: URL;
  readonly timeoutSeconds: number;
  /** Told how many milliseconds each set-up took: name look-up, TCP, TLS. */
  readonly onConnected: (millis: number) => void;
}

/**
 * Makes a connection, not yet open. HTTP/1.1 is spoken over a socket of our own: set-up is then done, and
 * measured, before a request's clock starts, nothing is ever sent twice, and a request costs two thirds of what
 * it does over undici (`npm run lab -- overhead`).
 */
export function createConnection({ base, timeoutSeconds, onConnected }: ConnectionOptions): Connection {
  const timeoutMs = timeoutSeconds * 1000;
  const closed = new AbortController();
  const reader = createResponseReader();
  const textOf = requestWriter(base);
  let socket: Socket | undefined;
  let idleSince = 0;
  let idleMs = IDLE_MS;
  let settle: ((outcome: Outcome) => void) | undefined;
  let sentAt = 0;

  const end = (answer: BenchAnswer | undefined, problem?: string, isTimedOut = false) => {
    const endedAt = performance.now();
    const head = reader.head();
    if (answer === undefined || !head?.isKeptAlive) socket?.destroy();
    idleSince = endedAt;
    idleMs = idleMsOf(head?.idleSeconds);
    settle?.({ answer, problem, isTimedOut, sentAt, endedAt });
    settle = undefined;
  };
  const onData = (bytes: Buffer) => {
    // Nobody asked for it; what it answers cannot be known.
    if (settle === undefined) socket?.destroy();
    else {
      try {
        if (reader.read(bytes)) end(reader.answer());
      } catch (error) {
        end(undefined, problemOf(error));
      }
    }
  };
  const onEnd = () => {
    if (settle === undefined) return;
    if (reader.close()) end(reader.answer());
    else end(undefined, 'the server closed the connection');
  };
  const timer = setTimeout(() => {
    if (settle) end(undefined, `no answer within ${timeoutSeconds} s`, true);
  }, timeoutMs);

  const isOpen = () =>
    socket !== undefined && !socket.destroyed && socket.writable && performance.now() - idleSince < idleMs;
  const open = async () => {
    if (isOpen()) return;
    socket?.destroy();
    const startedAt = performance.now();
    const fresh = await openSocket(base, AbortSignal.any([closed.signal, AbortSignal.timeout(timeoutMs)]));
    idleSince = performance.now();
    idleMs = IDLE_MS;
    onConnected(idleSince - startedAt);
    socket = fresh;
    // What a socket that was given up still tells is no longer of interest.
    const ifCurrent = (act: () => void) => () => {
      if (socket === fresh) act();
    };
    fresh
      .on('data', onData)
      .on('end', ifCurrent(onEnd))
      .on('close', ifCurrent(onEnd))
      .on('error', (error) => ifCurrent(() => settle && end(undefined, problemOf(error)))());
  };

  const exchange = (request: BenchRequest, headers: RequestHeaders | undefined) =>
    new Promise<Outcome>((resolve) => {
      reader.reset();
      settle = resolve;
      const text = textOf(request, headers);
      timer.refresh();
      sentAt = performance.now();
      if (socket?.writable) socket.write(text, 'latin1');
      else end(undefined, 'the server closed the connection');
    });
  const openAndExchange = async (request: BenchRequest, headers: RequestHeaders | undefined) => {
    const askedAt = performance.now();
    try {
      await open();
    } catch (error) {
      const isTimedOut = error instanceof Error && error.name === 'AbortError' && !closed.signal.aborted;
      const problem = isTimedOut ? `no connection within ${timeoutSeconds} s` : problemOf(error);
      return { answer: undefined, problem, isTimedOut, sentAt: askedAt, endedAt: performance.now() };
    }
    return exchange(request, headers);
  };

  return {
    isOpen,
    open,
    send: (request, headers) => (isOpen() ? exchange(request, headers) : openAndExchange(request, headers)),
    close() {
      clearTimeout(timer);
      closed.abort();
      if (settle) end(undefined, 'cut off');
      socket?.destroy();
    },
  };
}

/** Writes requests without body. */
function requestWriter(base: URL): (request: BenchRequest, headers: RequestHeaders | undefined) => string {
  const prefix = base.pathname.replace(/\/$/, '');
  const host = `host: ${base.host}\r\n`;
  return ({ method, path }, headers = {}) => {
    const names = Object.keys(headers);
    const hasHost = names.some((name) => name.toLowerCase() === 'host');
    let text = `${method} ${prefix}${path} HTTP/1.1\r\n${hasHost ? '' : host}connection: keep-alive\r\n`;
    if (method === 'POST') text += 'content-length: 0\r\n';
    for (const name of names) text += `${name}: ${headers[name]}\r\n`;
    return `${text}\r\n`;
  };
}

function idleMsOf(saidSeconds: number | undefined): number {
  if (saidSeconds === undefined) return IDLE_MS;
  return Math.max(LEAST_IDLE_MS, saidSeconds * 1000 - IDLE_MARGIN_MS);
}

function problemOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // The error of several addresses tried in vain has no message of its own.
  return error.message || String((error as NodeJS.ErrnoException).code ?? error.name);
}
