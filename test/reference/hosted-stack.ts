/** A stack on local-lambda, as a target of the HTTP contract. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalLambda } from '@sheep-shed/local-lambda';
import type { StackName } from '../../bench/stacks/catalogue.ts';
import { STACKS } from '../../bench/stacks/catalogue.ts';
import { packageStack } from '../../bench/stacks/package-stack.ts';
import type { HttpTarget } from '../contracts/http.ts';
import { errorLog } from './error-log.ts';
import type { FaultyDatabase } from './faulty-database.ts';
import { CREDENTIALS } from './faulty-database.ts';
import type { FunctionAnswer, Invoke } from './in-process.ts';

const ROOT = join(import.meta.dirname, '../..');

/** A running stack and its end. */
export interface HostedStack {
  readonly target: HttpTarget & { readonly url: string };
  /** Calls a function by an event, past the HTTP API; it is given a request id of its own. */
  readonly invoke: Invoke;
  close(): Promise<void>;
}

/** Packages a stack as for a deployment and starts it on local-lambda, on a table of the database. */
export async function startHostedStack(stack: StackName, database: FaultyDatabase): Promise<HostedStack> {
  const folder = await mkdtemp(join(tmpdir(), `sheep-shed-${stack}-`));
  const logsDir = join(folder, 'logs');
  const { signal } = new AbortController();
  const packageDir = await packageStack(ROOT, stack, STACKS[stack], signal, () => undefined);
  const table = await database.createTable(`sheep-shed-dev-${stack}`);
  const host = await startLocalLambda({
    packageDir,
    logsDir,
    environment: { ...CREDENTIALS, AWS_ENDPOINT_URL_DYNAMODB: database.endpoint },
    maxEnvironments: 2,
    queueSeconds: 60,
  });
  const fetchPath = (path: string, init?: RequestInit) =>
    fetch(`${host.url}${path}`, { signal: AbortSignal.timeout(60_000), ...init });
  return {
    target: {
      name: `${stack}, local-lambda`,
      url: host.url,
      fetch: fetchPath,
      table,
      faults: {
        ...database.faults,
        async errorsLogged(requestId) {
          await host.flushLogs();
          return errorsBelow(logsDir, requestId);
        },
      },
    },
    async invoke(functionName, event) {
      const { payload } = await host.invoke(`sheep-shed-dev-${stack}-${functionName}`, event);
      return payload as FunctionAnswer;
    },
    async close() {
      await host.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function errorsBelow(folder: string, requestId: string) {
  const log = errorLog();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((one) => one.isFile())) {
    const text = await readFile(join(entry.parentPath, entry.name), 'utf8');
    log.write(text.replace(/^[^\t]*\t/gm, ''));
  }
  return log.errorsOf(requestId);
}
