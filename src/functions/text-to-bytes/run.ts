import { type Content, content } from '../../domain/content.ts';
import type { CallContext } from '../../domain/context.ts';
import { fieldOf, invalidInput } from '../../domain/input.ts';
import { type Objects, readAddress } from '../../domain/objects.ts';

/** What `text-to-bytes` is given besides: where the texts are that an event only names. */
export type TextToBytesContext = CallContext & { readonly objects: Pick<Objects, 'get'> };

/** 5 MiB: below what Lambda lets an answer have, 6 MB. */
const MAX_BYTES = 5_242_880;
const TYPE = 'application/octet-stream';

/**
 * Returns a text as its bytes of UTF-8, so that a small event has a result that is not JSON: `text` of the event, or
 * the object that its `bucket` and `key` name, of at most 5 MiB.
 * @throws ShedError `INVALID_INPUT`, also when there is no such object.
 */
export async function run(event: unknown, { objects }: TextToBytesContext): Promise<Content> {
  const text = fieldOf(event, 'text');
  const address = text === undefined ? readAddress(event) : undefined;
  if (address !== undefined) {
    const found = await objects.get(address, { maxBytes: MAX_BYTES });
    if (found === undefined) throw invalidInput('key', 'the key of an object in the bucket', address.key);
    return content(TYPE, Buffer.concat(await Array.fromAsync(found.body)));
  }
  if (typeof text !== 'string') throw invalidInput('text', 'a text', text);
  return content(TYPE, new TextEncoder().encode(text));
}
