/** The table of a stack, reached past the functions. */
import {
  CreateTableCommand,
  DeleteTableCommand,
  DynamoDBClient,
  PutItemCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { clientSettings, ROOT_KEY } from './account.ts';

/** The heaviest prime below 160 kg in micrograms: the wolf's first choice. */
const PRIME_WEIGHT = '159999999983';

/** Runs something while a table of a name exists that no stack made; it may delete the table. */
export async function withTable<T>(endpoint: string, TableName: string, body: () => Promise<T>): Promise<T> {
  return withClient(endpoint, async (client) => {
    await client.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'tattoo', AttributeType: 'N' }],
        KeySchema: [{ AttributeName: 'tattoo', KeyType: 'HASH' }],
      }),
    );
    const result = await body();
    await client.send(new DeleteTableCommand({ TableName })).catch((error: Error) => {
      if (error.name !== 'ResourceNotFoundException') throw error;
    });
    return result;
  });
}

/** Puts a sheep that the wolf will choose. */
export async function addPrime(endpoint: string, TableName: string): Promise<void> {
  const Item = { tattoo: { N: '2' }, weight: { N: PRIME_WEIGHT } };
  await withClient(endpoint, (client) => client.send(new PutItemCommand({ TableName, Item })));
}

/** How many sheep there are; the table must be smaller than a page of a scan. */
export async function countTable(endpoint: string, TableName: string): Promise<number> {
  return withClient(endpoint, async (client) => {
    const { Count = 0 } = await client.send(new ScanCommand({ TableName, Select: 'COUNT' }));
    return Count;
  });
}

async function withClient<T>(endpoint: string, body: (client: DynamoDBClient) => Promise<T>): Promise<T> {
  const client = new DynamoDBClient(clientSettings(endpoint, ROOT_KEY));
  return body(client).finally(() => client.destroy());
}
