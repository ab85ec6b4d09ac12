import { constants, type Stats } from 'node:fs';
import { chmod, copyFile, mkdir, readdir, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { LocalLambdaError } from '../local-lambda-error.ts';
import type { FunctionCode } from './functions.ts';
import { makeReadOnly } from './read-only-folder.ts';
import { MAX_UNPACKED_BYTES, unzip } from './unzip.ts';

const MAX_ENTRIES = 100_000;

/**
 * Puts a function's code into a folder that does not exist yet, and makes it read-only, as it is on Lambda: unpacked
 * where it is a zip, copied where it is a folder.
 * @returns the number of its bytes.
 * @throws LocalLambdaError naming the zip or folder and what is refused in it.
 */
export async function placeCode(code: FunctionCode, target: string): Promise<number> {
  const bytes = await unpackCode(code, target);
  await makeReadOnly(target);
  return bytes;
}

/**
 * Puts code into a folder whose files it replaces where they have the same names; its files are read-only then.
 * @returns the number of its bytes.
 * @throws LocalLambdaError naming the zip or folder and what is refused in it.
 */
export async function unpackCode(code: FunctionCode, target: string): Promise<number> {
  switch (code.kind) {
    case 'zip':
      return unzip(code.path, target);
    case 'folder':
      return copyFolder(code.path, target);
    case 'image':
      await mkdir(target, { recursive: true });
      return 0;
    case 'inline':
      await mkdir(target, { recursive: true });
      await writeFile(join(target, code.file), code.source, { mode: 0o444 });
      return Buffer.byteLength(code.source);
  }
}

/** Copies files, and what symbolic links within the folder stand for, as a zip of it would hold them. */
async function copyFolder(source: string, target: string): Promise<number> {
  const root = await realpath(source);
  let bytes = 0;
  let entries = 0;

  async function copyEntry(from: string, to: string, above: readonly string[]): Promise<void> {
    const real = await realpath(from).catch(() => refuse(from, 'it is a link to nothing'));
    if (real !== root && !real.startsWith(root + sep)) refuse(from, 'it is a link that leads outside');
    const kind = await stat(real);
    entries += 1;
    if (entries > MAX_ENTRIES) refuse(from, `the folder holds more than ${MAX_ENTRIES} entries`);
    if (kind.isDirectory()) await copyEntries(real, to, above);
    else await copyOne(real, to, kind);
  }

  async function copyEntries(from: string, to: string, above: readonly string[]): Promise<void> {
    if (above.includes(from)) refuse(from, 'a link in it leads back to it');
    await mkdir(to, { recursive: true });
    for (const name of await readdir(from))
      await copyEntry(join(from, name), join(to, name), [...above, from]);
  }

  async function copyOne(from: string, to: string, { size, mode }: Stats): Promise<void> {
    bytes += size;
    if (bytes > MAX_UNPACKED_BYTES) refuse(from, `the folder is larger than ${MAX_UNPACKED_BYTES} bytes`);
    await rm(to, { force: true });
    await copyFile(from, to, constants.COPYFILE_FICLONE);
    await chmod(to, (mode & 0o111) === 0 ? 0o444 : 0o555);
  }

  function refuse(entry: string, reason: string): never {
    throw new LocalLambdaError(`${source}: "${entry.slice(source.length + 1)}" is refused: ${reason}`);
  }

  await copyEntry(root, target, []);
  return bytes;
}
