/** The Python functions in a process of their own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { preparePython } from '@sheep-shed/local-lambda';
import type { ErrorLog } from './error-log.ts';
import { CREDENTIALS } from './faulty-database.ts';
import type { FunctionAnswer, Invoke } from './in-process.ts';
import { ROOT, STACK } from './python-environment.ts';

/** What is still running when the stack closes may take this long. */
const CLOSE_TIMEOUT_MS = 10_000;
const HOST = join(import.meta.dirname, 'python_host.py');

/** The functions of the Python stack and their end. */
export interface PythonStack {
  readonly invoke: Invoke;
  close(): Promise<void>;
}

/**
 * Starts the functions on a table, on the `python3` of the PATH with the boto3 that local-lambda gives functions.
 * @throws Error, in one line, where there is no Python 3.10 or later, or no boto3 for it.
 */
export async function startPythonStack(table: string, endpoint: string, log: ErrorLog): Promise<PythonStack> {
  const prepared = await preparePython(join(ROOT, '.cache'), () => undefined);
  if (!prepared.ready) throw new Error(prepared.reason);
  // Ends with its standard input, so it cannot outlive this process.
  const host = spawn(prepared.python, [HOST], {
    env: {
      ...CREDENTIALS,
      PYTHONPATH: [STACK, prepared.sitePackages].join(delimiter),
      PYTHONDONTWRITEBYTECODE: '1',
      SHEEP_SHED_TABLE: table,
      AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    },
  });
  let ended = false;
  const waiting = new Map<string, PromiseWithResolvers<FunctionAnswer>>();
  const closed = once(host, 'close');
  host.stderr.setEncoding('utf8').on('data', (text: string) => log.write(text));
  createInterface(host.stdout).on('line', (line) => {
    const { requestId, answer } = JSON.parse(line) as { requestId: string; answer: FunctionAnswer };
    waiting.get(requestId)?.resolve(answer);
    waiting.delete(requestId);
  });
  // A request to a host that has just ended fails by the closed pipe; `close` reports it.
  host.stdin.on('error', () => undefined);
  host.on('close', () => {
    ended = true;
    for (const { reject } of waiting.values()) reject(new Error('the Python functions ended'));
  });
  return {
    invoke(functionName, event, requestId) {
      if (ended) return Promise.reject(new Error('the Python functions ended'));
      const answer = Promise.withResolvers<FunctionAnswer>();
      waiting.set(requestId, answer);
      host.stdin.write(`${JSON.stringify({ functionName, event, requestId })}\n`);
      return answer.promise;
    },
    async close() {
      host.stdin.end();
      const late = setTimeout(() => host.kill('SIGKILL'), CLOSE_TIMEOUT_MS);
      await closed;
      clearTimeout(late);
    },
  };
}
