import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The folder of the Python stack. */
export const STACK = join(import.meta.dirname, '../../reference/python');

const OLDEST_MINOR = 10;
const INSTALL_TIMEOUT_MS = 300_000;

/** One Python of this machine; `minor` is 13 for Python 3.13. */
export interface Python {
  readonly path: string;
  readonly minor: number;
}

/** Finds one Python of each minor version from 3.10 on, on the PATH or kept by pyenv, the newest first. */
export async function findPythons(environment: NodeJS.ProcessEnv): Promise<Python[]> {
  const pyenv = join(environment['PYENV_ROOT'] ?? join(homedir(), '.pyenv'), 'versions');
  const kept = existsSync(pyenv) ? (await readdir(pyenv)).map((version) => join(pyenv, version, 'bin')) : [];
  const folders = [...(environment['PATH'] ?? '').split(delimiter), ...kept];
  const found = new Map<number, Python>();
  for (const folder of folders) {
    const names = existsSync(folder) ? await readdir(folder) : [];
    for (const name of names.filter((entry) => /^python3(\.\d+)?$/.test(entry))) {
      const path = join(folder, name);
      const minor = await minorOf(path);
      if (minor >= OLDEST_MINOR && !found.has(minor)) found.set(minor, { path, minor });
    }
  }
  return [...found.values()].sort((a, b) => b.minor - a.minor);
}

/** Minor version of a Python 3 that can make virtual environments; 0 for whatever cannot be run. */
async function minorOf(path: string): Promise<number> {
  try {
    const { stdout } = await run(path, ['-c', 'import sys, venv, ensurepip; print(sys.version_info.minor)'], {
      timeout: 10_000,
    });
    return Number(stdout);
  } catch {
    return 0;
  }
}

/**
 * Makes the virtual environment of a requirements file in `.cache/`, once for each content of the file.
 * @returns the environment's folder of programs.
 */
export async function ensureEnvironment(python: Python, requirements: string): Promise<string> {
  const cache = join(import.meta.dirname, '../../.cache');
  const folder = join(cache, `python-3.${python.minor}-${await fingerprint(requirements)}`);
  const complete = join(folder, 'complete');
  await mkdir(cache, { recursive: true });
  // Test files run side by side, and the first of them makes the environment.
  await holding(`${folder}.lock`, async () => {
    if (existsSync(complete)) return;
    await rm(folder, { recursive: true, force: true });
    await run(python.path, ['-m', 'venv', folder], { timeout: INSTALL_TIMEOUT_MS });
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements];
    await run(join(folder, 'bin/python'), pip, { cwd: STACK, timeout: INSTALL_TIMEOUT_MS });
    await writeFile(complete, '');
  });
  return join(folder, 'bin');
}

/** Runs work while this process alone holds the lock file; a lock whose process is gone is taken over. */
async function holding(lock: string, work: () => Promise<void>): Promise<void> {
  const deadline = Date.now() + 2 * INSTALL_TIMEOUT_MS;
  while (!(await take(lock))) {
    if (Date.now() > deadline) throw new Error(`${lock} is held for too long: remove it`);
    await delay(200);
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

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function fingerprint(requirements: string): Promise<string> {
  const text = await readFile(join(STACK, requirements), 'utf8');
  const included = [...text.matchAll(/^-r (.+)$/gm)].map(([, file]) => fingerprint(file as string));
  const hash = createHash('sha256').update(text);
  for (const part of await Promise.all(included)) hash.update(part);
  return hash.digest('hex').slice(0, 12);
}
