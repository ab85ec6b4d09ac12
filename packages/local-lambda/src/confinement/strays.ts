import { closeSync, openSync, readSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Ends what environments leave running in sessions of their own, where their process group does not reach. */
export interface Strays {
  /** Kills all processes that have this text in their environment; resolves when that is done. */
  kill(text: string): Promise<void>;
}

/** Environments that end together share a look at all processes, after so many ms. */
const TOGETHER_MS = 20;
/** So many processes are looked at before other work has its turn. */
const AT_ONCE = 32;
/** Linux allows no longer environments than this together with the arguments, in bytes, unless its stack limit is raised. */
const MAX_ENVIRON_BYTES = 2_097_152;

/** Makes what ends strays. @param procDir `/proc`; where there is none, nothing is found. */
export function createStrays(procDir: string): Strays {
  let texts: string[] = [];
  let waiting: Promise<void> | undefined;
  /** One look at a time: those who come meanwhile share the next. */
  let looking: Promise<void> = Promise.resolve();

  async function lookTogether(): Promise<void> {
    await Promise.allSettled([looking, new Promise<void>((resolve) => setTimeout(resolve, TOGETHER_MS))]);
    const wanted = texts;
    texts = [];
    waiting = undefined;
    looking = killWith(wanted, procDir);
    await looking;
  }

  return {
    kill: (text) => {
      texts.push(text);
      waiting ??= lookTogether();
      return waiting;
    },
  };
}

/**
 * Kills all processes of this user whose environment, as they were started with it, holds one of the texts; never this
 * process itself.
 *
 * Reads at once, into one buffer: for each of hundreds of processes, a promise and a buffer of its own cost several times
 * the reading.
 */
export async function killWith(texts: readonly string[], procDir = '/proc'): Promise<void> {
  const names = await readdir(procDir).catch(() => []);
  const wanted = texts.map((text) => Buffer.from(text));
  let looked = 0;
  for (const name of names) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    looked += 1;
    if (looked % AT_ONCE === 0) await nextTurn();
    const environment = readEnvironment(`${procDir}/${name}/environ`);
    if (!wanted.some((text) => environment.includes(text))) continue;
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has just ended.
    }
  }
}

let scratch = Buffer.allocUnsafeSlow(16_384);

/** Valid until the next call; empty where it cannot be read, as that of another user's process. */
function readEnvironment(path: string): Buffer {
  let length = 0;
  let fd: number | undefined;
  try {
    fd = openSync(path, 'r');
    for (;;) {
      const bytes = readSync(fd, scratch, length, scratch.length - length, null);
      length += bytes;
      if (bytes === 0 || length >= MAX_ENVIRON_BYTES) break;
      if (length === scratch.length) scratch = Buffer.concat([scratch], scratch.length * 2);
    }
  } catch {
    // Gone, or not ours.
  }
  if (fd !== undefined) closeSync(fd);
  return scratch.subarray(0, length);
}
