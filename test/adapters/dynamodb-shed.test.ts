import { after } from 'node:test';
import { startDynamodb } from '../../local-lambda/start-dynamodb.ts';
import { dynamodbShed } from '../../src/adapters/dynamodb-shed.ts';
import { shedContract } from '../contracts/shed.ts';

const dynamodb = await startDynamodb();
after(() => dynamodb.close());
process.env['AWS_ACCESS_KEY_ID'] = dynamodb.credentials.accessKeyId;
process.env['AWS_SECRET_ACCESS_KEY'] = dynamodb.credentials.secretAccessKey;
process.env['AWS_REGION'] = 'local';

let tables = 0;

shedContract('dynamodb', async () => {
  const table = `shed-${tables++}`;
  await dynamodb.createTable({
    TableName: table,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'tattoo', AttributeType: 'N' }],
    KeySchema: [{ AttributeName: 'tattoo', KeyType: 'HASH' }],
  });
  return dynamodbShed({ table, endpoint: dynamodb.endpoint, pageSize: 3 });
});
