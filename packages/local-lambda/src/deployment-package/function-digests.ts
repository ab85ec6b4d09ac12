import { createHash, type Hash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { openPromise } from 'yauzl';
import type { FunctionCode, FunctionDefinition } from './functions.ts';
import type { Layers } from './layers.ts';

/**
 * Makes what tells whether a function is still the same: a digest of its definition, its code and its layers, by what
 * is in them and not by their times.
 * @returns gives the digest of one function; it never rejects: what cannot be read is never the same.
 */
export function createFunctionDigest(layers: Layers): (definition: FunctionDefinition) => Promise<string> {
  const ofLayers = new Map<string, Promise<string>>();
  return async (definition) => {
    const digests = [codeDigest(definition.code)];
    for (const arn of definition.layers) {
      const layer = layers.get(arn);
      const digest = ofLayers.get(arn) ?? (layer === undefined ? Promise.resolve('') : codeDigest(layer));
      ofLayers.set(arn, digest);
      digests.push(digest);
    }
    const parts = [definition, ...(await Promise.all(digests).catch(() => [randomUUID()]))];
    return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  };
}

async function codeDigest(code: FunctionCode): Promise<string> {
  const hash = createHash('sha256');
  if (code.kind === 'inline') hash.update(code.source);
  else if (code.kind === 'image') hash.update(code.uri);
  else if (code.kind === 'zip') await addZip(hash, code.path);
  else await addEntry(hash, code.path, '');
  return hash.digest('hex');
}

/** By the checksums in it: the times of its entries may differ though nothing else does. */
async function addZip(hash: Hash, path: string): Promise<void> {
  const zip = await openPromise(path, { lazyEntries: true });
  const entries: string[] = [];
  for await (const { fileName, crc32, uncompressedSize, externalFileAttributes } of zip.eachEntry()) {
    entries.push(`${fileName}\n${crc32} ${uncompressedSize} ${externalFileAttributes}`);
  }
  hash.update(entries.sort().join('\n'));
}

async function addEntry(hash: Hash, path: string, name: string): Promise<void> {
  const entry = await lstat(path);
  hash.update(`${name}\n${entry.mode}\n`);
  if (entry.isSymbolicLink()) {
    // What it leads to is in the folder too, or is refused.
    hash.update(await readlink(path));
  } else if (entry.isDirectory()) {
    for (const one of (await readdir(path)).sort()) await addEntry(hash, join(path, one), `${name}/${one}`);
  } else {
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  }
}
