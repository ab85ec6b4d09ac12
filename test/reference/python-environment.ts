import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { ensurePython } from '../../rehearsal/python-environment.ts';
import { runUntil } from '../../rehearsal/run.ts';

const run = promisify(execFile);

/** The folder of the project. */
export const ROOT = join(import.meta.dirname, '../..');

/** The folder of the Python stack. */
export const STACK = join(ROOT, 'reference/python');

const OLDEST_MINOR = 10;

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
  const tried = new Set<string>();
  for (const folder of folders) {
    const names = existsSync(folder) ? await readdir(folder) : [];
    for (const name of names.filter((entry) => /^python3(\.\d+)?$/.test(entry))) {
      const path = join(folder, name);
      // `python3` is most often a link to one of the others.
      const program = await realpath(path).catch(() => path);
      if (tried.has(program)) continue;
      tried.add(program);
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
 * Makes the virtual environment of a requirements file of the stack, once for each content of the file.
 * @returns the environment's folder of programs.
 */
export function ensureEnvironment(python: Python, requirements: string): Promise<string> {
  const never = new AbortController().signal;
  return ensurePython(ROOT, join(STACK, requirements), runUntil(never), python.path);
}
