/** Photos that are told from each other by their colours. */
export const PHOTOS = 2;

/** Longest side of a portrait (docs/portraits.md). */
const PORTRAIT_SIDE = 400;
const COLUMNS = 4;
const ROWS = 3;
/** Far enough from black and white for the noise to stay between them. */
const LEVELS = [96, 128, 160] as const;
const NOISE = 20;
const QUALITY = 85;
/** What WebP, the noise and the mean of a block may differ, of 255. */
const TOLERANCE = 5;

/** Width and height in pixels. */
export interface PhotoSize {
  readonly width: number;
  readonly height: number;
}

/** The size of a photo of so many megapixels, four to three. */
export function photoSize(megapixels: number): PhotoSize {
  const unit = Math.round(Math.sqrt((megapixels * 1_000_000) / (COLUMNS * ROWS)));
  return { width: COLUMNS * unit, height: ROWS * unit };
}

/** The colour of a block of a photo, from 0 to 255 for red, green and blue; neighbours and photos differ. */
function colourOf(photo: number, column: number, row: number): readonly [number, number, number] {
  const block = photo + column + COLUMNS * row;
  const level = (channel: number) => LEVELS[Math.floor(block / 3 ** channel) % 3] ?? LEVELS[0];
  return [level(0), level(1), level(2)];
}

/** A JPEG of coloured blocks under smooth noise, which takes about as many bytes as a photo. */
export async function makePhoto({ width, height }: PhotoSize, photo: number): Promise<Buffer> {
  // Runs without portraits need not load it.
  const { default: sharp } = await import('sharp');
  const noise = { type: 'gaussian', mean: 128, sigma: NOISE } as const;
  const create = { width: width >> 2, height: height >> 2, channels: 3, background: '#888', noise } as const;
  const pixels = await sharp({ create }).resize(width, height, { fit: 'fill' }).raw().toBuffer();
  const side = width / COLUMNS;
  for (let y = 0; y < height; y++) {
    for (let column = 0; column < COLUMNS; column++) {
      const [red, green, blue] = colourOf(photo, column, Math.floor(y / side));
      const from = 3 * (y * width + column * side);
      for (let at = from; at < from + 3 * side; at += 3) {
        pixels[at] = (pixels[at] ?? 0) + red - 128;
        pixels[at + 1] = (pixels[at + 1] ?? 0) + green - 128;
        pixels[at + 2] = (pixels[at + 2] ?? 0) + blue - 128;
      }
    }
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: QUALITY })
    .toBuffer();
}

/** What is wrong with the portrait of a photo, or `undefined`: format, dimensions, the mean colour of each block. */
export async function wrongPortrait(
  image: Uint8Array,
  { width, height }: PhotoSize,
  photo: number,
): Promise<string | undefined> {
  const { default: sharp } = await import('sharp');
  const { format } = await sharp(image).metadata();
  const { data, info } = await sharp(image).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const scale = Math.min(1, PORTRAIT_SIDE / width);
  const due = { width: Math.round(width * scale), height: Math.round(height * scale) };
  if (format !== 'webp' || info.width !== due.width || info.height !== due.height) {
    return `it must be webp of ${due.width} × ${due.height} pixels, and is ${format} of ${info.width} × ${info.height}`;
  }
  const side = due.width / COLUMNS;
  for (let row = 0; row < ROWS; row++) {
    for (let column = 0; column < COLUMNS; column++) {
      const found = meanColour(data, due.width, Math.round(column * side), Math.round(row * side), side);
      const expected = colourOf(photo, column, row);
      if (found.every((value, channel) => Math.abs(value - (expected[channel] ?? 0)) <= TOLERANCE)) continue;
      const said = found.map((value) => value.toFixed(0)).join(', ');
      return `block ${column + 1}, ${row + 1} must be of colour ${expected.join(', ')}, and is ${said}`;
    }
  }
  return undefined;
}

/** The mean over the middle of a block: its edges are mixed with its neighbours. */
function meanColour(data: Uint8Array, width: number, left: number, top: number, side: number): number[] {
  const sums = [0, 0, 0];
  const [from, to] = [Math.ceil(side * 0.1), Math.floor(side * 0.9)];
  let count = 0;
  for (let y = top + from; y < top + to; y++) {
    for (let x = left + from; x < left + to; x++) {
      for (let channel = 0; channel < 3; channel++) {
        sums[channel] = (sums[channel] ?? 0) + (data[3 * (y * width + x) + channel] ?? 0);
      }
      count++;
    }
  }
  return sums.map((sum) => sum / count);
}
