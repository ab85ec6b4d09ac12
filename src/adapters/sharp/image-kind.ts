/** The kinds of images of which portraits are made. */
export type ImageKind = 'JPEG' | 'PNG' | 'WebP';

/** What other files begin with, byte by byte as Latin-1, and how far from their start. */
const OTHERS: readonly (readonly [name: string, start: string, offset?: number])[] = [
  ['a GIF image', 'GIF8'],
  ['a TIFF image', 'II*\0'],
  ['a TIFF image', 'MM\0*'],
  ['a BMP image', 'BM'],
  ['a HEIC image', 'ftyphei', 4],
  ['a HEIC image', 'ftypmif1', 4],
  ['an AVIF image', 'ftypavi', 4],
  ['a video', 'ftyp', 4],
  ['a JPEG XL image', '\xff\x0a'],
  ['a JPEG XL image', '\0\0\0\x0cJXL '],
  ['a JPEG 2000 image', '\0\0\0\x0cjP  '],
  ['a PDF document', '%PDF-'],
  ['a ZIP archive', 'PK\x03\x04'],
  ['a compressed file', '\x1f\x8b'],
  ['a program', '\x7fELF'],
  ['a program', 'MZ'],
];

const HEAD_BYTES = 512;

/** What a file is by its first bytes: a kind that becomes a portrait, or words for anything else. */
export function kindOf(file: Uint8Array): { readonly kind: ImageKind } | { readonly other: string } {
  const head = String.fromCharCode(...file.subarray(0, HEAD_BYTES));
  if (head.startsWith('\xff\xd8\xff')) return { kind: 'JPEG' };
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return { kind: 'PNG' };
  if (head.startsWith('RIFF') && head.startsWith('WEBP', 8)) return { kind: 'WebP' };
  if (head === '') return { other: 'empty' };
  const known = OTHERS.find(([, start, offset = 0]) => head.startsWith(start, offset));
  if (known !== undefined) return { other: known[0] };
  const isText = /^[\t\n\r\x20-\x7e\xa0-\xff\x80-\xbf]*$/.test(head);
  if (isText && /<svg[\s>]/.test(head)) return { other: 'an SVG image' };
  return { other: isText ? 'a text' : 'of an unknown kind' };
}
