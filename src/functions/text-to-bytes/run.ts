import { type Content, content } from '../../domain/content.ts';
import type { CallContext } from '../../domain/context.ts';
import { fieldOf, invalidInput } from '../../domain/input.ts';

/**
 * Returns `text` of the event as its bytes of UTF-8: a small event, and a result that is not JSON.
 * @throws ShedError `INVALID_INPUT`.
 */
export async function run(event: unknown, _context: CallContext): Promise<Content> {
  const text = fieldOf(event, 'text');
  if (typeof text !== 'string') throw invalidInput('text', 'a text', text);
  return content('application/octet-stream', new TextEncoder().encode(text));
}
