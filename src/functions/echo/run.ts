import { content } from '../../domain/content.ts';
import type { CallContext } from '../../domain/context.ts';

/** Returns its event as it is, bytes included: what a call costs when the function does nothing. */
export async function run(event: unknown, _context: CallContext): Promise<unknown> {
  return event instanceof Uint8Array ? content('application/octet-stream', event) : event;
}
