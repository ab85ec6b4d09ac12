import { crc32, deflateSync } from 'node:zlib';

/** What a PNG file made here is of; everything but the header may contradict it. */
export interface PngOptions {
  readonly width: number;
  readonly height: number;
  /** Bits of a sample. */
  readonly depth?: 8 | 16;
  /** PNG's colour type: 2 is RGB, 6 RGBA. */
  readonly colour?: 2 | 6;
  readonly interlaced?: boolean;
  /** Chunks before the pixels. */
  readonly before?: readonly Uint8Array[];
  /** The decompressed pixel data; black where not given. */
  readonly pixels?: Uint8Array;
}

const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** A PNG file, whole but for what is asked; small, however many its pixels are. */
export function pngFile(options: PngOptions): Buffer {
  const { width, height, depth = 8, colour = 2, interlaced = false, before = [] } = options;
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([depth, colour, 0, 0, interlaced ? 1 : 0], 8);
  const pixelBytes = ((colour === 2 ? 3 : 4) * depth) / 8;
  const rows = interlaced ? PASSES : ([[0, 0, 1, 1]] as const);
  const bytes = rows.reduce((sum, [x, y, across, down]) => {
    const columns = Math.ceil((width - x) / across);
    return columns <= 0 ? sum : sum + Math.ceil((height - y) / down) * (1 + columns * pixelBytes);
  }, 0);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    pngChunk('IHDR', head),
    ...before,
    pngChunk('IDAT', deflateSync(options.pixels ?? Buffer.alloc(bytes), { level: 1 })),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** One chunk of a PNG file, with its checksum. */
export function pngChunk(type: string, data: Uint8Array): Buffer {
  const chunk = Buffer.alloc(12 + data.length);
  chunk.writeUInt32BE(data.length, 0);
  chunk.write(type, 4, 'latin1');
  chunk.set(data, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + data.length)), 8 + data.length);
  return chunk;
}
