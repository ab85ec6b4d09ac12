import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { resolveOptions } from '@sheep-shed/options';
import { optionsOf } from '../../../src/hosts/host-options.ts';
import { type RunningHost, runHost } from '../../../src/hosts/run-host.ts';
import { worker } from '../../../src/hosts/worker/worker.ts';

const CLI = join(import.meta.dirname, '../../../src/hosts/cli.ts');

/** Starts a worker in this process; `lines` gets what it would write to standard output and standard error. */
export function startWorker(
  environment: Readonly<Record<string, string>>,
  lines: string[] = [],
  clock: () => number = () => performance.now(),
): Promise<RunningHost> {
  const all = { HOST_LOGS: '-', PORT: '0', ...environment };
  return runHost('worker', worker, resolveOptions(optionsOf(worker.options), { environment: all }), {
    random: Math.random,
    clock,
    now: Date.now,
    memorySizeMb: 512,
    peakMb: () => 64,
    out: (line) => lines.push(line),
    err: (line) => lines.push(line),
  });
}

/** A worker that is a process of its own. */
export interface WorkerProcess {
  /** Ends it as a crash would. */
  kill(): Promise<void>;
  /** Ends it in order. @returns its exit code. */
  stop(): Promise<unknown>;
}

/** Starts the command line, and waits until it consumes. */
export async function spawnWorker(
  environment: Readonly<Record<string, string>>,
  logs: string,
): Promise<WorkerProcess> {
  const env = { PATH: '', PORT: '0', HOST_LOGS: logs, ...environment };
  const child = spawn(process.execPath, [CLI, 'worker'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const ended = exited.then(([code]) => Promise.reject(new Error(`the worker ended with code ${code}`)));
  ended.catch(() => undefined);
  await Promise.race([once(lines, 'line'), ended]);
  const end = async (signal: NodeJS.Signals): Promise<unknown> => {
    child.kill(signal);
    return (await exited)[0];
  };
  return {
    kill: async () => {
      await end('SIGKILL');
    },
    stop: () => end('SIGTERM'),
  };
}
