import { Worker } from 'node:worker_threads';
import { createTimer, guarded, type OnFault } from '../fault-boundary.ts';
import { programPath } from '../program.ts';
import type { Input } from './input.ts';
import { LogsError } from './logs-error.ts';
import type { ReadContext } from './read-logs.ts';
import type { ReadAnswer, ReadCall } from './reader-thread.ts';

/** Reads logs in a thread that is there while somebody asks. */
export interface LogReader {
  /** Resolves with the JSON of an answer. @throws LogsError for what is refused. */
  read(operation: string, input: Input, context: ReadContext): Promise<string>;
  close(): Promise<void>;
}

interface Pending {
  readonly call: ReadCall;
  readonly resolve: (body: string) => void;
  readonly reject: (error: Error) => void;
}

const PROGRAM = programPath('./reader-thread', import.meta.url);
/** Calls that wait, at most. */
const MAX_WAITING = 64;
const CALL_LIMIT_MS = 20_000;
const IDLE_MS = 60_000;
const MAX_HEAP_MB = 256;

/** Makes the reader; its thread starts with the first call, one call is read at a time. */
export function createLogReader(onFault: OnFault): LogReader {
  const waiting: Pending[] = [];
  let thread: Worker | undefined;
  let current: Pending | undefined;
  let lastId = 0;
  let closed = false;
  const limit = createTimer(
    guarded('reading logs', onFault, () => end(unavailable(`no answer within ${CALL_LIMIT_MS / 1_000} s`))),
    true,
  );
  const idle = createTimer(
    guarded('the reader of logs', onFault, () => end(unavailable('it was idle'))),
    true,
  );

  function start(): Worker {
    const started = new Worker(PROGRAM, {
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
      stdout: false,
    });
    started.unref();
    started.on('message', (answer: ReadAnswer) => settle(answer));
    started.on('error', (error) => {
      if (thread === started) end(unavailable(error.message));
    });
    return started;
  }

  function next(): void {
    if (current !== undefined) return;
    current = waiting.shift();
    if (current === undefined) {
      if (thread !== undefined) idle.set(IDLE_MS);
      return;
    }
    idle.clear();
    limit.set(CALL_LIMIT_MS);
    thread ??= start();
    thread.postMessage(current.call);
  }

  function settle({ id, body, refusal, fault }: ReadAnswer): void {
    if (current?.call.id !== id) return;
    const { call, resolve, reject } = current;
    current = undefined;
    limit.clear();
    if (body !== undefined) resolve(body);
    else if (refusal !== undefined) reject(new LogsError(refusal.code, refusal.message, refusal.more));
    else reject(new Error(`${call.operation}: ${fault}`));
    next();
  }

  /** Ends the thread; the next call starts another one. */
  function end(reason: Error): void {
    const ending = thread;
    const failed = current;
    thread = undefined;
    current = undefined;
    limit.clear();
    void ending?.terminate();
    failed?.reject(reason);
    next();
  }

  return {
    read: (operation, input, context) =>
      new Promise((resolve, reject) => {
        if (closed) return reject(unavailable('local-lambda is stopping'));
        if (waiting.length >= MAX_WAITING)
          return reject(new LogsError('ThrottlingException', 'Rate exceeded'));
        lastId += 1;
        waiting.push({ call: { id: lastId, operation, input, context }, resolve, reject });
        next();
      }),
    close: async () => {
      closed = true;
      for (const { reject } of waiting.splice(0)) reject(unavailable('local-lambda is stopping'));
      const ending = thread;
      end(unavailable('local-lambda is stopping'));
      idle.clear();
      await ending?.terminate();
    },
  };
}

function unavailable(why: string): LogsError {
  return new LogsError('ServiceUnavailableException', `The logs cannot be read: ${why}`);
}
