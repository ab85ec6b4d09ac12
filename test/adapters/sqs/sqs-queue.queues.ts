import { randomUUID } from 'node:crypto';
import { after } from 'node:test';
import { CreateQueueCommand, type Message, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { sqsQueues } from '../../../src/adapters/sqs/sqs-queue.ts';
import { queueContract } from '../../contracts/queue.ts';
import { withEmulator } from '../../with-emulator.ts';

const place = await withEmulator();
const client = new SQSClient({ ...place, credentials: async () => place.credentials() });
const queues = sqsQueues(place);
after(() => queues.close());

queueContract('SQS', async () => {
  const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName: randomUUID() }));
  return {
    queue: queues.queue(QueueUrl),
    async receive(count) {
      const received: Message[] = [];
      while (received.length < count) {
        const { Messages = [] } = await client.send(
          new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20, MessageAttributeNames: ['All'] }),
        );
        received.push(...Messages);
      }
      return received.map(({ Body = '', MessageAttributes = {} }) => ({
        body: Body,
        attributes: Object.fromEntries(
          Object.entries(MessageAttributes).map(([name, { StringValue = '' }]) => [name, StringValue]),
        ),
      }));
    },
  };
});
