import type { Sharp } from 'sharp';
import sharp from 'sharp';
import { pngFile } from './png-file.ts';

/** An image of a known size. */
export interface SampleImage {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Smooth noise, which compresses about as a photo does: a quarter of a byte a pixel. */
export async function photo(width: number, height: number): Promise<Sharp> {
  const noise = { type: 'gaussian', mean: 128, sigma: 30 } as const;
  const create = { width: width >> 2, height: height >> 2, channels: 3, background: '#888', noise } as const;
  const raw = await sharp({ create }).resize(width, height, { fit: 'fill' }).raw().toBuffer();
  return sharp(raw, { raw: { width, height, channels: 3 } });
}

/** What phones and programs make, up to what is allowed at all. */
export async function sampleImages(): Promise<readonly SampleImage[]> {
  const images: SampleImage[] = [];
  for (const [megapixels, width, height] of [
    [3, 2000, 1500],
    [12, 4000, 3000],
    [24, 6000, 4000],
    [48, 8000, 6000],
  ] as const) {
    const one = await photo(width, height);
    const quality = megapixels === 48 ? 60 : 85;
    const add = async (name: string, made: Sharp) =>
      images.push({ name: `${megapixels} MP ${name}`, bytes: await made.toBuffer() });
    await add('JPEG', one.clone().jpeg({ quality }));
    await add('JPEG, progressive', one.clone().jpeg({ quality, progressive: true }));
    if (megapixels < 48) await add('WebP', one.clone().webp({ quality: 70, effort: 0 }));
  }
  const black = (name: string, options: Parameters<typeof pngFile>[0]) =>
    images.push({ name, bytes: pngFile(options) });
  black('49 MP PNG', { width: 7000, height: 7000 });
  black('49 MP PNG of 64 bits', { width: 7000, height: 7000, depth: 16, colour: 6 });
  black('49 MP PNG, interlaced', { width: 7000, height: 7000, interlaced: true });
  black('20 MP PNG of 64 bits, interlaced', {
    width: 5000,
    height: 4000,
    depth: 16,
    colour: 6,
    interlaced: true,
  });
  return images;
}
