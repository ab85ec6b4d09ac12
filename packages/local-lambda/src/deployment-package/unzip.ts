import { createWriteStream } from 'node:fs';
import { chmod, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Entry, openPromise, validateFileName } from 'yauzl';
import { LocalLambdaError } from '../local-lambda-error.ts';

/** Lambda's limit for an unpacked deployment package: 250 MB. */
export const MAX_UNPACKED_BYTES = 262_144_000;

const MAX_ENTRIES = 100_000;
const S_IFMT = 0o170_000;
const S_IFLNK = 0o120_000;

/**
 * Unpacks a zip into a folder and makes its files read-only (executable where the zip says so); they replace what the
 * folder has of the same names.
 *
 * Refused before a byte leaves the folder or the limit: entries outside the folder, symbolic links, encrypted
 * entries, more than {@link MAX_UNPACKED_BYTES} in all.
 * @returns the number of bytes unpacked.
 * @throws LocalLambdaError naming the zip and the entry.
 */
export async function unzip(zipPath: string, targetDir: string): Promise<number> {
  let bytes = 0;
  let entries = 0;
  try {
    const zip = await openPromise(zipPath, { lazyEntries: true, decodeStrings: true, strictFileNames: true });
    await mkdir(targetDir, { recursive: true });
    for await (const entry of zip.eachEntry()) {
      bytes += entry.uncompressedSize;
      entries += 1;
      checkEntry(entry, bytes, entries);
      const path = join(targetDir, entry.fileName);
      if (entry.fileName.endsWith('/')) {
        await mkdir(path, { recursive: true });
        continue;
      }
      await mkdir(dirname(path), { recursive: true });
      const executable = ((entry.externalFileAttributes >>> 16) & 0o111) !== 0;
      // It may be there from a layer below; what is new cannot be a link.
      await rm(path, { force: true });
      // yauzl validates each entry's size against its header, so a lying header cannot exceed the limit.
      await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(path, { flags: 'wx' }));
      await chmod(path, executable ? 0o555 : 0o444);
    }
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new LocalLambdaError(`${zipPath}: ${message}`, { cause });
  }
  return bytes;
}

function checkEntry(entry: Entry, bytes: number, entries: number): void {
  const invalid = validateFileName(entry.fileName);
  if (invalid !== null) throw new LocalLambdaError(`entry "${entry.fileName}" is refused: ${invalid}`);
  if (((entry.externalFileAttributes >>> 16) & S_IFMT) === S_IFLNK) {
    throw new LocalLambdaError(`entry "${entry.fileName}" is refused: it is a symbolic link`);
  }
  if (bytes > MAX_UNPACKED_BYTES) {
    throw new LocalLambdaError(
      `entry "${entry.fileName}" is refused: unpacked, the zip is larger than ${MAX_UNPACKED_BYTES} bytes`,
    );
  }
  if (entries > MAX_ENTRIES) throw new LocalLambdaError(`it holds more than ${MAX_ENTRIES} entries`);
}
