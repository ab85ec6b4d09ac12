/** The contract of the functions on the poller, which tells success from failure and answers nobody. */
import { after } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { writeJson } from '../../../src/hosts/exact-json.ts';
import { servedBy } from '../../contracts/function-hosts.ts';
import { functionsContract } from '../../contracts/functions.ts';
import { withEmulator } from '../../with-emulator.ts';
import { makeWorld } from '../emulated-world.ts';
import { startPoller } from './start-poller.ts';

const place = await withEmulator();
const { endpoint, region, credentials } = place;
const sqs = new SQSClient({ endpoint, region, credentials: credentials() });
// What fails must not come back in the middle of another case.
const dead = await sqs.send(new CreateQueueCommand({ QueueName: `contract-${process.pid}-dead` }));
const { Attributes } = await sqs.send(
  new GetQueueAttributesCommand({ QueueUrl: dead.QueueUrl, AttributeNames: ['QueueArn'] }),
);
const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: Attributes?.QueueArn, maxReceiveCount: 1 });
const { QueueUrl = '' } = await sqs.send(
  new CreateQueueCommand({ QueueName: `contract-${process.pid}`, Attributes: { RedrivePolicy } }),
);
const { world, environment, close } = await makeWorld(place);
const lines: string[] = [];
const waiting = new Set<() => void>();
const host = await startPoller(
  {
    HOST_QUEUE: QueueUrl,
    HOST_FUNCTIONS: servedBy('poller')
      .map(({ name }) => name)
      .join(','),
    ...environment,
  },
  Object.assign(lines, {
    push: (line: string) => {
      lines[lines.length] = line;
      for (const check of waiting) check();
      return lines.length;
    },
  }),
);
after(async () => {
  await host.stop();
  await close();
});

functionsContract({
  name: 'poller',
  world,
  isOneWay: true,
  async call(functionName, event) {
    const MessageBody = writeJson({ function: functionName, event });
    const { MessageId = '' } = await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
    await lineWith(`REPORT RequestId: ${MessageId}`);
    await nextTurn();
    const hasFailed = lines.some(
      (line) => line.startsWith('{') && line.includes(`"messageId":"${MessageId}"`),
    );
    return hasFailed ? { kind: 'error' } : { kind: 'nothing' };
  },
});

function lineWith(start: string): Promise<void> {
  return new Promise((resolve) => {
    const check = (): void => {
      if (!lines.some((line) => line.startsWith(start))) return;
      waiting.delete(check);
      resolve();
    };
    waiting.add(check);
    check();
  });
}
