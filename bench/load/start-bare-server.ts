import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Connect } from './connection.ts';

const SERVER = fileURLToPath(new URL('./bare-server.ts', import.meta.url));
const START_LIMIT_MS = 20_000;

/** A server that does nothing but answer with the path it was asked for. */
export interface BareServer {
  readonly url: string;
  readonly pid: number | undefined;
  /** Makes connections to it; sockets where absent. */
  readonly connect?: Connect;
  close(): Promise<void>;
}

/**
 * Starts a bare Node server in a process of its own, which ends with this one, however this one ends.
 * @throws Error when it does not listen within 20 s; the reason of the signal when it aborts.
 */
export async function startBareServer(signal: AbortSignal): Promise<BareServer> {
  const { said, ...server } = await startBare(SERVER, [], signal);
  return { ...server, url: `http://127.0.0.1:${Number(said['port'])}` };
}

/** Starts a bare server's file; `said` is what it tells when it is ready. @throws as {@link startBareServer}. */
export async function startBare(
  file: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<Omit<BareServer, 'url'> & { readonly said: Readonly<Record<string, unknown>> }> {
  signal.throwIfAborted();
  const child = fork(file, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: [] });
  const exited = once(child, 'exit');
  const limits = AbortSignal.any([signal, AbortSignal.timeout(START_LIMIT_MS)]);
  const [message] = await Promise.race([
    once(child, 'message', { signal: limits }),
    exited.then(([code]) =>
      Promise.reject(new Error(`the bare server ended at its start with exit code ${code}`)),
    ),
  ]).catch((error) => {
    child.kill('SIGKILL');
    throw signal.aborted ? signal.reason : error;
  });
  return {
    said: message,
    pid: child.pid,
    async close() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
