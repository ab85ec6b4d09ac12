import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, type TestContext, test } from 'node:test';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { startDynamodb } from '@sheep-shed/local-lambda/dynamodb';
import { herdSheep, makeHerd } from '../../../bench/herd/make-herd.ts';
import { countHerd, type HerdTable, loadHerd, putHerd, readHerd } from '../../../bench/herd/table-herd.ts';
import type { BenchResult } from '../../../bench/results/result.ts';
import { startCloudWatch } from '../../../packages/log-insights/test/cloudwatch-server.ts';
import { benchIn, KEYS, temporaryFile } from '../run-cli.ts';

const dynamodb = await startDynamodb();
const { endpoint, credentials } = dynamodb;
const client = new DynamoDBClient({ endpoint, credentials, region: 'local' });
after(async () => {
  client.destroy();
  await dynamodb.close();
});

const HERD = makeHerd(80, 1);
const primeWeights = new Set(HERD.primes.map(({ weight }) => weight));

/** A table, and a dog and a wolf behind HTTP that read and change it. */
async function deployed(t: TestContext, name: string, answersOf: 'honest' | 'never' = 'honest') {
  const TableName = `sheep-shed-test-${name}`;
  await dynamodb.createTable({
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'tattoo', AttributeType: 'N' }],
    KeySchema: [{ AttributeName: 'tattoo', KeyType: 'HASH' }],
  });
  const signal = AbortSignal.timeout(120_000);
  const sleep = async () => undefined;
  const table: HerdTable = {
    client,
    table: TableName,
    segments: 1,
    sleep,
    progress: () => undefined,
    signal,
  };
  const raid = async () => {
    const herd = await readHerd(table);
    const [eaten] = herd
      .filter(({ weight }) => primeWeights.has(weight))
      .sort((a, b) => b.weight - a.weight || (a.tattoo < b.tattoo ? -1 : 1));
    if (eaten === undefined || answersOf === 'never') return false;
    await loadHerd(
      table,
      herd.filter((sheep) => sheep !== eaten),
    );
    return true;
  };
  const server = createServer(async (request, response) => {
    if (request.url === '/dog') response.end(`{"count":${await countHerd(table)}}`);
    else if (request.url === '/wolf' && (await raid())) response.writeHead(204).end();
    else response.writeHead(404).end('{"code":"NO_FITTING_SHEEP"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return { table, url: `${name}=http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const PLAN = ['--calls', '6', '--rounds', '2', '--connections', '1', '--warm-up', '0', '--herd', '80'];
const REGION = ['--region', 'eu-west-3', '--stage', 'test'];

async function measure(t: TestContext, urls: readonly string[], scenario: string) {
  const logs = await startCloudWatch({
    StartQuery: [{ body: { queryId: 'q-1' } }],
    GetQueryResults: [{ body: { status: 'Complete', results: [[{ field: 'invocations', value: '6' }]] } }],
  });
  t.after(() => logs.close());
  const out = await temporaryFile(t);
  const environment = { ...KEYS, AWS_ENDPOINT_URL: logs.url, AWS_ENDPOINT_URL_DYNAMODB: endpoint };
  const places = urls.flatMap((url) => ['--url', url]);
  const args = [...places, '--scenario', scenario, ...PLAN, ...REGION, '--out', out];
  const { code, stdout, stderr } = await benchIn(environment, args);
  const result = JSON.parse(await readFile(out, 'utf8')) as BenchResult;
  return { code, said: stdout + stderr, result };
}

test('with rights on the tables every stack is given the same herd, and they may be compared', async (t) => {
  const [one, two] = [await deployed(t, 'one'), await deployed(t, 'two')];
  await putHerd(one.table, herdSheep(33, 2));
  const { code, said, result } = await measure(t, [one.url, two.url], 'wolf');
  assert.equal(code, 0, said);
  for (const { incomparable, rounds } of result.scenarios) {
    assert.equal(incomparable, undefined);
    assert.ok(
      rounds.every(({ load }) => load.statuses['204'] === 3),
      said,
    );
  }
  assert.doesNotMatch(said, /the functions drew the weights/);
});

test('a wolf that never finds a sheep does not verify where the herd is known', async (t) => {
  const { url } = await deployed(t, 'never', 'never');
  const { code, result } = await measure(t, [url], 'wolf');
  assert.equal(code, 1);
  assert.ok(result.scenarios[0]?.rounds.every(({ load }) => load.wrong === load.calls));
});

test('a table that is not the one behind the address is left alone, and no verdict is given', async (t) => {
  const { table } = await deployed(t, 'other');
  await putHerd(table, herdSheep(7, 3));
  const { url } = await deployed(t, 'behind');
  const { code, said, result } = await measure(t, [url.replace('behind', 'other')], 'wolf');
  assert.match(
    said,
    /the table sheep-shed-test-other is not written by the bench: it holds 7 sheep, but the dog counts 0/,
  );
  assert.equal(await countHerd(table), 7);
  // This shed takes no sheep over HTTP.
  assert.equal(code, 1);
  assert.ok(result.scenarios.every(({ incomparable }) => incomparable !== undefined));
});
