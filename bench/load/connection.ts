import type { Socket } from 'node:net';
import type { Dispatcher } from 'undici';
import { Client } from 'undici';
import type { BenchAnswer, BenchRequest } from '../scenarios/scenario.ts';
import { openSocket } from './socket.ts';

/** Beyond what API Gateway and Lambda answer at most (10 MB). */
const MAX_BODY_BYTES = 16 * 2 ** 20;

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

/** A kept-alive connection that carries one request at a time. */
export interface Connection {
  /** Whether a request can be sent without setting the connection up first. */
  isOpen(): boolean;
  /** Sets the connection up, unless it is. @throws Error when it cannot be, or not within the time-out. */
  open(): Promise<void>;
  /** Sends a request, once, over the connection, which it opens if need be. Never rejects: a failure is an outcome. */
  send(request: BenchRequest, headers?: Readonly<Record<string, string>>): Promise<Outcome>;
  /** Cuts off what is under way, which is then lost. */
  close(): void;
}

/** Where a connection leads, and how long it may wait. */
export interface ConnectionOptions {
  readonly base: URL;
  readonly timeoutSeconds: number;
  /** Told how many milliseconds each set-up took: name look-up, TCP, TLS. */
  readonly onConnected: (millis: number) => void;
}

/**
 * Makes a connection, not yet open. HTTP is undici's; the sockets are ours, so that their set-up is done, and
 * measured, before a request's clock starts. undici's own time-outs, precise to half a second, are off.
 */
export function createConnection({ base, timeoutSeconds, onConnected }: ConnectionOptions): Connection {
  const prefix = base.pathname.replace(/\/$/, '');
  const timeoutMs = timeoutSeconds * 1000;
  const closed = new AbortController();
  let socket: Socket | undefined;

  const isOpen = () => socket !== undefined && !socket.destroyed && socket.writable;
  const open = async () => {
    if (isOpen()) return;
    const startedAt = performance.now();
    const fresh = await openSocket(base, AbortSignal.any([closed.signal, AbortSignal.timeout(timeoutMs)]));
    onConnected(performance.now() - startedAt);
    // undici listens only from its first request on; an error before must not end the process.
    socket = fresh.on('error', () => {});
  };
  const client = new Client(base.origin, {
    headersTimeout: 0,
    bodyTimeout: 0,
    maxResponseSize: MAX_BODY_BYTES,
    // undici asks for a socket only to send a request, and one is open then; it must be told in a later step.
    connect: (_options, done) =>
      queueMicrotask(() =>
        socket !== undefined && isOpen()
          ? done(null, socket)
          : done(new Error('the connection closed'), null),
      ),
  });

  // One request at a time, so that one handler and one timer serve them all.
  let status = 0;
  let first: Buffer | undefined;
  let more: Buffer[] = [];
  let control: Dispatcher.DispatchController | undefined;
  let settle: ((outcome: Outcome) => void) | undefined;
  let sentAt = 0;
  let isTimedOut = false;

  const end = (answer: BenchAnswer | undefined, problem: string | undefined) => {
    const endedAt = performance.now();
    settle?.({ answer, problem, isTimedOut, sentAt, endedAt });
    settle = undefined;
  };
  const timer = setTimeout(() => {
    if (settle === undefined) return;
    isTimedOut = true;
    control?.abort(new Error(`no answer within ${timeoutSeconds} s`));
  }, timeoutMs);
  const handler: Dispatcher.DispatchHandler = {
    onRequestStart(controller) {
      // undici may send again what a closed connection left unsent; a request of the bench must not be repeated.
      if (control) controller.abort(new Error('the connection closed'));
      control = controller;
    },
    onResponseStart(_controller, statusCode) {
      status = statusCode;
    },
    onResponseData(_controller, chunk) {
      if (first === undefined) first = chunk;
      else more.push(chunk);
    },
    onResponseEnd() {
      end({ status, body: bodyOf(first, more) }, undefined);
    },
    onResponseError(_controller, error) {
      end(undefined, problemOf(error));
    },
  };

  const exchange = ({ method, path }: BenchRequest, headers: Readonly<Record<string, string>> | undefined) =>
    new Promise<Outcome>((resolve) => {
      first = undefined;
      if (more.length > 0) more = [];
      control = undefined;
      isTimedOut = false;
      settle = resolve;
      timer.refresh();
      const request = { method, path: prefix + path, headers: headers ?? null };
      sentAt = performance.now();
      client.dispatch(request, handler);
    });
  const openAndExchange = async (
    request: BenchRequest,
    headers: Readonly<Record<string, string>> | undefined,
  ) => {
    const askedAt = performance.now();
    try {
      await open();
    } catch (error) {
      const late = error instanceof Error && error.name === 'AbortError' && !closed.signal.aborted;
      const problem = late ? `no connection within ${timeoutSeconds} s` : problemOf(error);
      return {
        answer: undefined,
        problem,
        isTimedOut: late,
        sentAt: askedAt,
        endedAt: performance.now(),
      };
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
      socket?.destroy();
      client.destroy().catch(() => {});
    },
  };
}

/** Chunks are joined before they are decoded: a character may stand across two. */
function bodyOf(first: Buffer | undefined, more: readonly Buffer[]): string {
  if (first === undefined) return '';
  return (more.length === 0 ? first : Buffer.concat([first, ...more])).toString('utf8');
}

function problemOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // The error of several addresses tried in vain has no message of its own.
  return error.message || String((error as NodeJS.ErrnoException).code ?? error.name);
}
