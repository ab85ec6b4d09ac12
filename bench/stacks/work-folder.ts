import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { isAlive } from './claim-folder.ts';

const GIT_LIMIT_MS = 60_000;

/**
 * Makes a new folder for a piece of work of this process: `.<name>-<process id>-<random>`. By that name the next run
 * finds what a killed one left behind.
 */
export async function makeWorkFolder(parent: string, name: string): Promise<string> {
  await mkdir(parent, { recursive: true });
  return mkdtemp(join(parent, `.${name}-${process.pid}-`));
}

/** Removes a work folder; one that holds a worktree of git goes from git's books too. Never rejects. */
export async function removeWorkFolder(root: string, folder: string): Promise<void> {
  if (existsSync(join(folder, '.git'))) {
    const args = ['-C', root, 'worktree', 'remove', '--force', folder];
    await promisify(execFile)('git', args, { timeout: GIT_LIMIT_MS }).catch(() => undefined);
  }
  // A tool of a killed run may write into it until it ends: a later run finds it again.
  await rm(folder, { recursive: true, force: true }).catch(() => undefined);
}

/** Removes the work folders of processes that have ended. @param root the repository. */
export async function removeOrphans(root: string, parent: string): Promise<void> {
  for (const name of await readdir(parent).catch(() => [])) {
    const owner = Number(/^\.[a-z0-9]+-([0-9]+)-[A-Za-z0-9]+$/.exec(name)?.[1]);
    if (owner > 0 && !isAlive(owner)) await removeWorkFolder(root, join(parent, name));
  }
}
