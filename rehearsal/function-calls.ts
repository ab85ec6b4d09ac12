/** Calls with the credentials of the functions of the HTTP contract, and what they are made of. */
import { type CloudWatchLogsClient, CreateLogStreamCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Call, Calls } from './bounds.ts';

/** Names an attribute that no sheep has. */
export const OWNER = { ExpressionAttributeNames: { '#owner': 'owner' } };
const NAMED = { ProjectionExpression: 'tattoo, weight' };

/** What a function could reach within its boundary: other tables, queues and logs of the project. */
export const FOREIGN = 'sheep-shed-foreign';

/** Clients with the credentials of a function, and the names of what its stack has. */
export interface OwnClients {
  readonly dynamodb: DynamoDBClient;
  readonly logs: CloudWatchLogsClient;
  readonly s3: S3Client;
  readonly sqs: SQSClient;
  readonly table: string;
  /** The name of a resource of the stack, such as a bucket, by its name in the template. */
  readonly placeOf: (logicalId: string) => string;
}

/** Calls by the name of the function that makes them. */
export type FunctionCalls = Readonly<Record<string, Calls<OwnClients>>>;

/** One call of a function. */
export type Send = Call<OwnClients>;

/** Puts sheep 1. */
export const put =
  (extra: object): Send =>
  ({ dynamodb, table }) =>
    dynamodb.send(
      new PutItemCommand({
        TableName: table,
        Item: { tattoo: { N: '1' }, weight: { N: '80000000000' } },
        ...extra,
      }),
    );
/** Scans the table. */
export const scan =
  (extra: object): Send =>
  ({ dynamodb, table }) =>
    dynamodb.send(new ScanCommand({ TableName: table, ...extra }));
/** Deletes sheep 1. */
export const remove =
  (extra: object): Send =>
  ({ dynamodb, table }) =>
    dynamodb.send(new DeleteItemCommand({ TableName: table, Key: { tattoo: { N: '1' } }, ...extra }));
/** The same call to a table that is not the function's. */
export const foreign =
  (send: Send): Send =>
  (clients) =>
    send({ ...clients, table: FOREIGN });
/** Writes into a log that is not the function's. */
export const foreignLog: Send = ({ logs }) =>
  logs.send(new CreateLogStreamCommand({ logGroupName: `/aws/lambda/${FOREIGN}`, logStreamName: 'x' }));

const count = scan({ Select: 'COUNT' });
/** Reads everything. */
export const bare = scan({});
const read = scan({ ...NAMED, Select: 'SPECIFIC_ATTRIBUTES' });

/** By function; only dog and wolf scan, each in its own way. */
export const CONTRACT_CALLS: FunctionCalls = {
  'post-sheep': {
    forbidden: {
      'a put with a foreign attribute': put({
        Item: { tattoo: { N: '1' }, weight: { N: '80000000000' }, owner: { S: 'wolf' } },
      }),
      'a put that returns the sheep it overwrote': put({ ReturnValues: 'ALL_OLD' }),
      'a put into a foreign table': foreign(put({})),
      'a count': count,
      'a bare scan': bare,
      'a foreign log': foreignLog,
    },
    allowed: { 'a put': put({}) },
  },
  'get-dog': {
    forbidden: {
      'a bare scan': bare,
      'a scan of all attributes': scan({ Select: 'ALL_ATTRIBUTES' }),
      'a count of a foreign table': foreign(count),
      'a put': put({}),
      'a foreign log': foreignLog,
    },
    allowed: { 'a count': count },
  },
  'get-cat': {
    forbidden: { 'a count': count, 'a bare scan': bare, 'a put': put({}), 'a foreign log': foreignLog },
    allowed: {},
  },
  'delete-wolf': {
    forbidden: {
      'a put': put({}),
      'a bare scan': bare,
      'a count': scan({ ...NAMED, Select: 'COUNT' }),
      'a scan of all attributes': scan({ Select: 'ALL_ATTRIBUTES' }),
      'a scan that names none': scan({ Select: 'SPECIFIC_ATTRIBUTES' }),
      'a scan of a foreign attribute': scan({
        Select: 'SPECIFIC_ATTRIBUTES',
        ProjectionExpression: 'tattoo, weight, #owner',
        ...OWNER,
      }),
      'a scan of a foreign table': foreign(read),
      'a delete that returns the sheep': remove({ ReturnValues: 'ALL_OLD' }),
      'a delete that asks for a foreign attribute': remove({
        ConditionExpression: 'attribute_not_exists(#owner)',
        ...OWNER,
      }),
      'a delete from a foreign table': foreign(remove({})),
      'a foreign log': foreignLog,
    },
    allowed: { 'a scan of both attributes': read, 'a delete': remove({}) },
  },
};
