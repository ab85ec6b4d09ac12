import type { AwsClientOptions } from '../adapters/aws/client-options.ts';
import { csvRows } from '../adapters/csv/csv-rows.ts';
import { dynamodbFlocks } from '../adapters/dynamodb/sdk-flocks.ts';
import { s3Objects } from '../adapters/s3/s3-objects.ts';
import { sqsQueues } from '../adapters/sqs/sqs-queue.ts';
import type { FlockWorld } from '../domain/flock.ts';

/** Where the import of flocks finds what it works with; `endpoint` is DynamoDB's. */
export interface FlockPlace extends AwsClientOptions {
  readonly table: string;
  readonly imports: string;
  /** Addresses of queues. */
  readonly queue: string;
  readonly deadLetters: string;
  readonly s3Endpoint?: string | undefined;
  readonly sqsEndpoint?: string | undefined;
}

/** {@link FlockWorld} on AWS, and the end of its connections. */
export interface OpenFlock extends FlockWorld {
  /** Closes its connections; no call may be under way. */
  close(): Promise<void>;
}

/** Opens what the import of flocks works with. */
export function openFlock(place: FlockPlace): OpenFlock {
  const objects = s3Objects({ ...place, endpoint: place.s3Endpoint });
  const flocks = dynamodbFlocks(place);
  const queues = sqsQueues({ ...place, endpoint: place.sqsEndpoint });
  return {
    objects,
    flocks,
    readRows: csvRows,
    queue: queues.queue(place.queue),
    deadLetters: queues.queue(place.deadLetters),
    close: async () => {
      await Promise.all([objects, flocks, queues].map((one) => one.close()));
    },
  };
}
