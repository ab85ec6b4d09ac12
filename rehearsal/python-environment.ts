import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Run } from './run.ts';

/** Something is missing on this machine; the message names the remedy. */
export class RehearsalUsageError extends Error {
  override readonly name = 'RehearsalUsageError';
}

const INSTALL_LIMIT_MS = 300_000;

/**
 * Makes the virtual environment of a requirements file in `.cache`, once for each content of the file.
 * @returns its folder of programs.
 * @throws RehearsalUsageError without `python3` or when the packages cannot be fetched.
 */
export async function ensurePython(root: string, requirements: string, run: Run): Promise<string> {
  const text = await readFile(requirements, 'utf8');
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 12);
  const folder = join(root, '.cache', `${basename(requirements, '.txt')}-${hash}`);
  const bin = join(folder, 'bin');
  const complete = join(folder, 'complete');
  if (existsSync(complete)) return bin;
  const settings = { cwd: root, env: process.env, limitMs: INSTALL_LIMIT_MS };
  await rm(folder, { recursive: true, force: true });
  await run('python3', ['-m', 'venv', folder], settings).catch((cause: unknown) => {
    throw new RehearsalUsageError('python3 with venv is needed: install Python 3.10 or later', { cause });
  });
  const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements];
  await run(join(bin, 'python'), install, settings).catch((cause: unknown) => {
    const why = 'the packages could not be installed: the first run needs a package index (or PIP_INDEX_URL)';
    throw new RehearsalUsageError(why, { cause });
  });
  await writeFile(complete, '');
  return bin;
}
