import { rmdirSync, rmSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

/** How much log stays on disk. */
export interface LogLimits {
  readonly maxFiles: number;
  readonly maxBytes: number;
}

/** The same behind the group's folder. */
const STREAM_PATH = /\/\d{4}\/\d\d\/\d\d\/[^/]*$/;
const DAY_MS = 86_400_000;

/** The newest 1 000 streams and 512 MB. */
export const LOG_LIMITS: LogLimits = { maxFiles: 1_000, maxBytes: 536_870_912 };

/** The end of the path of a stream's file: what else lies in the folder is not ours to remove. */
const STREAM_FILE = /\/\d{4}\/\d\d\/\d\d\/\[(?:\$LATEST|\d+)\][0-9a-f]{32}(~\d{4,})?\.log$/;

/**
 * Removes the oldest log streams below a folder, and folders that are empty then, so that the newest stay; and those
 * whose last event is older than the days of their group.
 * @param days by the group's folder, such as `/aws/lambda/a`.
 * @param beforeRemove is told of each file in the same turn in which it is removed.
 * @returns how many were removed.
 */
export async function pruneLogs(
  root: string,
  { maxFiles, maxBytes }: LogLimits = LOG_LIMITS,
  beforeRemove: (path: string) => void = () => undefined,
  days: Readonly<Record<string, number>> = {},
): Promise<number> {
  const entries = await readdir(root, { withFileTypes: true, recursive: true }).catch(() => []);
  const found = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => STREAM_FILE.test(path))
      .map(async (path) => {
        // Another host may remove it just now.
        const { size, mtimeMs } = await stat(path).catch(() => ({ size: -1, mtimeMs: 0 }));
        return { path, size, mtimeMs };
      }),
  );
  const files = found.filter(({ size }) => size >= 0).sort((a, b) => b.mtimeMs - a.mtimeMs);
  const nowMs = Date.now();
  let bytes = 0;
  const old = files.filter(({ size, path, mtimeMs }, i) => {
    bytes += size;
    if (i >= maxFiles || bytes > maxBytes) return true;
    const kept = days[`/${relative(root, path).replace(STREAM_PATH, '')}`];
    return kept !== undefined && mtimeMs < nowMs - kept * DAY_MS;
  });
  for (const { path } of old) {
    beforeRemove(path);
    rmSync(path, { force: true });
    removeEmptyFolders(dirname(path), root);
  }
  return old.length;
}

function removeEmptyFolders(folder: string, root: string): void {
  try {
    for (let path = folder; path.length > root.length; path = dirname(path)) rmdirSync(path);
  } catch {
    // It is not empty, or gone.
  }
}
