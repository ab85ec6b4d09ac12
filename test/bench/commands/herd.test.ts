import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { BatchWriteItemCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { startDynamodb } from '@sheep-shed/local-lambda/dynamodb';
import { type HerdSheep, herdSheep, makeHerd } from '../../../bench/herd/make-herd.ts';
import {
  checkShed,
  clearHerd,
  countHerd,
  type HerdTable,
  loadHerd,
  putHerd,
  readHerd,
} from '../../../bench/herd/table-herd.ts';
import { benchIn, NO_AWS, spawnedBench } from '../run-cli.ts';

const dynamodb = await startDynamodb();
const { endpoint, credentials } = dynamodb;
const client = new DynamoDBClient({ endpoint, credentials, region: 'local' });
const shed = (TableName: string, AttributeName = 'tattoo') => ({
  TableName,
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [{ AttributeName, AttributeType: 'N' }],
  KeySchema: [{ AttributeName, KeyType: 'HASH' }],
});
const tableOf = (table: string, more: Partial<HerdTable> = {}): HerdTable => ({
  client,
  table,
  segments: 3,
  sleep: async () => undefined,
  progress: () => undefined,
  signal: AbortSignal.timeout(60_000),
  ...more,
});

after(async () => {
  client.destroy();
  await dynamodb.close();
});

test('a herd is loaded to the last sheep and cleared to none', async () => {
  await dynamodb.createTable(shed('herd-one'));
  const told: number[] = [];
  const table = tableOf('herd-one', { progress: (done) => told.push(done) });
  await checkShed(table);
  await putHerd(table, herdSheep(137, 1));
  assert.equal(await countHerd(table), 137);
  assert.equal(told.at(-1), 137);
  await clearHerd(table);
  assert.equal(await countHerd(table), 0);
});

test('a table is made to hold exactly a herd, and nothing is written that is there', async () => {
  await dynamodb.createTable(shed('herd-exact'));
  const written: number[] = [];
  const table = tableOf('herd-exact', { progress: (done) => written.push(done) });
  const { sheep } = makeHerd(60, 1);
  const byTattoo = (herd: readonly HerdSheep[]) => herd.toSorted((a, b) => (a.tattoo < b.tattoo ? -1 : 1));
  const [lost, changed, ...rest] = sheep;
  assert.ok(lost && changed);
  await putHerd(table, [...rest, { ...changed, weight: 1 }, ...herdSheep(30, 2)]);
  written.length = 0;
  await loadHerd(table, sheep);
  assert.deepEqual(byTattoo(await readHerd(table)), byTattoo(sheep));
  // Thirty strangers went, two sheep came.
  assert.ok(written.includes(30));
  assert.deepEqual(written.at(-1), 2);
  written.length = 0;
  await loadHerd(table, sheep);
  assert.deepEqual(written, []);
});

test('more sheep of other herds than may be removed are left alone', async () => {
  await dynamodb.createTable(shed('herd-foreign'));
  const table = tableOf('herd-foreign');
  await putHerd(table, herdSheep(9, 2));
  await assert.rejects(
    loadHerd(table, [], 8),
    /^Error: the table herd-foreign holds 9 sheep of other herds, of which the bench removes at most 8: npm run herd -- --table herd-foreign --clear$/,
  );
  assert.equal(await countHerd(table), 9);
});

test('a table of another key is refused by name', async () => {
  await dynamodb.createTable(shed('herd-goats', 'goat'));
  await assert.rejects(
    checkShed(tableOf('herd-goats')),
    /^Error: the table herd-goats is no shed: its key must be tattoo \(HASH, N\); it is goat \(HASH, N\)$/,
  );
});

test('unprocessed requests are repeated after pauses that double, ten times at most', async () => {
  const pauses: number[] = [];
  const refusing = {
    send: async (command: unknown) => {
      assert.ok(command instanceof BatchWriteItemCommand);
      return { UnprocessedItems: command.input.RequestItems };
    },
  } as unknown as DynamoDBClient;
  const table = tableOf('busy', {
    client: refusing,
    segments: 1,
    sleep: async (ms) => pauses.push(ms),
  });
  await assert.rejects(putHerd(table, herdSheep(2, 1)), /the table busy left 2 requests unprocessed/);
  assert.deepEqual(pauses, [50, 100, 200, 400, 800, 1600, 3200, 5000, 5000]);
});

async function cli(args: readonly string[], more: Readonly<Record<string, string>> = {}) {
  const environment = {
    ...NO_AWS,
    AWS_REGION: 'eu-west-3',
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    ...more,
  };
  const { code, stdout, stderr } = await benchIn(environment, ['herd', ...args]);
  return { code, text: code === 0 ? stdout : stderr };
}

test('the command loads and clears a local table without asking', async () => {
  await dynamodb.createTable(shed('herd-two'));
  const loaded = await cli(['--table', 'herd-two', '--count', '30']);
  assert.deepEqual(loaded, { code: 0, text: 'loaded 30 sheep into herd-two\n' });
  const cleared = await cli(['--table', 'herd-two', '--clear']);
  assert.deepEqual(cleared, { code: 0, text: 'removed 30 sheep from herd-two\n' });
  await cli(['--table', 'herd-two', '--count', '5', '--seed', '7']);
  const { sheep } = makeHerd(5, 7);
  assert.deepEqual(new Set(await readHerd(tableOf('herd-two'))), new Set(sheep));
});

test('the command only tells what it would clear on an address that is not loopback, until --yes', async () => {
  await dynamodb.createTable(shed('herd-far'));
  await cli(['--table', 'herd-far', '--count', '3']);
  // Leads to this machine too, but is not among the names that the command knows for it.
  const far = { AWS_ENDPOINT_URL_DYNAMODB: endpoint.replace('127.0.0.1', '0.0.0.0') };
  const told = await cli(['--table', 'herd-far', '--clear'], far);
  assert.match(told.text, /holds 3 sheep; nothing was changed\. Add --yes/);
  assert.equal(await countHerd(tableOf('herd-far')), 3);
  assert.match((await cli(['--table', 'herd-far', '--clear', '--yes'], far)).text, /removed 3 sheep/);
});

test('the command refuses to clear a table that is no shed, and one that is not there', async () => {
  await dynamodb.createTable(shed('herd-cows', 'cow'));
  const Item = { cow: { N: '1' } };
  await client.send(new PutItemCommand({ TableName: 'herd-cows', Item }));
  const { code, text } = await cli(['--table', 'herd-cows', '--clear', '--yes']);
  assert.equal(code, 1);
  assert.match(text, /^herd: the table herd-cows is no shed: its key must be tattoo \(HASH, N\); it is cow/);
  assert.equal(await countHerd(tableOf('herd-cows')), 1);
  assert.deepEqual(await cli(['--table', 'herd-nowhere', '--clear', '--yes']), {
    code: 1,
    text: 'herd: there is no table herd-nowhere in eu-west-3: check --table, AWS_REGION and AWS_PROFILE\n',
  });
});

test('the command refuses what it does not know', async () => {
  assert.deepEqual(await cli(['--count', '1']), {
    code: 2,
    text: 'herd: --table is missing: it must be a table name of 3 to 255 letters, digits, "_", "." and "-"\n',
  });
  assert.equal((await cli(['--table', 'herd-two'])).code, 2);
  const { code, stdout, stderr } = await spawnedBench(['herd', '--table', 'herd-two', '--count', '-1']);
  assert.deepEqual([code, stdout], [2, '']);
  assert.match(stderr, /^herd: --count must be /);
});
