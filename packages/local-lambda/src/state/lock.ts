import { readFileSync } from 'node:fs';
import { readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LocalLambdaError } from '../local-lambda-error.ts';

/**
 * Takes a folder for this process: a file in it names the process and when it started, so that the file of one that
 * was killed holds nobody up.
 * @returns gives the folder back.
 * @throws LocalLambdaError naming the process that has it.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, 'lock');
  const own = `${process.pid} ${startOf(process.pid)}`;
  for (;;) {
    try {
      await writeFile(path, own, { flag: 'wx', mode: 0o600 });
      return () => unlink(path).catch(() => undefined);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
        const { message } = error as Error;
        throw new LocalLambdaError(`state: ${folder} cannot be written to (${message})`, { cause: error });
      }
    }
    const [pid = '', start = ''] = (await readFile(path, 'utf8').catch(() => '')).split(' ');
    if (Number(pid) > 0 && isAlive(Number(pid)) && startOf(Number(pid)) === start) {
      throw new LocalLambdaError(`state: ${folder} is in use by the process ${pid}; give each host its own`);
    }
    await unlink(path).catch(() => undefined);
  }
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

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
