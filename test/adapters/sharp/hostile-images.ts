/** Files that no portrait should be made of, or only with care: for the tests, and by the thousand for the lab. */
import { deflateSync, gzipSync } from 'node:zlib';
import type { Sharp } from 'sharp';
import sharp from 'sharp';
import { pngChunk, pngFile } from './png-file.ts';

/** A file that somebody might upload. */
export interface UploadedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Part of the reason why there is no portrait of it; `undefined`: there may be one. */
  readonly reason?: RegExp;
}

const MEGABYTE = 1_000_000;
const text = (content: string) => Buffer.from(content, 'latin1');

/** A small picture with a gradient, so that each format has something to compress. */
export function picture(width: number, height: number): Sharp {
  const raw = Buffer.alloc(width * height * 3);
  for (let at = 0; at < raw.length; at++) raw[at] = (at * 7 + ((at / width) | 0) * 3) & 255;
  return sharp(raw, { raw: { width, height, channels: 3 } });
}

/** Of each kind one: made before `sharp` is locked down, since it makes some of the foreign formats. */
export async function hostileImages(): Promise<UploadedFile[]> {
  const jpeg = await picture(640, 480).jpeg().toBuffer();
  const progressive = await picture(64, 48).jpeg({ progressive: true }).toBuffer();
  const png = await picture(320, 240).png().toBuffer();
  const webp = await picture(640, 480).webp().toBuffer();
  const frames = Buffer.alloc(64 * 64 * 3 * 3, 'sheep');
  const animated = await sharp(frames, { raw: { width: 64, height: 192, channels: 3, pageHeight: 64 } })
    .webp({ loop: 0, delay: [100, 100, 100] })
    .toBuffer();
  const scan = progressive.subarray(progressive.lastIndexOf('ffda', undefined, 'hex'), -2);
  return [
    ...(await foreignFiles(jpeg)),
    { name: 'an animation', bytes: animated, reason: /animation of \d+ pictures/ },
    {
      name: 'a truncated JPEG',
      bytes: jpeg.subarray(0, jpeg.length / 2),
      reason: /JPEG image cannot be decoded/,
    },
    {
      name: 'a truncated PNG',
      bytes: png.subarray(0, png.length / 2),
      reason: /PNG image cannot be decoded/,
    },
    {
      name: 'a truncated WebP',
      bytes: webp.subarray(0, webp.length / 2),
      reason: /WebP image cannot be decoded/,
    },
    { name: 'a JPEG that is only its first bytes', bytes: jpeg.subarray(0, 4), reason: /cannot be decoded/ },
    { name: 'a PNG of 30 000²', bytes: pngHead(30_000, 30_000), reason: /pixel limit/ },
    {
      name: 'a PNG of 2^31 pixels a side',
      bytes: pngHead(2 ** 31 - 1, 2 ** 31 - 1),
      reason: /cannot be decoded/,
    },
    { name: 'a PNG without pixels', bytes: pngHead(0, 0), reason: /cannot be decoded/ },
    { name: 'a JPEG of 65 535²', bytes: resized(jpeg), reason: /cannot be decoded/ },
    {
      name: 'an interlaced PNG of 49 000 000 pixels of 64 bits',
      bytes: pngFile({
        width: 7000,
        height: 7000,
        depth: 16,
        colour: 6,
        interlaced: true,
        pixels: Buffer.alloc(9),
      }),
      reason: /as an interlaced PNG of this depth it may have 20000000/,
    },
    {
      name: 'a JPEG of 1 000 scans',
      bytes: Buffer.concat([
        progressive.subarray(0, -2),
        ...Array<Buffer>(1000).fill(scan),
        text('\xff\xd9'),
      ]),
      reason: /more than the 32 scans/,
    },
    {
      name: 'more than 10 MB',
      bytes: Buffer.concat([jpeg, Buffer.alloc(10 * MEGABYTE)]),
      reason: /has \d+ bytes; at most 10000000/,
    },
    {
      name: 'a PNG of too few pixels',
      bytes: pngFile({ width: 400, height: 400, pixels: Buffer.alloc(1000) }),
      reason: /cannot be decoded/,
    },
    // From here on: a portrait is made, or not, and costs little.
    {
      name: 'a PNG of too many pixels',
      bytes: pngFile({ width: 4, height: 4, pixels: Buffer.alloc(20 * MEGABYTE) }),
    },
    { name: 'a colour profile that grows to 50 MB', bytes: withChunk('iCCP', text('x\0\0'), 50) },
    { name: 'a comment that grows to 50 MB', bytes: withChunk('zTXt', text('x\0\0'), 50) },
    {
      name: 'a colour profile of nothing',
      bytes: withSegment(jpeg, 0xe2, text(`ICC_PROFILE\0\x01\x01${'\0'.repeat(60_000)}`)),
    },
    ...[0, 9, 65_535].map((turn) => ({
      name: `EXIF orientation ${turn}`,
      bytes: withSegment(jpeg, 0xe1, exif(turn)),
    })),
    { name: 'EXIF that points to itself', bytes: withSegment(jpeg, 0xe1, exif(6, 8)) },
    { name: 'EXIF that points to nowhere', bytes: withSegment(jpeg, 0xe1, exif(6, 0xffff_fff0)) },
    { name: 'a JPEG and a ZIP archive', bytes: Buffer.concat([jpeg, text('PK\x03\x04'), Buffer.alloc(100)]) },
    { name: 'a JPEG and a page', bytes: withSegment(jpeg, 0xfe, text('<script>alert(1)</script>')) },
  ];
}

/** The same thousand or so for the same seed: bytes of the heads changed, files cut, others as they are. */
export async function manyHostileImages(count: number, random: () => number): Promise<UploadedFile[]> {
  const whole = await hostileImages();
  const good = [await picture(640, 480).jpeg().toBuffer(), await picture(320, 240).png().toBuffer()];
  good.push(
    await picture(640, 480).webp().toBuffer(),
    await picture(640, 480).webp({ lossless: true }).toBuffer(),
  );
  const files = [...whole];
  while (files.length < count) {
    const source = good[Math.floor(random() * good.length)] ?? Buffer.alloc(0);
    const bytes = Buffer.from(source);
    const isCut = random() < 0.4;
    const changes = isCut ? 0 : 1 + Math.floor(random() * 12);
    for (let i = 0; i < changes; i++) {
      bytes[Math.floor(random() * Math.min(bytes.length, 700))] = Math.floor(random() * 256);
    }
    const length = isCut ? Math.floor(random() * bytes.length * 0.9) : bytes.length;
    const name = `${isCut ? 'cut' : 'changed'} ${files.length}`;
    files.push(isCut ? { name, bytes: bytes.subarray(0, length), reason: /./ } : { name, bytes });
  }
  return files.slice(0, count);
}

async function foreignFiles(jpeg: Buffer): Promise<UploadedFile[]> {
  const small = picture(64, 64);
  const files: readonly (readonly [string, Uint8Array])[] = [
    ['empty', Buffer.alloc(0)],
    ['a text', text('This is a photo of my sheep, believe me.\n')],
    [
      'an SVG image',
      text('<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
    ],
    ['a GIF image', await small.clone().gif().toBuffer()],
    ['a TIFF image', await small.clone().tiff().toBuffer()],
    ['an AVIF image', await small.clone().avif({ effort: 0 }).toBuffer()],
    ['a HEIC image', text('\0\0\0\x18ftypheic\0\0\0\0mif1heic')],
    ['a PDF document', text('%PDF-1.7\n1 0 obj')],
    ['a ZIP archive', text(`PK\x03\x04${'\0'.repeat(40)}`)],
    ['a compressed file', gzipSync('a sheep')],
    ['a program', text('\x7fELF\x02\x01\x01')],
    ['a BMP image', text(`BM${'\0'.repeat(60)}`)],
    ['a GIF image', Buffer.concat([text('GIF89a'), jpeg])],
    ['of an unknown kind', Buffer.alloc(2000, 1)],
  ];
  return files.map(([name, bytes]) => ({
    name: `what is ${name}`,
    bytes,
    reason: new RegExp(`file is ${name}; `),
  }));
}

/** The head of a PNG of this size, and little more. */
function pngHead(width: number, height: number): Buffer {
  const whole = pngFile({ width: 1, height: 1 });
  const head = Buffer.from(whole.subarray(16, 29));
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  return Buffer.concat([whole.subarray(0, 8), pngChunk('IHDR', head), whole.subarray(33)]);
}

/** The same JPEG, but its frame says 65 535 × 65 535. */
function resized(jpeg: Buffer): Buffer {
  const copy = Buffer.from(jpeg);
  const frame = copy.indexOf('ffc0', 0, 'hex');
  copy.writeUInt32BE(0xffff_ffff, frame + 5);
  return copy;
}

function withChunk(type: string, start: Buffer, megabytes: number): Buffer {
  const data = Buffer.concat([start, deflateSync(Buffer.alloc(megabytes * MEGABYTE), { level: 1 })]);
  return pngFile({ width: 40, height: 40, before: [pngChunk(type, data)] });
}

/** A JPEG with a segment behind its first marker. */
function withSegment(jpeg: Buffer, marker: number, content: Uint8Array): Buffer {
  const head = Buffer.from([0xff, marker, (content.length + 2) >> 8, (content.length + 2) & 255]);
  return Buffer.concat([jpeg.subarray(0, 2), head, content, jpeg.subarray(2)]);
}

/** EXIF of one entry, its orientation. @param next where the next directory is said to begin. */
function exif(orientation: number, next = 0): Buffer {
  const body = Buffer.alloc(26);
  body.write('II*\0', 'latin1');
  body.writeUInt32LE(8, 4);
  body.writeUInt16LE(1, 8);
  body.writeUInt16LE(0x112, 10);
  body.writeUInt16LE(3, 12);
  body.writeUInt32LE(1, 14);
  body.writeUInt16LE(orientation, 18);
  body.writeUInt32LE(next, 22);
  return Buffer.concat([text('Exif\0\0'), body]);
}
