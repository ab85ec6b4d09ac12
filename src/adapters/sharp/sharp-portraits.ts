import type { Metadata } from 'sharp';
import { ShedError } from '../../domain/errors.ts';
import type { PortraitMaker } from '../../domain/portrait-maker.ts';
import { MAX_IMAGE_BYTES, PORTRAIT_SIDE } from '../../domain/portrait-maker.ts';
import type { ImageKind } from './image-kind.ts';
import { kindOf } from './image-kind.ts';

/** The most pixels of an image: more than phones take, and decoded in a second. */
const MAX_PIXELS = 50_000_000;

/** The most memory, in bytes, of an image that cannot be decoded line by line; libvips takes up to 1.4 times as much. */
const MAX_WHOLE_BYTES = 160_000_000;

/** Cameras and programs write about ten; a file of thousands is decoded as often. */
const MAX_JPEG_SCANS = 32;

type Sharp = typeof import('sharp').default;

const LIMIT_SECONDS = 10;
const WEBP_QUALITY = 80;
const REASON_LENGTH = 160;

/** What `sharp` may decode; it knows some twenty other formats, with their faults. */
const LOADERS = ['VipsForeignLoadJpegBuffer', 'VipsForeignLoadPngBuffer', 'VipsForeignLoadWebpBuffer'];

/**
 * Makes portraits with libvips. It changes the settings of `sharp` in the whole process: one image at a time on one
 * thread, nothing cached, and no loader but those of JPEG, PNG and WebP in memory.
 */
export async function sharpPortraits(): Promise<PortraitMaker> {
  // Loading it changes the environment, which no import of ours may.
  const { default: sharp } = await import('sharp');
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: LOADERS });
  sharp.cache(false);
  sharp.concurrency(1);
  return { make: (image) => makePortrait(sharp, image) };
}

async function makePortrait(sharp: Sharp, image: Uint8Array): Promise<Uint8Array> {
  const kind = kindOf(image);
  if ('other' in kind) throw refused(`the file is ${kind.other}; it must be a JPEG, PNG or WebP image`);
  if (image.byteLength > MAX_IMAGE_BYTES) {
    throw refused(`the file has ${image.byteLength} bytes; at most ${MAX_IMAGE_BYTES} are allowed`);
  }
  const input = { failOn: 'truncated', limitInputPixels: MAX_PIXELS, pages: 1 } as const;
  try {
    const whole = sharp(image, input).timeout({ seconds: LIMIT_SECONDS });
    refuseCostly(kind.kind, await whole.metadata(), image);
    return await whole
      .autoOrient()
      .resize(PORTRAIT_SIDE, PORTRAIT_SIDE, { fit: 'inside', withoutEnlargement: true })
      .webp({ quality: WEBP_QUALITY })
      .toBuffer();
  } catch (error) {
    if (error instanceof ShedError) throw error;
    throw refused(`the ${kind.kind} image cannot be decoded: ${reasonOf(error)}`, error);
  }
}

/** Refuses an image whose pixels or scans take too much memory or time, before its first pixel is decoded. */
function refuseCostly(kind: ImageKind, metadata: Metadata, image: Uint8Array): void {
  const { width, height, pages = 1, isProgressive = false } = metadata;
  if (pages > 1) throw refused(`the image is an animation of ${pages} pictures; it must be a single one`);
  if (kind === 'JPEG' && scansOf(image) > MAX_JPEG_SCANS) {
    throw refused(`the JPEG image has more than the ${MAX_JPEG_SCANS} scans that are allowed`);
  }
  if (!isProgressive && kind !== 'WebP') return;
  const perPixel = kind === 'WebP' ? 4 : wholeBytesOfPixel(metadata);
  const allowed = Math.floor(MAX_WHOLE_BYTES / perPixel);
  if (width * height <= allowed) return;
  const how = kind === 'WebP' ? 'a WebP' : kind === 'PNG' ? 'an interlaced PNG' : 'a progressive JPEG';
  throw refused(`the image has ${width} × ${height} pixels; as ${how} of this depth it may have ${allowed}`);
}

/** What a pixel takes while all of the image is in memory: a progressive JPEG has coefficients of 16 bits. */
function wholeBytesOfPixel({ channels = 4, depth, chromaSubsampling }: Metadata): number {
  const isHalved = chromaSubsampling === '4:2:0';
  if (chromaSubsampling !== undefined) return 2 * (isHalved ? 1.5 : channels);
  return channels * (depth === 'ushort' ? 2 : 1);
}

/** Start-of-scan markers; inside a scan, the byte before them is always followed by zero. */
function scansOf(jpeg: Uint8Array): number {
  const bytes = Buffer.from(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength);
  let scans = 0;
  for (let at = bytes.indexOf('ffda', 0, 'hex'); at >= 0; at = bytes.indexOf('ffda', at + 2, 'hex')) {
    if (++scans > MAX_JPEG_SCANS) break;
  }
  return scans;
}

/** The first line of what libvips says, which may quote the file. */
function reasonOf(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : '').split('\n');
  return line.replace(/[^\x20-\x7e]/g, '?').slice(0, REASON_LENGTH) || 'no reason given';
}

function refused(reason: string, cause?: unknown): ShedError {
  return new ShedError('INVALID_INPUT', reason, { cause });
}
