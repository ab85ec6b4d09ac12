import { logFolder, type Window } from '@sheep-shed/log-insights';
import { listInvocations, summariseReports } from '@sheep-shed/log-insights/report-lines';
import { amqpConnect } from '../load/amqp-connection.ts';
import { startBareWorker } from '../load/start-bare-worker.ts';
import type { HostName } from '../results/names.ts';
import { createHostProcess } from './host-process.ts';
import type { LogAccess, Stack, TableAccess } from './stack.ts';
import { workerBinding } from './worker-protocol.ts';

/** A stack on a host that is not Lambda. */
export interface HostStackOptions {
  /** Such as `ts@container`. */
  readonly name: string;
  readonly host: Exclude<HostName, 'lambda'>;
  /** Conditions of Node with which the stack's sources are imported. */
  readonly conditions: readonly string[];
  readonly root: string;
  /** Folder of its log groups. */
  readonly logsDir: string;
  readonly table: TableAccess;
  /** What the functions find the table by. */
  readonly environment: Readonly<Record<string, string>>;
  /** Calls that the bench has under way at most. */
  readonly concurrency: number;
  /** Address of the broker; the worker needs it. */
  readonly broker: string | undefined;
  readonly onLine: (line: string) => void;
}

const LEAST_CONCURRENCY = 20;

/** Starts the functions on one of our hosts, in a process of its own, from their sources. */
export async function startHostStack(
  options: HostStackOptions,
): Promise<{ readonly stack: Stack; close(): Promise<void> }> {
  const { name, host, conditions, root, logsDir, table, broker, onLine } = options;
  let port = '0';
  const running = createHostProcess({
    root,
    host,
    conditions,
    args: () => [
      '--port',
      port,
      '--logs',
      logsDir,
      '--concurrency',
      String(Math.max(LEAST_CONCURRENCY, options.concurrency)),
    ],
    environment: { ...options.environment, ...(broker !== undefined && { AMQP_URL: broker }) },
    onLine,
  });
  const ready = await running.start().catch(async (error) => {
    await running.stop();
    throw error;
  });
  const [url = ''] = /http:\/\/\S+$/.exec(ready) ?? [];
  // It keeps its address when it is started anew.
  ({ port } = new URL(url));
  const restart = async () => {
    await running.stop();
    await running.start();
  };
  const isWorker = host === 'worker' && broker !== undefined;
  const stack: Stack = {
    name,
    url: isWorker ? `amqp://${new URL(broker).host}` : url,
    ...(isWorker && {
      connect: amqpConnect(workerBinding(broker)),
      startBare: (signal: AbortSignal) => startBareWorker(broker, signal),
    }),
    table,
    host: {
      functions: [],
      dropEnvironments: restart,
      settle: async () => {
        await running.cpuMs();
      },
    },
    logs: logsOf(host, logsDir),
    cold: { force: restart, restore: async () => undefined },
    cpu: async () => {
      const before = await running.cpuMs();
      return async () => (await running.cpuMs()) - before;
    },
  };
  return { stack, close: running.stop };
}

/** The logs of a host: all calls that ended before it was told to settle. */
function logsOf(host: string, folder: string): LogAccess {
  const source = logFolder(folder);
  const queryOf = (functionName: string, window: Window) => ({
    groups: [`/sheep-shed/${host}/${functionName}`],
    window,
    now: window.to,
  });
  return {
    isImmediate: true,
    async summarise(functionName, windows) {
      const hull = { from: windows[0]?.from ?? 0, to: windows.at(-1)?.to ?? 0 };
      const summaries = await summariseReports(source, { ...queryOf(functionName, hull), parts: windows });
      // The group is that of one function, whatever a query makes of its name.
      return { summary: [...summaries.values()][0], problem: undefined };
    },
    async list(functionName, window) {
      return {
        invocations: await listInvocations(source, queryOf(functionName, window)),
        problem: undefined,
      };
    },
  };
}
