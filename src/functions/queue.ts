import type { AwsClientOptions } from '../adapters/aws/client-options.ts';
import { sqsQueues } from '../adapters/sqs/sqs-queue.ts';
import type { Queue } from '../domain/queue.ts';

/** Opens one queue of Amazon SQS, by its address. */
export function openQueue({
  url,
  ...place
}: AwsClientOptions & { readonly url: string }): Queue & { close(): Promise<void> } {
  const queues = sqsQueues(place);
  return { ...queues.queue(url), close: queues.close };
}
