import { isAscii } from 'node:buffer';
import { closeSync, openSync, readSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';

/** Whole lines as text and, when all of it is ASCII, as bytes at the same places; the bytes last until the next chunk. */
export interface TextChunk {
  readonly text: string;
  readonly bytes: Uint8Array | null;
}

// Measured: a text below 128 kB is freed with the young objects of V8; blocks of 1 MB cost 12 % more time.
const CHUNK_BYTES = 100 * 1024;
const BLOCKS_A_TURN = 128;
const HEADROOM = 16 * 1024;
/** Longest line that is read, in bytes; CloudWatch takes log events of up to 1 MB. */
const MAX_LINE_BYTES = 8 * 1024 * 1024;

/** Reads a file as texts that each end with a whole line; throws an Error that names the file for a longer line. */
export async function* textChunks(path: string, signal?: AbortSignal): AsyncGenerator<TextChunk> {
  const file = openSync(path, 'r');
  try {
    yield* wholeLines(readInto(file), path, signal);
  } finally {
    closeSync(file);
  }
}

/** Cuts a stream of bytes, such as standard input, into texts that each end with a whole line. */
export async function* streamChunks(
  stream: AsyncIterable<Uint8Array>,
  name: string,
  signal?: AbortSignal,
): AsyncGenerator<TextChunk> {
  const iterator = stream[Symbol.asyncIterator]();
  let pending: Uint8Array = new Uint8Array(0);
  const read: Reader = async (buffer, offset) => {
    while (pending.length === 0) {
      const { done, value } = await iterator.next();
      if (done === true) return 0;
      pending = value;
    }
    const taken = pending.subarray(0, buffer.length - offset);
    buffer.set(taken, offset);
    pending = pending.subarray(taken.length);
    return taken.length;
  };
  yield* wholeLines(read, name, signal);
}

/** Calls back with the start and the end of each line that is not empty, its line end left out (LF or CRLF). */
export function eachLine({ text, bytes }: TextChunk, callback: (start: number, end: number) => void): void {
  for (let at = 0; at < text.length; ) {
    const newline = text.indexOf('\n', at);
    const next = newline === -1 ? text.length : newline;
    const end = (bytes === null ? text.charCodeAt(next - 1) : bytes[next - 1]) === 13 ? next - 1 : next;
    if (end > at) callback(at, end);
    at = next + 1;
  }
}

type Reader = (buffer: Buffer, offset: number) => Promise<number>;

// A hop through the thread pool costs more than the read of a block that is cached; a signal is heard every few blocks.
function readInto(file: number): Reader {
  let blocks = 0;
  return async (buffer, offset) => {
    if (++blocks % BLOCKS_A_TURN === 0) await setImmediate();
    return readSync(file, buffer, offset, buffer.length - offset, null);
  };
}

// Of a stream the next block is read while one is evaluated: two buffers, each with room before the block for the line cut off.
async function* wholeLines(
  read: Reader,
  name: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<TextChunk> {
  let current = Buffer.allocUnsafe(HEADROOM + CHUNK_BYTES);
  let other = Buffer.allocUnsafe(HEADROOM + CHUNK_BYTES);
  let cut = Buffer.alloc(0);
  let reading = read(current, HEADROOM);
  try {
    for (;;) {
      const bytes = await reading;
      if (bytes === 0) break;
      signal?.throwIfAborted();
      reading = read(other, HEADROOM);
      const block = prepend(cut, current, HEADROOM + bytes);
      const end = block.lastIndexOf(10) + 1;
      cut = Buffer.from(block.subarray(end));
      if (cut.length > MAX_LINE_BYTES) {
        throw new Error(
          `${name} has a line longer than ${MAX_LINE_BYTES / 1024 / 1024} MB, which no log event is`,
        );
      }
      if (end > 0) yield decode(block.subarray(0, end));
      [current, other] = [other, current];
    }
    if (cut.length > 0) yield decode(cut);
  } finally {
    // The reader may have stopped early: no read may outlive the buffers and the file.
    await reading.catch(() => 0);
  }
}

function decode(block: Buffer): TextChunk {
  // Digits are read several times faster from bytes than from a string, so ASCII, the usual case, keeps them.
  return isAscii(block)
    ? { text: block.toString('latin1'), bytes: block }
    : { text: block.toString('utf8'), bytes: null };
}

function prepend(cut: Buffer, buffer: Buffer, end: number): Buffer {
  if (cut.length > HEADROOM) return Buffer.concat([cut, buffer.subarray(HEADROOM, end)]);
  cut.copy(buffer, HEADROOM - cut.length);
  return buffer.subarray(HEADROOM - cut.length, end);
}
