import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

const MAX_FILES = 1_000;
const MAX_BYTES = 536_870_912;

/**
 * Removes the oldest log streams below a folder, so that the newest 1 000 and 512 MB stay.
 * @returns how many were removed.
 */
export async function pruneLogs(root: string, maxFiles = MAX_FILES, maxBytes = MAX_BYTES): Promise<number> {
  const entries = await readdir(root, { withFileTypes: true, recursive: true }).catch(() => []);
  const files = await Promise.all(
    entries
      .filter((entry) => entry.isFile() && entry.name.endsWith('.log'))
      .map(async (entry) => {
        const path = join(entry.parentPath, entry.name);
        const { size, mtimeMs } = await stat(path);
        return { path, size, mtimeMs };
      }),
  );
  files.sort((a, b) => b.mtimeMs - a.mtimeMs);
  let bytes = 0;
  const old = files.filter(({ size }, i) => {
    bytes += size;
    return i >= maxFiles || bytes > maxBytes;
  });
  await Promise.all(old.map(({ path }) => rm(path, { force: true })));
  return old.length;
}
