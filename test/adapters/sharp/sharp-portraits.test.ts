import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { sharpPortraits } from '../../../src/adapters/sharp/sharp-portraits.ts';
import { ShedError } from '../../../src/domain/errors.ts';
import { hostileImages, picture } from './hostile-images.ts';
import { pngFile } from './png-file.ts';

// Before `sharp` is locked down, since it makes some of the foreign files.
const hostile = await hostileImages();
const { make: makePortrait } = await sharpPortraits();

const sizeOf = async (image: Uint8Array) => {
  const { width, height, format, exif, icc, orientation } = await sharp(image).metadata();
  return { width, height, format, exif, icc, orientation };
};
const bare = { format: 'webp', exif: undefined, icc: undefined, orientation: undefined };

test('a portrait fits the square, keeps its ratio, is never enlarged, and is WebP whatever the source', async () => {
  for (const [width, height, expected] of [
    [1200, 900, [400, 300]],
    [300, 900, [133, 400]],
    [40, 30, [40, 30]],
    [5000, 2, [400, 1]],
  ] as const) {
    for (const format of ['jpeg', 'png', 'webp'] as const) {
      const portrait = await makePortrait(await picture(width, height).toFormat(format).toBuffer());
      assert.deepEqual(await sizeOf(portrait), { width: expected[0], height: expected[1], ...bare });
    }
  }
});

test('it is upright as EXIF says, for all eight orientations, and has no metadata', async () => {
  // A red corner, which must come to the place where a viewer shows it.
  const [width, height] = [64, 32];
  const raw = Buffer.alloc(width * height * 3, 255);
  for (let y = 0; y < 8; y++) for (let x = 0; x < 8; x++) raw.set([255, 0, 0], (y * width + x) * 3);
  const corners = [
    'top left',
    'top right',
    'bottom right',
    'bottom left',
    'top left',
    'top right',
    'bottom right',
    'bottom left',
  ];
  for (let orientation = 1; orientation <= 8; orientation++) {
    const source = sharp(raw, { raw: { width, height, channels: 3 } }).withMetadata({ orientation });
    const portrait = await makePortrait(await source.withIccProfile('p3').jpeg({ quality: 100 }).toBuffer());
    const isTurned = orientation > 4;
    const [w, h] = isTurned ? [height, width] : [width, height];
    assert.deepEqual(await sizeOf(portrait), { width: w, height: h, ...bare });
    const { data, info } = await sharp(portrait).raw().toBuffer({ resolveWithObject: true });
    const isRed = (x: number, y: number) => (data[(y * w + x) * info.channels + 1] ?? 0) < 128;
    const red = [isRed(3, 3), isRed(w - 4, 3), isRed(w - 4, h - 4), isRed(3, h - 4)].indexOf(true);
    const names = ['top left', 'top right', 'bottom right', 'bottom left'];
    assert.equal(names[red], corners[orientation - 1], `orientation ${orientation}`);
  }
});

test('a transparent picture stays transparent', async () => {
  const portrait = await makePortrait(pngFile({ width: 10, height: 10, colour: 6 }));
  assert.equal((await sharp(portrait).metadata()).hasAlpha, true);
});

test('hostile files get a clear reason, or a portrait like any other', async () => {
  for (const { name, bytes, reason } of hostile) {
    const outcome = await makePortrait(bytes).catch((error: unknown) => error);
    if (outcome instanceof Uint8Array) {
      assert.equal(reason, undefined, `${name} became a portrait`);
      const { width, height, format } = await sizeOf(outcome);
      assert.ok(width <= 400 && height <= 400 && format === 'webp', name);
    } else {
      assert.ok(outcome instanceof ShedError && outcome.code === 'INVALID_INPUT', `${name}: ${outcome}`);
      assert.match(outcome.message, reason ?? /cannot be decoded: ./, name);
      assert.match(outcome.message, /^[\x20-\x7e×]{10,250}$/, name);
    }
  }
});

test('sharp itself then decodes no other format, nor files', async () => {
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
  await assert.rejects(sharp(svg).metadata(), /unsupported image format/);
  await assert.rejects(sharp(import.meta.filename).metadata());
  assert.equal(sharp.concurrency(), 1);
});
