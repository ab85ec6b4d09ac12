/** The Python functions in a process of their own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ErrorLog } from './error-log.ts';
import { CREDENTIALS } from './faulty-database.ts';
import type { FunctionAnswer, Invoke } from './in-process.ts';
import { ensureEnvironment, findPythons, STACK } from './python-environment.ts';

/** What is still running when the stack closes may take this long. */
const CLOSE_TIMEOUT_MS = 10_000;
const HOST = join(import.meta.dirname, 'python_host.py');

/** The functions of the Python stack and their end. */
export interface PythonStack {
  readonly invoke: Invoke;
  close(): Promise<void>;
}

/** Starts the functions on a table, on the newest Python of this machine. */
export async function startPythonStack(table: string, endpoint: string, log: ErrorLog): Promise<PythonStack> {
  const [newest] = await findPythons(process.env);
  if (newest === undefined)
    throw new Error('no python3 of version 3.10 or later with venv is on this machine');
  const bin = await ensureEnvironment(newest, 'requirements.txt');
  // Ends with its standard input, so it cannot outlive this process.
  const host = spawn(join(bin, 'python'), [HOST], {
    env: {
      ...CREDENTIALS,
      PYTHONPATH: STACK,
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
