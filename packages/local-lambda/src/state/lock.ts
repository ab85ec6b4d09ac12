import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, readdir, rename, rm, rmdir, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive } from '../is-alive.ts';
import { LocalLambdaError } from '../local-lambda-error.ts';

/**
 * Takes a folder for this process: a folder `lock` in it holds one file, whose name says which process has it and when
 * that started, so that the file of one that was killed holds nobody up.
 *
 * A folder takes the place of another one only when that is empty, and each process removes the files of the dead by
 * their own names: of several processes that find a dead one's file at once, one gets the lock.
 * @returns gives the folder back.
 * @throws LocalLambdaError naming the process that has it.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const lock = join(folder, 'lock');
  const mine = join(folder, `lock-${randomUUID()}`);
  const own = `${process.pid}-${startOf(process.pid)}`;
  try {
    await mkdir(mine, { mode: 0o700 });
    await writeFile(join(mine, own), '', { mode: 0o600 });
    while (!(await takesPlace(mine, lock))) await removeDead(lock, folder);
  } catch (error) {
    await rm(mine, { recursive: true, force: true });
    if (error instanceof LocalLambdaError) throw error;
    const { message } = error as Error;
    throw new LocalLambdaError(`state: ${folder} cannot be written to (${message})`, { cause: error });
  }
  return async () => {
    await unlink(join(lock, own)).catch(() => undefined);
    // Unless another one has it already.
    await rmdir(lock).catch(() => undefined);
  };
}

/** Gives a folder another name, unless a folder of that name holds something. */
async function takesPlace(folder: string, name: string): Promise<boolean> {
  try {
    await rename(folder, name);
    return true;
  } catch (error) {
    if (isOneOf(error, 'ENOTEMPTY', 'EEXIST')) return false;
    throw error;
  }
}

/** @throws LocalLambdaError when one of the processes runs. */
async function removeDead(lock: string, folder: string): Promise<void> {
  for (const name of await readdir(lock).catch(unlessGone([]))) {
    const [pid = '', start = ''] = name.split('-');
    if (Number(pid) > 0 && isAlive(Number(pid)) && startOf(Number(pid)) === start) {
      throw new LocalLambdaError(`state: ${folder} is in use by the process ${pid}; give each host its own`);
    }
    await unlink(join(lock, name)).catch(unlessGone(undefined));
  }
}

function unlessGone<T>(value: T): (error: unknown) => T {
  return (error) => {
    if (isOneOf(error, 'ENOENT')) return value;
    throw error;
  };
}

function isOneOf(error: unknown, ...codes: readonly string[]): boolean {
  return codes.includes((error as NodeJS.ErrnoException).code ?? '');
}

/** When a process started, in ticks since the machine did; empty where there is no `/proc`. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
