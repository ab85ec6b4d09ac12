/** The thread that reads logs for the host, so that no invocation waits for a file. */
import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import type { Input } from './input.ts';
import { lastLines } from './last-lines.ts';
import { LogsError } from './logs-error.ts';
import { READ_OPERATIONS, type ReadContext } from './read-logs.ts';

/** What the thread is asked. */
export interface ReadCall {
  readonly id: number;
  /** A reading operation, `CheckQuery` or `LastLines`. */
  readonly operation: string;
  readonly input: Input;
  readonly context: ReadContext;
}

/** What it answers: a body, or what it refuses. */
export interface ReadAnswer {
  readonly id: number;
  readonly body?: string;
  readonly refusal?: Pick<LogsError, 'code' | 'message' | 'more'>;
  /** It failed. */
  readonly fault?: string;
}

// On Linux it holds for this thread alone, elsewhere for the whole process.
if (process.platform === 'linux') setPriority(0, 10);

parentPort?.on('message', async (call: ReadCall) => parentPort?.postMessage(await answerTo(call)));

/** Never rejects. */
async function answerTo({ id, operation, input, context }: ReadCall): Promise<ReadAnswer> {
  try {
    if (operation === 'CheckQuery') return { id, body: await check(String(input['queryString'])) };
    if (operation === 'LastLines') {
      const { groups, limit } = input as { groups: readonly string[]; limit: number };
      return { id, body: JSON.stringify({ lines: lastLines(context.root, groups, limit) }) };
    }
    const read = READ_OPERATIONS[operation as keyof typeof READ_OPERATIONS];
    return { id, body: JSON.stringify(read(input, context)) };
  } catch (error) {
    if (!(error instanceof LogsError)) return { id, fault: String((error as Error)?.stack ?? error) };
    const { code, message, more } = error;
    return { id, refusal: { code, message, more } };
  }
}

/** @throws LogsError with the place of what is wrong. */
async function check(query: string): Promise<string> {
  const { checkQuery, QueryError } = await import('@sheep-shed/log-insights').catch(() => {
    const message = 'Queries need the package @sheep-shed/log-insights: npm install @sheep-shed/log-insights';
    throw new LogsError('ServiceUnavailableException', message);
  });
  try {
    checkQuery(query);
    return '{}';
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    const { message, start, end } = error;
    const location = { startCharOffset: start, endCharOffset: end };
    throw new LogsError('MalformedQueryException', message, { queryCompileError: { location, message } });
  }
}
