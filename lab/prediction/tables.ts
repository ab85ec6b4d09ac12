import { BatchWriteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { LocalDynamodb } from '@sheep-shed/local-lambda/dynamodb';
import type { HerdSheep } from '../../bench/herd/make-herd.ts';

const BATCH = 25;

/**
 * Makes a table, unless no key is given, and puts sheep into it.
 * @param key names and types of its attributes, the hash key first.
 */
export async function fillTable(
  { endpoint, credentials, createTable }: LocalDynamodb,
  table: string,
  key: readonly (readonly [name: string, type: string])[],
  sheep: readonly HerdSheep[],
): Promise<void> {
  if (key.length > 0) {
    await createTable({
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: key.map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType })),
      KeySchema: key.map(([AttributeName], i) => ({ AttributeName, KeyType: i === 0 ? 'HASH' : 'RANGE' })),
    });
  }
  const client = new DynamoDBClient({ endpoint, credentials, region: 'local' });
  try {
    for (let i = 0; i < sheep.length; i += BATCH) {
      const requests = sheep.slice(i, i + BATCH).map(({ tattoo, weight }) => ({
        PutRequest: { Item: { tattoo: { N: String(tattoo) }, weight: { N: String(weight) } } },
      }));
      await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: requests } }));
    }
  } finally {
    client.destroy();
  }
}
