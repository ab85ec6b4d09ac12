import {
  BatchWriteItemCommand,
  DeleteTableCommand,
  DynamoDBClient,
  paginateScan,
  waitUntilTableNotExists,
} from '@aws-sdk/client-dynamodb';
import type { LocalDynamodb } from '@sheep-shed/local-lambda/dynamodb';
import type { TableAccess } from './stack.ts';

const BATCH = 25;
const DELETE_LIMIT_SECONDS = 60;
const MAX_ATTEMPTS = 10;

/** A table on the local DynamoDB, created from the template's own resource. */
export async function localTable(
  dynamodb: LocalDynamodb,
  properties: Readonly<Record<string, unknown>>,
): Promise<TableAccess & { close(): void }> {
  const { endpoint, credentials } = dynamodb;
  const client = new DynamoDBClient({ endpoint, credentials, region: 'local' });
  const TableName = String(properties['TableName']);
  await dynamodb.createTable(properties);

  async function writeBatch(requests: readonly { PutRequest: { Item: Record<string, { N: string }> } }[]) {
    let open: NonNullable<ConstructorParameters<typeof BatchWriteItemCommand>[0]['RequestItems']> = {
      [TableName]: [...requests],
    };
    for (let attempt = 1; Object.keys(open).length > 0; attempt++) {
      if (attempt > MAX_ATTEMPTS) throw new Error(`the table ${TableName} did not take the herd`);
      open = (await client.send(new BatchWriteItemCommand({ RequestItems: open }))).UnprocessedItems ?? {};
    }
  }

  return {
    async load(herd) {
      // A new table is faster than emptying the old one, and leaves nothing behind for certain.
      await client.send(new DeleteTableCommand({ TableName }));
      const patience = { client, maxWaitTime: DELETE_LIMIT_SECONDS, minDelay: 0.005, maxDelay: 0.05 };
      await waitUntilTableNotExists(patience, { TableName });
      await dynamodb.createTable(properties);
      const puts = herd.map(({ tattoo, weight }) => ({
        PutRequest: { Item: { tattoo: { N: String(tattoo) }, weight: { N: String(weight) } } },
      }));
      for (let i = 0; i < puts.length; i += BATCH) await writeBatch(puts.slice(i, i + BATCH));
    },
    async read() {
      const herd = [];
      for await (const { Items = [] } of paginateScan({ client }, { TableName, ConsistentRead: true })) {
        for (const { tattoo, weight } of Items) {
          herd.push({ tattoo: BigInt(tattoo?.N ?? -1), weight: Number(weight?.N) });
        }
      }
      return herd;
    },
    close: () => client.destroy(),
  };
}
