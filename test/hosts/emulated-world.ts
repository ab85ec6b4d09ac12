import { randomUUID } from 'node:crypto';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { s3Objects } from '../../src/adapters/s3/s3-objects.ts';
import type { Objects } from '../../src/domain/objects.ts';
import { dynamodbTable } from '../contracts/dynamodb-table.ts';
import type { FunctionBucket, FunctionWorld } from '../contracts/function-cases.ts';
import { CREDENTIALS } from '../reference/faulty-database.ts';
import type { EmulatorPlace } from '../with-emulator.ts';

/** All that functions need, on an emulator, and what tells a host where it is. */
export interface EmulatedWorld {
  readonly world: FunctionWorld;
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Makes tables, a bucket and queues of its own. */
export async function makeWorld({ endpoint, region, credentials }: EmulatorPlace): Promise<EmulatedWorld> {
  const place = { endpoint, region, credentials: async () => credentials() };
  const [dynamodb, s3, sqs] = [new DynamoDBClient(place), new S3Client(place), new SQSClient(place)];
  const name = `functions-${randomUUID()}`;
  const createTable = (TableName: string, keys: Readonly<Record<string, 'N' | 'S'>>) =>
    dynamodb.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: Object.entries(keys).map(([AttributeName, AttributeType]) => ({
          AttributeName,
          AttributeType,
        })),
        KeySchema: Object.keys(keys).map((AttributeName, i) => ({
          AttributeName,
          KeyType: i === 0 ? 'HASH' : 'RANGE',
        })),
      }),
    );
  const createQueue = async (QueueName: string): Promise<string> =>
    (await sqs.send(new CreateQueueCommand({ QueueName }))).QueueUrl ?? '';
  await createTable(name, { tattoo: 'N' });
  await createTable(`${name}-imports`, { file: 'S', chunk: 'N' });
  await s3.send(new CreateBucketCommand({ Bucket: name }));
  const objects = s3Objects({ endpoint, region, credentials });
  return {
    world: { shed: dynamodbTable(dynamodb, name), bucket: bucketOf(name, objects) },
    environment: {
      ...CREDENTIALS,
      AWS_REGION: region,
      AWS_ENDPOINT_URL: endpoint,
      SHEEP_SHED_TABLE: name,
      PORTRAIT_BUCKET: name,
      PORTRAIT_DEAD_LETTERS: await createQueue(`${name}-letters`),
      FLOCK_IMPORTS_TABLE: `${name}-imports`,
      FLOCK_QUEUE: await createQueue(`${name}-flock`),
      FLOCK_DEAD_LETTERS: await createQueue(`${name}-flock-letters`),
    },
    close: async () => {
      for (const client of [dynamodb, s3, sqs]) client.destroy();
      await objects.close();
    },
  };
}

/** A bucket as the contract needs it. */
export function bucketOf(name: string, objects: Objects): FunctionBucket {
  const keys = async (): Promise<string[]> =>
    (await Array.fromAsync(objects.list(name))).flat().map(({ key }) => key);
  return {
    name,
    put: (key, body) => objects.put({ bucket: name, key }, body),
    keys,
    clear: async () => {
      for (const key of await keys()) await objects.delete({ bucket: name, key });
    },
  };
}
