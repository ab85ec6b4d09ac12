import { chmod, lstat, readdir, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** Takes the right to write from a folder and the folders in it; their files have lost it when they were written. */
export async function makeReadOnly(folder: string): Promise<void> {
  for (const path of await foldersIn(folder)) await chmod(path, 0o555);
}

/** Removes a folder that may hold read-only folders, or nothing at all. */
export async function removeFolder(folder: string): Promise<void> {
  // Only root and the owner's right to write can remove what lies in a folder.
  for (const path of await foldersIn(folder)) await chmod(path, 0o700).catch(() => undefined);
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}

/**
 * Remembers a folder's entries, so that one can ask later what was added, removed or written to. Root may write
 * whatever the rights say.
 * @returns names the first entry that changed since, relative to the folder; undefined: none did.
 */
export async function watchForChanges(folder: string): Promise<() => Promise<string | undefined>> {
  const before = await stamps(folder);
  return async () => {
    const after = await stamps(folder);
    const changed = [...new Set([...before.keys(), ...after.keys()])].find(
      (path) => before.get(path) !== after.get(path),
    );
    return changed === undefined ? undefined : relative(folder, changed);
  };
}

async function stamps(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  const found = new Map<string, string>();
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    const { size, mtimeMs, ino } = await lstat(path).catch(() => ({ size: -1, mtimeMs: 0, ino: 0 }));
    found.set(path, `${ino} ${entry.isDirectory() ? 0 : size} ${mtimeMs}`);
  }
  return found;
}

async function foldersIn(folder: string): Promise<string[]> {
  const found: string[] = [];
  const open = [folder];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    const entries = await readdir(path, { withFileTypes: true }).catch(() => undefined);
    if (entries === undefined) continue;
    found.push(path);
    for (const entry of entries) if (entry.isDirectory()) open.push(join(path, entry.name));
  }
  return found;
}
