import { randomUUID } from 'node:crypto';
import { after } from 'node:test';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dynamodbFlocks } from '../../../src/adapters/dynamodb/sdk-flocks.ts';
import { dynamodbShed } from '../../../src/adapters/dynamodb/sdk-shed.ts';
import { flocksContract } from '../../contracts/flocks.ts';
import { withEmulator } from '../../with-emulator.ts';

const place = await withEmulator();
const client = new DynamoDBClient({ ...place, credentials: async () => place.credentials() });
const open: { close(): Promise<void> }[] = [];
after(() => Promise.all(open.map((one) => one.close())));

flocksContract('DynamoDB', async () => {
  const table = `shed-${randomUUID()}`;
  const imports = `${table}-imports`;
  const BillingMode = 'PAY_PER_REQUEST';
  await client.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode,
      AttributeDefinitions: [{ AttributeName: 'tattoo', AttributeType: 'N' }],
      KeySchema: [{ AttributeName: 'tattoo', KeyType: 'HASH' }],
    }),
  );
  await client.send(
    new CreateTableCommand({
      TableName: imports,
      BillingMode,
      AttributeDefinitions: [
        { AttributeName: 'file', AttributeType: 'S' },
        { AttributeName: 'chunk', AttributeType: 'N' },
      ],
      KeySchema: [
        { AttributeName: 'file', KeyType: 'HASH' },
        { AttributeName: 'chunk', KeyType: 'RANGE' },
      ],
    }),
  );
  const flocks = dynamodbFlocks({ ...place, table, imports });
  const shed = dynamodbShed({ ...place, table });
  open.push(flocks, shed);
  return { flocks, shed };
});
