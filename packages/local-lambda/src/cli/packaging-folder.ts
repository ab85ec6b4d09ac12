import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '../is-alive.ts';

const NAME = /^local-lambda-package-(\d+)-\w+$/;

/**
 * Makes a folder for the temporary files of a packaging, since plugins that bundle leave theirs behind; removes those
 * of processes that have ended before they could.
 */
export async function makePackagingFolder(): Promise<string> {
  for (const name of await readdir(tmpdir()).catch(() => [])) {
    const owner = Number(NAME.exec(name)?.[1]);
    if (owner > 0 && !isAlive(owner)) await removePackagingFolder(join(tmpdir(), name));
  }
  return mkdtemp(join(tmpdir(), `local-lambda-package-${process.pid}-`));
}

/** Removes such a folder; never rejects: what writes into it still is found by the next packaging. */
export async function removePackagingFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true }).catch(() => undefined);
}
