import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** One of our hosts in a process of its own. */
export interface HostProcess {
  /** Starts it; resolves with the line that says that it is ready. */
  start(): Promise<string>;
  /** Ends it in order. */
  stop(): Promise<void>;
  /**
   * What it has used of CPU since it started, in ms.
   * @returns once everything that its functions did before is written to its logs.
   */
  cpuMs(): Promise<number>;
}

/** How a host is started. */
export interface HostProcessOptions {
  readonly root: string;
  readonly host: string;
  /** Of Node, such as which adapter `#dynamodb-shed` is. */
  readonly conditions: readonly string[];
  /** Of the host; asked for at each start. */
  readonly args: () => readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Hears what it says besides that it is ready. */
  readonly onLine: (line: string) => void;
}

/** Logs are flushed every 100 ms; a timer of the same loop that comes later than that finds them written. */
const FLUSHED_MS = 120;
const START_LIMIT_MS = 30_000;
const STOP_LIMIT_MS = 15_000;
const READY = /^(Listening on|Consuming from) /;

/** Ends the host with this process, however this one ends, and tells its CPU time when asked. */
const PRELOAD = `data:text/javascript,${encodeURIComponent(`
process.on('disconnect', () => process.exit());
process.on('message', () => setTimeout(() => {
  const { user, system } = process.cpuUsage();
  process.send({ cpuMs: (user + system) / 1000 });
}, ${FLUSHED_MS}));`)}`;

/** Makes a host that is not started yet. */
export function createHostProcess(options: HostProcessOptions): HostProcess {
  const { root, host, conditions, args, environment, onLine } = options;
  let child: ChildProcess | undefined;

  async function start(): Promise<string> {
    const flags = [...conditions.map((one) => `--conditions=${one}`), `--import=${PRELOAD}`];
    const started = spawn(process.execPath, [...flags, join(root, 'src/hosts/cli.ts'), host, ...args()], {
      cwd: root,
      env: { PATH: process.env['PATH'], ...environment },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    child = started;
    const said: string[] = [];
    const ready = Promise.withResolvers<string>();
    for (const stream of [started.stdout, started.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        if (READY.test(line)) ready.resolve(line);
        else if (!line.startsWith('Stopping')) {
          said.push(line);
          onLine(`${host}: ${line}`);
        }
      });
    }
    const why = () => said.slice(-5).join(' ');
    started.once('error', ready.reject);
    started.once('exit', () => ready.reject(new Error(`the ${host} ended before it was ready: ${why()}`)));
    const late = setTimeout(() => {
      ready.reject(new Error(`the ${host} is not ready after ${START_LIMIT_MS / 1000} s: ${why()}`));
      started.kill('SIGKILL');
    }, START_LIMIT_MS);
    try {
      return await ready.promise;
    } finally {
      clearTimeout(late);
    }
  }

  return {
    start,
    stop: async () => {
      const ending = child;
      child = undefined;
      if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return;
      const exited = once(ending, 'exit');
      ending.kill('SIGTERM');
      const late = setTimeout(() => ending.kill('SIGKILL'), STOP_LIMIT_MS);
      await exited;
      clearTimeout(late);
    },
    cpuMs: async () => {
      const asked = child;
      if (asked === undefined || !asked.connected) throw new Error(`the ${host} has ended`);
      const over = new AbortController();
      const { signal } = over;
      const answered = once(asked, 'message', { signal }) as Promise<[{ readonly cpuMs: number }]>;
      const ended = once(asked, 'exit', { signal }).then(() => {
        throw new Error(`the ${host} has ended`);
      });
      asked.send('cpu');
      try {
        const [{ cpuMs }] = await Promise.race([answered, ended]);
        return cpuMs;
      } finally {
        over.abort();
      }
    },
  };
}
