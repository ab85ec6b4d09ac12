import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ensurePython } from '../../rehearsal/python-environment.ts';
import { runUntil } from '../../rehearsal/run.ts';
import { type Lab, ROOT } from '../experiment.ts';

/** A worker process that serves echo from its queue. */
export interface EchoWorker {
  readonly name: string;
  readonly queue: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** How the queues are made. */
export type QueueKind = 'transient' | 'durable';

const PREFETCH = 1000;
const STOP_LIMIT_MS = 10_000;

/** Starts the earlier runtime's worker, rebuilt. */
export async function startEarlierWorker(url: string, kind: QueueKind, lab: Lab): Promise<EchoWorker> {
  const requirements = join(import.meta.dirname, 'requirements.txt');
  const bin = await ensurePython(ROOT, requirements, runUntil(lab.signal));
  const queue = `earlier-${kind}`;
  const program = join(import.meta.dirname, 'earlier_worker.py');
  return start('earlier worker (Python)', join(bin, 'python'), [program, url, queue, kind], queue, lab);
}

/** Starts this project's worker, with records and metrics as ever. */
export function startWorker(url: string, kind: QueueKind, lab: Lab): Promise<EchoWorker> {
  const queuePrefix = `${kind}.`;
  const logs = join(lab.folder, `logs-${kind}`);
  const options = ['--queue', kind, '--queue-prefix', queuePrefix, '--concurrency', String(PREFETCH)];
  const others = ['--broker', url, '--function', 'echo', '--port', '0', '--logs', logs];
  const words = [join(ROOT, 'src/hosts/cli.ts'), 'worker', ...options, ...others];
  return start('worker', process.execPath, words, `${queuePrefix}echo`, lab);
}

/** Starts a program, which is ready when it prints its first line. */
async function start(
  name: string,
  program: string,
  words: readonly string[],
  queue: string,
  lab: Lab,
): Promise<EchoWorker> {
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'inherit'], cwd: ROOT });
  const exited = once(child, 'exit');
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGCONT');
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
    await exited;
    clearTimeout(timer);
  };
  lab.atEnd(stop);
  const lines = createInterface({ input: child.stdout });
  const ended = exited.then(() => Promise.reject(new Error(`${name} ended before it was ready`)));
  ended.catch(() => undefined);
  await Promise.race([once(lines, 'line', { signal: lab.signal }), ended]);
  return { name, queue, pid: child.pid ?? 0, stop };
}
