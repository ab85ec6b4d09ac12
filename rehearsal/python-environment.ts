import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Run } from './run.ts';

/** Something is missing on this machine; the message names the remedy. */
export class RehearsalUsageError extends Error {
  override readonly name = 'RehearsalUsageError';
}

const INSTALL_LIMIT_MS = 300_000;
/** Of what is installed little is ever imported: that is compiled when it is. */
const OPTIONS = ['--quiet', '--disable-pip-version-check', '--no-compile'];
const LOCK_LIMIT_MS = 2 * INSTALL_LIMIT_MS;
const LOCK_INTERVAL_MS = 200;

/**
 * Makes the virtual environment of a requirements file in `.cache`, once for each content of the file and each Python.
 * @param python the interpreter, which must have `venv`.
 * @returns its folder of programs.
 * @throws RehearsalUsageError without the interpreter or when the packages cannot be fetched.
 */
export async function ensurePython(
  root: string,
  requirements: string,
  run: Run,
  python = 'python3',
): Promise<string> {
  const cache = join(root, '.cache');
  const folder = join(cache, `${basename(requirements, '.txt')}-${await fingerprint(requirements, python)}`);
  const bin = join(folder, 'bin');
  const complete = join(folder, 'complete');
  if (existsSync(complete)) return bin;
  await mkdir(cache, { recursive: true });
  // Tests and checks run side by side, and the first of them makes the environment.
  await holding(`${folder}.lock`, async () => {
    if (existsSync(complete)) return;
    const settings = { cwd: dirname(requirements), env: process.env, limitMs: INSTALL_LIMIT_MS };
    await rm(folder, { recursive: true, force: true });
    await run(python, ['-m', 'venv', folder], settings).catch((cause: unknown) => {
      throw new RehearsalUsageError(`${python} with venv is needed: install Python 3.10 or later`, { cause });
    });
    const install = ['-m', 'pip', 'install', ...OPTIONS, '-r', requirements];
    await run(join(bin, 'python'), install, settings).catch((cause: unknown) => {
      const why =
        'the packages could not be installed: the first run needs a package index (or PIP_INDEX_URL)';
      throw new RehearsalUsageError(why, { cause });
    });
    await writeFile(complete, '');
  });
  return bin;
}

/** Runs work while this process alone holds the lock file; a lock whose process is gone is taken over. */
async function holding(lock: string, work: () => Promise<void>): Promise<void> {
  const deadline = Date.now() + LOCK_LIMIT_MS;
  while (!(await take(lock))) {
    if (Date.now() > deadline) throw new RehearsalUsageError(`${lock} is held for too long: remove it`);
    await sleep(LOCK_INTERVAL_MS);
  }
  try {
    await work();
  } finally {
    await rm(lock, { force: true });
  }
}

async function take(lock: string): Promise<boolean> {
  try {
    await writeFile(lock, `${process.pid}`, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const holder = Number(await readFile(lock, 'utf8').catch(() => ''));
    if (holder > 0 && !isAlive(holder)) await rm(lock, { force: true });
    return false;
  }
}

/** Whether a process of this id exists. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function fingerprint(requirements: string, python: string): Promise<string> {
  const text = await readFile(requirements, 'utf8');
  const included = [...text.matchAll(/^-r (.+)$/gm)].map(([, file = '']) =>
    fingerprint(join(dirname(requirements), file), python),
  );
  const hash = createHash('sha256').update(text).update(python);
  for (const part of await Promise.all(included)) hash.update(part);
  return hash.digest('hex').slice(0, 12);
}
