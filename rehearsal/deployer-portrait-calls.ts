import { UpdateTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import {
  CreateEventSourceMappingCommand,
  DeleteEventSourceMappingCommand,
  GetEventSourceMappingCommand,
  ListEventSourceMappingsCommand,
} from '@aws-sdk/client-lambda';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { DeleteQueueCommand, GetQueueAttributesCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import type { Calls } from './bounds.ts';
import { ACCOUNT, REGION } from './emulator.ts';
import type { ForeignResources } from './foreign-resources.ts';
import type { UserClients } from './user-clients.ts';

/** The deployer's requests, and what they are about. */
export interface PortraitDeployerClients {
  readonly own: UserClients;
  /** The rehearsal's own, for what the deployer need not see. */
  readonly root: UserClients;
  readonly foreign: ForeignResources;
  /** Address of a queue of the stack, its bucket of flocks and a function with an event source. */
  readonly queue: string;
  readonly bucket: string;
  readonly functionName: string;
  readonly table: string;
}

const foreignQueue = (url: string) => url.replace(/[^/]+$/, 'foreign');
const expiry = (TableName: string) =>
  new UpdateTimeToLiveCommand({
    TableName,
    TimeToLiveSpecification: { AttributeName: 'none', Enabled: true },
  });

/** What the deployer of docs/deployer-portraits-policy.json may not do, and some of what he may. */
export const DEPLOYER_PORTRAIT_CALLS: Calls<PortraitDeployerClients> = {
  forbidden: {
    'makes a foreign bucket notify': ({ own, foreign: { bucket: Bucket } }) =>
      own.s3.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration: {} })),
    'deletes from a foreign bucket': ({ own, foreign: { bucket: Bucket } }) =>
      own.s3.send(new DeleteObjectCommand({ Bucket, Key: 'a' })),
    'puts a flock': ({ own, bucket: Bucket }) =>
      own.s3.send(new PutObjectCommand({ Bucket, Key: 'flocks/a.csv', Body: 'tattoo' })),
    'reads a flock': ({ own, bucket: Bucket }) =>
      own.s3.send(new GetObjectCommand({ Bucket, Key: 'flocks/none.csv' })),
    'deletes a foreign queue': ({ own, queue }) =>
      own.sqs.send(new DeleteQueueCommand({ QueueUrl: foreignQueue(queue) })),
    'reads messages': ({ own, queue }) => own.sqs.send(new ReceiveMessageCommand({ QueueUrl: queue })),
    'lets a queue call a foreign function': ({ own }) =>
      own.lambda.send(
        new CreateEventSourceMappingCommand({
          FunctionName: 'foreign',
          EventSourceArn: `arn:aws:sqs:${REGION}:${ACCOUNT}:foreign`,
        }),
      ),
    'deletes an event source of a foreign function': ({ own }) =>
      own.lambda.send(new DeleteEventSourceMappingCommand({ UUID: '00000000-0000-4000-8000-000000000000' })),
    'lets items of a foreign table expire': ({ own, foreign: { table } }) => own.dynamodb.send(expiry(table)),
    'lets sheep expire': ({ own, table }) => own.dynamodb.send(expiry(table)),
    'changes a foreign alarm': ({ own }) => own.putAlarm('foreign'),
  },
  allowed: {
    'looks at a queue': ({ own, queue: QueueUrl }) =>
      own.sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['RedrivePolicy'] })),
    'looks at an event source': async ({ own, root, functionName: FunctionName }) => {
      const { EventSourceMappings: [found] = [] } = await root.lambda.send(
        new ListEventSourceMappingsCommand({ FunctionName }),
      );
      await own.lambda.send(new GetEventSourceMappingCommand({ UUID: found?.UUID }));
    },
  },
};
