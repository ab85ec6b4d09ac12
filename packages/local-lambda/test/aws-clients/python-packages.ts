import { execFile } from 'node:child_process';
import { access, mkdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A Python interpreter and a folder with the packages that a test asked for. */
export interface PythonPackages {
  readonly python: string;
  readonly folder: string;
}

/**
 * Installs pinned Python packages into `.cache` on first use.
 * @returns a one-line reason when there is no Python or no network.
 */
export async function pythonPackages(...pins: readonly string[]): Promise<PythonPackages | string> {
  const folder = resolve('.cache', `test-${pins.join('-').replaceAll('==', '-')}`);
  try {
    const { stdout } = await run('python3', ['-S', '-c', 'import sys; print(sys.executable)']);
    const python = stdout.trim();
    if (
      await access(folder).then(
        () => true,
        () => false,
      )
    )
      return { python, folder };
    const partial = `${folder}.${process.pid}`;
    await mkdir(partial, { recursive: true });
    const flags = ['--quiet', '--disable-pip-version-check', '--only-binary=:all:', '--target', partial];
    await run(python, ['-m', 'pip', 'install', ...flags, ...pins], { timeout: 180_000 });
    await rename(partial, folder).catch(() => rm(partial, { recursive: true }));
    return { python, folder: join(folder) };
  } catch (error) {
    return `${pins.join(' ')} cannot be installed: ${(error as Error).message.split('\n')[0]}`;
  }
}
