import { type Content, content } from '../../domain/content.ts';
import type { CallContext } from '../../domain/context.ts';
import { fieldOf, invalidInput } from '../../domain/input.ts';
import { type Portraits, UPLOAD_ID } from '../../domain/portraits.ts';
import type { SheepFinder } from '../../domain/sheep-finder.ts';
import { galleryPage, securityHeaders } from './page.ts';

/** What it works on besides. */
export type GetGalleryContext = CallContext & {
  readonly finder: SheepFinder;
  readonly portraits: Portraits;
};

const PORTRAITS_OF_A_PAGE = 24;
const REFUSALS_OF_A_PAGE = 10;

/**
 * The gallery as a page of HTML: portraits and refused uploads, newest first.
 * @param event `from`, when given, is the upload with which the page begins; when it has no portrait, the one behind it.
 * @throws ShedError `INVALID_INPUT`.
 */
export async function run(event: unknown, { finder, portraits }: GetGalleryContext): Promise<Content> {
  const from = fieldOf(event, 'from');
  if (from !== undefined && (typeof from !== 'string' || !UPLOAD_ID.test(from))) {
    throw invalidInput('from', 'the id of an upload, given once', from);
  }
  const [listed, refused, origin] = await Promise.all([
    portraits.shown(PORTRAITS_OF_A_PAGE + 1, from),
    portraits.refused(REFUSALS_OF_A_PAGE, from),
    portraits.origin(),
  ]);
  const shown = listed.slice(0, PORTRAITS_OF_A_PAGE);
  const weights = await finder.find([...new Set(shown.map(({ tattoo }) => tattoo))]);
  const page = galleryPage({
    shown: shown.map((portrait) => ({ ...portrait, weight: weights.get(portrait.tattoo) })),
    refused,
    isFirst: from === undefined,
    next: listed[PORTRAITS_OF_A_PAGE]?.id,
  });
  return content('text/html; charset=utf-8', page, await securityHeaders(origin));
}
