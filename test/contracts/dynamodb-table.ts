/** The table of a stack on any DynamoDB, as the contract needs it. */
import { BatchWriteItemCommand, type DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import type { StoredSheep, TargetTable } from './http.ts';

/** A table by its name; the client stays the caller's. */
export function dynamodbTable(client: DynamoDBClient, name: string): TargetTable {
  async function read(): Promise<StoredSheep[]> {
    const sheep: StoredSheep[] = [];
    for await (const { Items = [] } of paginateScan({ client }, { TableName: name, ConsistentRead: true })) {
      for (const { tattoo, weight } of Items) {
        sheep.push({ tattoo: BigInt(tattoo?.N as string), weight: Number(weight?.N) });
      }
    }
    return sheep.sort((a, b) => (a.tattoo < b.tattoo ? -1 : 1));
  }

  async function write(requests: readonly object[]): Promise<void> {
    for (let start = 0; start < requests.length; start += 25) {
      const batch = requests.slice(start, start + 25);
      await client.send(new BatchWriteItemCommand({ RequestItems: { [name]: batch } }));
    }
  }

  return {
    read,
    async clear() {
      const herd = await read();
      await write(herd.map(({ tattoo }) => ({ DeleteRequest: { Key: { tattoo: { N: `${tattoo}` } } } })));
    },
    load: (herd) =>
      write(
        herd.map(({ tattoo, weight }) => ({
          PutRequest: { Item: { tattoo: { N: `${tattoo}` }, weight: { N: `${weight}` } } },
        })),
      ),
  };
}
