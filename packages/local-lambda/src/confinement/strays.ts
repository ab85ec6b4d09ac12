import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Ends what environments leave running in sessions of their own, where their process group does not reach. */
export interface Strays {
  /** Kills all processes that have this text in their environment; resolves when that is done. */
  kill(text: string): Promise<void>;
}

/** Environments that end together share a look at all processes, after so many ms. */
const TOGETHER_MS = 20;

/** Makes what ends strays. @param procDir `/proc`; where there is none, nothing is found. */
export function createStrays(procDir: string): Strays {
  let texts: string[] = [];
  let looking: Promise<void> | undefined;
  return {
    kill: (text) => {
      texts.push(text);
      looking ??= new Promise<void>((resolve) => setTimeout(resolve, TOGETHER_MS)).then(() => {
        const wanted = texts;
        texts = [];
        looking = undefined;
        return killWith(wanted, procDir);
      });
      return looking;
    },
  };
}

/**
 * Kills all processes of this user whose environment, as they were started with it, holds one of the texts; never this
 * process itself.
 */
export async function killWith(texts: readonly string[], procDir = '/proc'): Promise<void> {
  const names = await readdir(procDir).catch(() => []);
  const pids = names.filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  await Promise.all(
    pids.map(async (pid) => {
      // Those of other users cannot be read.
      const environment = await readFile(join(procDir, pid, 'environ'), 'utf8').catch(() => '');
      if (!texts.some((text) => environment.includes(text))) return;
      try {
        process.kill(Number(pid), 'SIGKILL');
      } catch {
        // It has just ended.
      }
    }),
  );
}
