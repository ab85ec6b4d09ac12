import { backOff } from '../back-off.ts';
import type { SqsClient, SqsMessage } from './sqs-client.ts';

/** As many messages as SQS gives or takes in one request. */
export const CHUNK = 10;
const DELETE_TRIES = 4;

/**
 * Deletes messages, each in several tries.
 * @throws Error when some are still there.
 */
export async function deleteMessages(
  client: Pick<SqsClient, 'delete'>,
  url: string,
  messages: readonly SqsMessage[],
  random: () => number,
): Promise<void> {
  // Nothing ends it early: what a function has done must not come again.
  const { signal } = new AbortController();
  for (const chunk of chunks(messages)) {
    let handles = chunk;
    for (let tries = 1; handles.length > 0; tries += 1) {
      handles = await client.delete(url, handles, signal).catch((error: Error) => {
        if (tries === DELETE_TRIES) throw error;
        return handles;
      });
      if (handles.length > 0 && tries === DELETE_TRIES) {
        throw new Error(`${handles.length} messages that are done could not be deleted and will come again`);
      }
      if (handles.length > 0) await backOff(tries, random, signal);
    }
  }
}

function chunks(messages: readonly SqsMessage[]): (readonly string[])[] {
  const handles = messages.map(({ ReceiptHandle }) => ReceiptHandle);
  const count = Math.ceil(handles.length / CHUNK);
  return Array.from({ length: count }, (_chunk, i) => handles.slice(i * CHUNK, (i + 1) * CHUNK));
}
