import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Variant } from './variants.ts';

const ANSWER_LIMIT_MS = 60_000;

/** A running variant; it ends when its input ends, so also when this process does. */
export interface Worker {
  /**
   * Sends one line and waits for the line that answers it.
   * @throws Error naming the variant when it ends or takes longer than 60 s.
   */
  ask(line: string): Promise<string>;
  close(): void;
}

/** What a kernel answered, and how long each call took. */
export interface TimedCalls {
  readonly result: string;
  readonly millis: readonly number[];
}

/** Starts a process of a variant. */
export function startWorker({ name, program, args, environment }: Variant): Worker {
  const child = spawn(program, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...environment },
  });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const failed = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.stdin.once('error', reject);
    child.once('exit', (code, signal) => reject(new Error(`${name} ended with ${signal ?? `code ${code}`}`)));
  });
  failed.catch(() => {});
  return {
    async ask(line) {
      child.stdin.write(`${line}\n`);
      const limit = Promise.withResolvers<never>();
      const timer = setTimeout(
        () => limit.reject(new Error(`${name} took longer than ${ANSWER_LIMIT_MS / 1000} s to answer`)),
        ANSWER_LIMIT_MS,
      );
      try {
        const { value, done } = await Promise.race([answers.next(), failed, limit.promise]);
        return done === true ? await failed : value;
      } catch (error) {
        child.kill('SIGKILL');
        throw error;
      } finally {
        clearTimeout(timer);
      }
    },
    close: () => child.kill('SIGKILL'),
  };
}

/** Asks for calls of a kernel. */
export async function timeCalls(worker: Worker, command: string, calls: number): Promise<TimedCalls> {
  const [result = '', ...nanos] = (await worker.ask(`${command} ${calls}`)).split(' ');
  return { result, millis: nanos.map((text) => Number(text) / 1e6) };
}
