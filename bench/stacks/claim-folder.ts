import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** More runs at once than any machine bears. */
const MOST_RUNS = 100;

/** A folder that no other run uses meanwhile. */
export interface ClaimedFolder {
  readonly path: string;
  release(): Promise<void>;
}

/**
 * Claims a folder for this process, or where another one that lives has it `<folder>.2`, and so on: two runs of the
 * bench at once must not find each other's REPORT lines. A file `<folder>.lock` with the process's id says who has it.
 * @throws Error when a hundred are taken.
 */
export async function claimFolder(folder: string): Promise<ClaimedFolder> {
  await mkdir(dirname(folder), { recursive: true });
  for (let number = 1; number <= MOST_RUNS; number++) {
    const path = number === 1 ? folder : `${folder}.${number}`;
    const lock = `${path}.lock`;
    if (!(await isHeld(lock)) && (await takes(lock)))
      return { path, release: () => rm(lock, { force: true }) };
  }
  throw new Error(
    `${folder} and ${MOST_RUNS - 1} folders beside it are in use; remove their .lock files if not`,
  );
}

/** Whether the owner of a lock lives; that of a process that ended is taken away. */
async function isHeld(lock: string): Promise<boolean> {
  const owner = Number(await readFile(lock, 'utf8').catch(() => '0'));
  if (!(owner > 0)) return false;
  const isOwned = isAlive(owner);
  if (!isOwned) await rm(lock, { force: true });
  return isOwned;
}

/** Whether a process of that id lives. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Another user's process lives too.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function takes(lock: string): Promise<boolean> {
  try {
    await writeFile(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
