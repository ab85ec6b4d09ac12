import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { after, type TestContext, test } from 'node:test';
import { startDynamodb } from '@sheep-shed/local-lambda/dynamodb';
import type { DynamodbShed, DynamodbShedOptions } from '../../../src/adapters/dynamodb/dynamodb-options.ts';
import { dynamodbShed as sdkShed } from '../../../src/adapters/dynamodb/sdk-shed.ts';
import { dynamodbShed as thinShed } from '../../../src/adapters/dynamodb/thin-shed.ts';
import { shedContract } from '../../contracts/shed.ts';

const dynamodb = await startDynamodb();
after(() => dynamodb.close());

const REGION = 'eu-west-3';
const credentials = () => ({ accessKeyId: 'id', secretAccessKey: 'secret', sessionToken: 'token' });
const settings = (options: Pick<DynamodbShedOptions, 'table' | 'endpoint'>) => ({
  region: REGION,
  credentials,
  ...options,
});
const ADAPTERS: readonly (readonly [string, (options: DynamodbShedOptions) => DynamodbShed])[] = [
  ['dynamodb by the SDK', sdkShed],
  ['dynamodb by the thin client', (options) => thinShed(options, { random: () => 0, sleep: async () => 0 })],
];

type Body = Readonly<Record<string, unknown>>;
type Answer = (body: Body, response: ServerResponse, request: IncomingMessage) => unknown;

/** A server that answers as the test says, and the requests that it got. */
async function serverOf(t: TestContext, answer: Answer) {
  const requests: { readonly target: string; readonly body: Body }[] = [];
  const server = createServer(async (request, response) => {
    const text = (await Array.fromAsync(request)).join('');
    const body = text === '' ? {} : JSON.parse(text);
    requests.push({ target: String(request.headers['x-amz-target'] ?? request.method), body });
    await answer(body, response, request);
  }).listen(0, '127.0.0.1');
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests, sockets };
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
}

const THROTTLED = {
  __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
  message: 'slow down',
};

let tables = 0;

for (const [name, dynamodbShed] of ADAPTERS) {
  for (const segments of [1, 3]) {
    shedContract(segments === 1 ? name : `${name}, ${segments} segments`, async () => {
      const table = `shed-${tables++}`;
      await dynamodb.createTable({
        TableName: table,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'tattoo', AttributeType: 'N' }],
        KeySchema: [{ AttributeName: 'tattoo', KeyType: 'HASH' }],
      });
      return dynamodbShed({ ...settings({ table, endpoint: dynamodb.endpoint }), pageSize: 3, segments });
    });
  }

  test(`${name}: a sheep in the way is our own only if the request was repeated and the weight is the same`, async (t) => {
    const MINE = 80_000_000_001;
    for (const there of [undefined, MINE, MINE + 1]) {
      for (const isLost of [false, true]) {
        let weight = there;
        // Answers as DynamoDB does to ReturnValuesOnConditionCheckFailure, which dynalite does not know.
        const { endpoint, requests } = await serverOf(t, ({ Item }, response, request) => {
          const before = weight;
          weight ??= MINE;
          if (isLost && requests.length === 1) return request.socket.destroy();
          if (before === undefined) return reply(response, 200, {});
          const __type = 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException';
          const found = { ...(Item as Body), weight: { N: String(before) } };
          return reply(response, 400, { __type, message: 'failed', Item: found });
        });
        const shed = dynamodbShed(settings({ table: 'shed-retry', endpoint }));
        const added = await shed.add({ tattoo: 7n, weight: MINE });
        // After a lost answer nothing tells a sheep of the same weight from our own.
        assert.equal(added, there === undefined || (isLost && there === MINE), `${there}, lost: ${isLost}`);
        assert.equal(requests.length, isLost ? 2 : 1);
        await shed.close();
      }
    }
  });

  test(`${name}: what is throttled or fails is tried three times, then told by its name`, async (t) => {
    for (const [status, body, told] of [
      [400, THROTTLED, 'ProvisionedThroughputExceededException'],
      [500, { __type: 'com.amazonaws.dynamodb.v20120810#InternalServerError' }, 'InternalServerError'],
    ] as const) {
      const { endpoint, requests } = await serverOf(t, (_body, response) => reply(response, status, body));
      const shed = dynamodbShed(settings({ table: 'shed-busy', endpoint }));
      await assert.rejects(shed.count(), { name: told });
      assert.equal(requests.length, 3, told);
    }
  });

  test(`${name}: a third attempt may succeed, and what no repetition mends is tried once`, async (t) => {
    const late = await serverOf(t, (_body, response) =>
      late.requests.length < 3 ? reply(response, 503, {}) : reply(response, 200, { Count: 5 }),
    );
    assert.equal(await dynamodbShed(settings({ table: 'shed-late', endpoint: late.endpoint })).count(), 5);
    const __type = 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException';
    const gone = await serverOf(t, (_body, response) =>
      reply(response, 400, { __type, message: 'no table' }),
    );
    const shed = dynamodbShed(settings({ table: 'shed-gone', endpoint: gone.endpoint }));
    await assert.rejects(shed.count(), { name: 'ResourceNotFoundException', message: 'no table' });
    assert.equal(gone.requests.length, 1);
  });
}

for (const [name, dynamodbShed] of ADAPTERS) {
  test(`${name}: the first call uses the connection that was opened, by a request without rights`, async (t) => {
    const { endpoint, requests, sockets } = await serverOf(t, (_body, response) =>
      requests.length === 1 ? response.end('healthy: dynamodb') : reply(response, 200, { Count: 5 }),
    );
    const shed = dynamodbShed(settings({ table: 'shed-open', endpoint }));
    await shed.open();
    assert.deepEqual(requests, [{ target: 'GET', body: {} }]);
    assert.equal(await shed.count(), 5);
    assert.equal(sockets.size, 1);
    const [socket] = sockets;
    const ended = once(socket as Socket, 'close');
    await shed.close();
    await ended;
  });

  test(`${name}: a connection that cannot be opened is tried once, and left to the first call`, async (t) => {
    const { endpoint, requests } = await serverOf(t, (_body, response, request) =>
      requests.length === 1 ? request.socket.destroy() : reply(response, 200, { Count: 5 }),
    );
    const shed = dynamodbShed(settings({ table: 'shed-late', endpoint }));
    await shed.open();
    assert.equal(requests.length, 1);
    assert.equal(await shed.count(), 5);
    await shed.close();
  });
}

test('without credentials the SDK asks its own chain, and the thin client says that it has none', async (t) => {
  const before = process.env;
  process.env = { AWS_ACCESS_KEY_ID: 'from-the-chain', AWS_SECRET_ACCESS_KEY: 'secret' };
  t.after(() => {
    process.env = before;
  });
  let authorization = '';
  const { endpoint } = await serverOf(t, (_body, response, { headers }) => {
    authorization = String(headers.authorization);
    reply(response, 200, { Count: 0 });
  });
  const place = { table: 'shed-chain', region: REGION, endpoint };
  await sdkShed(place).count();
  assert.match(authorization, /Credential=from-the-chain\//);
  assert.throws(() => thinShed(place), /credentials must be given: the thin client does not look for any/);
});

test('both adapters send the same requests, with what the roles of serverless.yml allow', async (t) => {
  const sent = [];
  for (const [, dynamodbShed] of ADAPTERS) {
    const key = { tattoo: { N: '18446744073709551615' } };
    const { endpoint, requests } = await serverOf(t, (body, response) =>
      reply(response, 200, {
        Count: 1,
        Items: body['Select'] === 'COUNT' ? undefined : [{ ...key, weight: { N: '80000000000' } }],
        LastEvaluatedKey: 'ExclusiveStartKey' in body || !('Limit' in body) ? undefined : key,
      }),
    );
    const shed = dynamodbShed({ ...settings({ table: 'shed-same', endpoint }), pageSize: 2 });
    await shed.add({ tattoo: 2n ** 64n - 1n, weight: 80_000_000_000 });
    assert.equal(await shed.count(), 2);
    assert.equal((await Array.fromAsync(shed.scan())).flat()[1]?.tattoo, 2n ** 64n - 1n);
    await shed.remove(9_007_199_254_740_993n);
    sent.push(requests);
  }
  assert.equal(sent[0]?.length, 6);
  assert.deepEqual(sent[1], sent[0]);
});
