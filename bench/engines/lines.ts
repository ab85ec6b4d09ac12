import { type FileHandle, open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { OptionError } from '@sheep-shed/options';

/** Longest line that is read, in characters; points of k6 have some hundreds. */
const MAX_LINE = 1_000_000;

/**
 * The lines of a text file, compressed by gzip or not, in constant memory.
 * @throws OptionError that names the file, when it cannot be read or has a line of more than a million characters.
 */
export async function* linesOf(path: string): AsyncGenerator<string> {
  let rest = '';
  let handle: FileHandle | undefined;
  try {
    handle = await open(path);
    const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    const isGzip = buffer[0] === 0x1f && buffer[1] === 0x8b;
    const file = handle.createReadStream({ start: 0, autoClose: false });
    const bytes = isGzip ? file.pipe(createGunzip()) : file;
    // `pipe` does not hand on what goes wrong.
    file.on('error', (error) => bytes.destroy(error));
    const decoder = new TextDecoder();
    for await (const chunk of bytes) {
      const lines = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > MAX_LINE) throw new Error(`a line has more than ${MAX_LINE} characters`);
      yield* lines;
    }
    if (rest !== '') yield rest;
  } catch (cause) {
    if (cause instanceof OptionError) throw cause;
    throw new OptionError(`${path} cannot be read: ${(cause as Error).message}`, { cause });
  } finally {
    await handle?.close();
  }
}
