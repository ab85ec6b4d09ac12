import { Readable } from 'node:stream';
import type { GatewayAnswer } from '../gateway/answer.ts';
import { apiError } from '../lambda-api/errors.ts';
import { LocalLambdaError } from '../local-lambda-error.ts';
import { printLogs } from '../logs/print-logs.ts';

/** The log lines that a host keeps, for who is not on its machine's disk. */
export interface StoredLogs {
  /** Lines as text, the oldest first; with `follow`, also those that come, until the client goes. */
  answer(group: string | undefined, follow: boolean): GatewayAnswer;
  /** Ends all answers that follow. */
  close(): void;
}

/** Answers at once. */
const MAX_ANSWERS = 16;

/** Makes the answers of a host's logs. @param flush writes what is buffered to disk. */
export function createStoredLogs(logsDir: string, flush: () => void): StoredLogs {
  const open = new Set<AbortController>();
  return {
    answer: (group, follow) => {
      if (open.size >= MAX_ANSWERS) {
        return apiError(503, 'TooManyStreams', `at most ${MAX_ANSWERS} clients read logs at once`);
      }
      flush();
      const stop = new AbortController();
      open.add(stop);
      const body = logText(logsDir, group, stop, follow);
      body.once('close', () => {
        open.delete(stop);
        stop.abort();
      });
      return { status: 200, headers: ['content-type', 'text/plain; charset=utf-8'], body };
    },
    close: () => {
      for (const stop of open) stop.abort();
    },
  };
}

/** Reads no faster than the client takes it. */
function logText(
  logsDir: string,
  group: string | undefined,
  stop: AbortController,
  follow: boolean,
): Readable {
  let resume: (() => void) | undefined;
  const body = new Readable({
    read: () => resume?.(),
    destroy: (error, done) => {
      stop.abort();
      resume?.();
      done(error);
    },
  });
  const write = async (text: string): Promise<void> => {
    if (body.destroyed || body.push(text)) return;
    await new Promise<void>((go) => {
      resume = go;
    });
    resume = undefined;
  };
  printLogs({ logsDir, group, write, follow: follow ? stop.signal : undefined, until: stop.signal }).then(
    () => !body.destroyed && body.push(null),
    (error: Error) => {
      // A function that was never called has no log.
      if (error instanceof LocalLambdaError) body.push(null);
      else body.destroy(error);
    },
  );
  return body;
}
