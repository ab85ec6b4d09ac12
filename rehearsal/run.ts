import { spawn } from 'node:child_process';

/** Where and how long a command runs. */
export interface RunSettings {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Milliseconds after which the command and its children are killed. */
  readonly limitMs: number;
}

/** Runs a command to its end and gives what it printed; rejects with {@link CommandError}. */
export type Run = (command: string, args: readonly string[], settings: RunSettings) => Promise<string>;

/** A command that failed, with all that it printed. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly output: string;

  constructor(message: string, output: string) {
    super(message);
    this.output = output;
  }
}

const OUTPUT_LIMIT = 4_000_000;

/** Makes a {@link Run} whose commands are killed, with their children, when the signal aborts. */
export function runUntil(signal: AbortSignal): Run {
  return (command, args, { cwd, env, limitMs }) =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const named = [command.split('/').at(-1), ...args].join(' ');
      // A process group of its own, so that the whole group can be killed.
      const child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
      let output = '';
      let why: string | undefined;
      const kill = (reason: string) => {
        why = reason;
        if (child.pid !== undefined) killGroup(child.pid);
      };
      const onAbort = () => kill('was interrupted');
      signal.addEventListener('abort', onAbort, { once: true });
      const timer = setTimeout(() => kill(`took longer than ${limitMs / 1000} s`), limitMs);
      const take = (chunk: Buffer) => {
        output = (output + chunk.toString()).slice(-OUTPUT_LIMIT);
      };
      child.stdout.on('data', take);
      child.stderr.on('data', take);
      const settle = (problem: string | undefined) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        if (problem === undefined) resolve(output);
        else reject(new CommandError(`${named} ${problem}`, output));
      };
      child.once('error', (error) => settle(`could not be started: ${error.message}`));
      child.once('close', (code) => settle(why ?? (code === 0 ? undefined : `ended with exit code ${code}`)));
    });
}

/** Kills a process group; one that is gone already is no error. */
export function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}
