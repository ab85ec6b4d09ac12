import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Queue } from '../../domain/queue.ts';
import { type AwsClientOptions, clientConfiguration } from '../aws/client-options.ts';

/** Queues of Amazon SQS. */
export interface SqsQueues {
  /** The queue of this address. */
  queue(url: string): Queue;
  /** Closes its connections; no call may be under way. */
  close(): Promise<void>;
}

/** Queues of Amazon SQS, by AWS's SDK. */
export function sqsQueues(options: AwsClientOptions): SqsQueues {
  // The queue's address names AWS's server, also where an emulator made it: the endpoint decides.
  const client = new SQSClient({ ...clientConfiguration(options), useQueueUrlAsEndpoint: false });
  return {
    close: async () => client.destroy(),
    queue: (QueueUrl) => ({
      async send({ body, attributes = {}, delaySeconds }) {
        const MessageAttributes = Object.fromEntries(
          Object.entries(attributes).map(([name, StringValue]) => [
            name,
            { DataType: 'String', StringValue },
          ]),
        );
        const delay = delaySeconds === undefined ? {} : { DelaySeconds: delaySeconds };
        await client.send(
          new SendMessageCommand({ QueueUrl, MessageBody: body, MessageAttributes, ...delay }),
        );
      },
    }),
  };
}
