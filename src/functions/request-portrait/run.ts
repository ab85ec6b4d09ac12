import type { CallContext } from '../../domain/context.ts';
import { ShedError } from '../../domain/errors.ts';
import { fieldOf, invalidInput } from '../../domain/input.ts';
import { IMAGE_TYPES } from '../../domain/portrait-maker.ts';
import type { Portraits } from '../../domain/portraits.ts';
import { parseTattoo } from '../../domain/sheep.ts';
import type { SheepFinder } from '../../domain/sheep-finder.ts';

/** What it works on besides. */
export type RequestPortraitContext = CallContext & {
  readonly finder: SheepFinder;
  readonly portraits: Portraits;
};

/** How to upload, by a form of these fields, then `Content-Type`, then `file`. */
export interface PortraitRequest {
  /** Names the upload in the gallery. */
  readonly upload: string;
  readonly tattoo: bigint;
  readonly url: string;
  readonly fields: Readonly<Record<string, string>>;
}

/**
 * Lets the client upload an image of the media type `type` for the sheep `tattoo`, which must be in the shed.
 * @throws ShedError `INVALID_INPUT`, `NO_FITTING_SHEEP`.
 */
export async function run(event: unknown, context: RequestPortraitContext): Promise<PortraitRequest> {
  const tattoo = parseTattoo(fieldOf(event, 'tattoo'));
  const given = fieldOf(event, 'type');
  const type = IMAGE_TYPES.find((one) => one === given);
  if (type === undefined) throw invalidInput('type', IMAGE_TYPES.join(', '), given);
  const found = await context.finder.find([tattoo]);
  if (!found.has(tattoo)) throw new ShedError('NO_FITTING_SHEEP', `sheep ${tattoo} is not in the shed`);
  const { id, form } = await context.portraits.request(tattoo, type, context.random);
  return { upload: id, tattoo, ...form };
}
