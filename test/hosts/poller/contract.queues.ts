/** The contract of the functions on the poller, which tells success from failure and answers nobody. */
import { after } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { FUNCTIONS, type Need } from '../../../src/functions/catalogue.ts';
import { writeJson } from '../../../src/hosts/exact-json.ts';
import { functionsContract } from '../../contracts/functions.ts';
import { startFaultyDatabase } from '../../reference/faulty-database.ts';
import { withEmulator } from '../../with-emulator.ts';
import { startPoller } from './start-poller.ts';

const NEEDS: readonly Need[] = ['shed'];
const NAMES = FUNCTIONS.filter(({ needs }) => needs.every((need) => NEEDS.includes(need))).map(
  ({ name }) => name,
);
const TABLE = 'functions-on-poller';

const { endpoint, region, credentials } = await withEmulator();
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
const database = await startFaultyDatabase();
after(() => database.close());
const shed = await database.createTable(TABLE);
const lines: string[] = [];
const waiting = new Set<() => void>();
const host = await startPoller(
  {
    HOST_QUEUE: QueueUrl,
    HOST_FUNCTIONS: NAMES.join(','),
    AWS_ENDPOINT_URL_SQS: endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
    SHEEP_SHED_TABLE: TABLE,
  },
  Object.assign(lines, {
    push: (line: string) => {
      lines[lines.length] = line;
      for (const check of waiting) check();
      return lines.length;
    },
  }),
);
after(() => host.stop());

functionsContract({
  name: 'the poller',
  functions: NAMES,
  world: { shed },
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
