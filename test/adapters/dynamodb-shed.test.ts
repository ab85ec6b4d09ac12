import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
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

test('dynamodb: an add whose first answer was lost finds its own sheep in the way and succeeds', async (t) => {
  let requests = 0;
  // Answers as DynamoDB does to ReturnValuesOnConditionCheckFailure, which dynalite does not know.
  const server = createServer(async (request, response) => {
    requests++;
    const { Item } = JSON.parse((await Array.fromAsync(request)).join(''));
    if (requests === 1) return request.socket.destroy();
    const weight = requests === 2 ? Item.weight : { N: '80000000000' };
    const __type = 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException';
    response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
    return response.end(JSON.stringify({ __type, message: 'failed', Item: { ...Item, weight } }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const shed = dynamodbShed({
    table: 'shed-retry',
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  });
  assert.equal(await shed.add({ tattoo: 7n, weight: 80_000_000_001 }), true);
  assert.equal(requests, 2);
  assert.equal(
    await shed.add({ tattoo: 7n, weight: 80_000_000_002 }),
    false,
    'another sheep stays a conflict',
  );
});
