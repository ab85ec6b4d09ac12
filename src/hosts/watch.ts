import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';

/** What is run anew, and when. */
export interface WatchOptions {
  /** A program that stops in order when it gets the message `stop`, or when its channel closes. */
  readonly program: string;
  readonly args: readonly string[];
  /** Folders whose files it is made of. */
  readonly folders: readonly string[];
  /** Aborts when it shall end. */
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** One save of an editor is several changes. */
const SETTLE_MS = 100;
/** Above the longest grace of a host that anyone waits for at a desk. */
const STOP_LIMIT_MS = 60_000;

/** Runs a program, and stops and starts it in order whenever a file changes. Resolves when it was told to end. */
export async function runWatched({ program, args, folders, signal, say }: WatchOptions): Promise<void> {
  const aborted = once(signal, 'abort').then(() => 'end' as const);
  let changed = Promise.withResolvers<'change'>();
  let timer: NodeJS.Timeout | undefined;
  const onChange = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => changed.resolve('change'), SETTLE_MS);
  };
  for (const folder of folders)
    watch(folder, { recursive: true, signal }, onChange).on('error', () => undefined);
  while (!signal.aborted) {
    changed = Promise.withResolvers();
    const child = fork(program, args, { stdio: 'inherit' });
    const exited = once(child, 'exit');
    const first = await Promise.race([exited.then(() => 'exit' as const), changed.promise, aborted]);
    if (first === 'exit') {
      say('The host has ended; it starts again when a source changes');
      await Promise.race([changed.promise, aborted]);
    } else await stop(child, exited);
    if (!signal.aborted) say('A source has changed: the host starts again');
  }
  clearTimeout(timer);
}

async function stop(child: ChildProcess, exited: Promise<unknown>): Promise<void> {
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
  if (child.connected) child.send('stop', () => undefined);
  await exited;
  clearTimeout(force);
}
