import { spawn } from 'node:child_process';
import { openProcessCpu } from './cpu-time.ts';
import { openProcessMemory } from './memory.ts';
import type { Counters } from './meter.ts';

/** How to start a runtime. */
export interface RuntimeCommand {
  readonly file: string;
  readonly args: readonly string[];
}

/** One process of an environment. */
export interface RuntimeProcess {
  readonly pid: number | undefined;
  readonly counters: Counters;
  /** Whether it has ended, even if its output is still awaited. */
  isGone(): boolean;
  /** Sends a signal to the process and all that it started. */
  signal(name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void;
}

/** How a process ended; `error` when it could not be started at all. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly error: NodeJS.ErrnoException | undefined;
}

/** After its end, output that a process left in its pipes is awaited this long, in ms: a grandchild may hold them open for ever. */
const OUTPUT_GRACE_MS = 200;

/**
 * Starts a process in a process group of its own, without a shell, with exactly the given variables.
 * @param onExit is called once, after all output, also when the process could not be started.
 */
export function startProcess(
  command: RuntimeCommand,
  options: {
    readonly cwd: string;
    readonly env: Readonly<Record<string, string>>;
    /** Where memory counters are looked for. */
    readonly procDir: string;
  },
  onOutput: (source: 'stdout' | 'stderr', chunk: Buffer) => void,
  onExit: (exit: ProcessExit) => void,
): RuntimeProcess {
  const child = spawn(command.file, command.args, {
    cwd: options.cwd,
    env: { ...options.env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { pid } = child;
  const memory = pid === undefined ? undefined : openProcessMemory(pid, options.procDir);
  const cpu = pid === undefined ? undefined : openProcessCpu(pid, options.procDir);
  let gone = false;
  let exited = false;
  const finish = (exit: ProcessExit): void => {
    if (exited) return;
    exited = true;
    child.stdout?.destroy();
    child.stderr?.destroy();
    memory?.close();
    cpu?.close();
    onExit(exit);
  };
  function send(name: NodeJS.Signals): void {
    // Once the process is gone its number may be another's.
    if (child.pid === undefined || gone) return;
    try {
      process.kill(-child.pid, name);
    } catch {
      // The group is gone already.
    }
  }
  // Undefined when the process could not be started for lack of descriptors.
  child.stdout?.on('data', (chunk: Buffer) => onOutput('stdout', chunk));
  child.stderr?.on('data', (chunk: Buffer) => onOutput('stderr', chunk));
  child.once('error', (error) => finish({ code: null, signal: null, error }));
  child.once('exit', (code, signal) => {
    send('SIGKILL');
    gone = true;
    const exit = { code, signal, error: undefined };
    const timer = setTimeout(() => finish(exit), OUTPUT_GRACE_MS);
    child.once('close', () => {
      clearTimeout(timer);
      finish(exit);
    });
  });
  return { pid, counters: { memory, cpu }, isGone: () => gone, signal: send };
}
