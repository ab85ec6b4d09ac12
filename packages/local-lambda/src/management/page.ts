import { invalid } from './management-error.ts';

/** One page of a list; `next` is what the request for the next page carries. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | undefined;
}

/**
 * Takes one page out of a list.
 * @param keyOf orders the items, each has its own: a page goes on behind the last key, whatever came or went since.
 * @param marker of the page before; undefined: the first page.
 * @throws ManagementError when the marker is none.
 */
export function pageOf<T>(
  items: Iterable<T>,
  keyOf: (item: T) => string,
  { marker, max }: { readonly marker: string | undefined; readonly max: number },
): Page<T> {
  const after = marker === undefined ? '' : decode(marker);
  const rest = [...items]
    .map((item) => ({ item, key: keyOf(item) }))
    .filter(({ key }) => key > after)
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const page = rest.slice(0, max);
  const last = page.at(-1);
  return {
    items: page.map(({ item }) => item),
    next: rest.length > page.length && last !== undefined ? encode(last.key) : undefined,
  };
}

const PREFIX = 'after:';

function encode(key: string): string {
  return Buffer.from(`${PREFIX}${key}`).toString('base64url');
}

function decode(marker: string): string {
  const text = Buffer.from(marker, 'base64url').toString('utf8');
  if (text.startsWith(PREFIX)) return text.slice(PREFIX.length);
  throw invalid(`Marker: must be the NextMarker of the page before, is ${JSON.stringify(marker)}`);
}
