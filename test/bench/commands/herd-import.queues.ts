import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { csvRows } from '../../../src/adapters/csv/csv-rows.ts';
import { dynamodbFlocks } from '../../../src/adapters/dynamodb/sdk-flocks.ts';
import { memoryQueue } from '../../../src/adapters/memory/memory-queue.ts';
import { s3Objects } from '../../../src/adapters/s3/s3-objects.ts';
import { run } from '../../../src/functions/import-flock/run.ts';
import { withEmulator } from '../../with-emulator.ts';
import { benchIn, NO_AWS } from '../run-cli.ts';

const place = await withEmulator();
const { accessKeyId, secretAccessKey } = place.credentials();
const client = { ...place, credentials: place.credentials() };
const folder = await mkdtemp(join(tmpdir(), 'sheep-shed-herd-import-'));
after(() => rm(folder, { recursive: true, force: true }));

const bucket = `flocks-${randomUUID()}`;
const table = `shed-${randomUUID()}`;
const imports = `${table}-imports`;
await new S3Client(client).send(new CreateBucketCommand({ Bucket: bucket }));
for (const [TableName, keys] of [
  [table, [['tattoo', 'N']]],
  [
    imports,
    [
      ['file', 'S'],
      ['chunk', 'N'],
    ],
  ],
] as const) {
  await new DynamoDBClient(client).send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: keys.map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType })),
      KeySchema: keys.map(([AttributeName], i) => ({ AttributeName, KeyType: i === 0 ? 'HASH' : 'RANGE' })),
    }),
  );
}
const objects = s3Objects(place);
const flocks = dynamodbFlocks({ ...place, table, imports });
after(() => Promise.all([objects.close(), flocks.close()]));

/** The command, and the function that the bucket's event would call. */
async function imported(text: string, key: string) {
  const file = join(folder, 'herd.csv');
  await writeFile(file, text);
  const environment = {
    ...NO_AWS,
    AWS_REGION: place.region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_ENDPOINT_URL: place.endpoint,
  };
  const names = ['--bucket', bucket, '--imports', imports, '--key', key, '--wait', '60'];
  const command = benchIn(environment, ['herd', 'import', file, ...names]);
  while ((await objects.head({ bucket, key })) === undefined);
  await run(
    { bucket, key },
    {
      requestId: 'r',
      correlationId: 'r',
      log: { warn: () => undefined, error: () => undefined },
      random: Math.random,
      remainingTimeMs: () => 60_000,
      flock: { objects, flocks, readRows: csvRows, queue: memoryQueue(), deadLetters: memoryQueue() },
      csvDelimiter: ',',
      chunksAtOnce: 2,
    },
  );
  const { code, stdout, stderr } = await command;
  return { code, stdout, stderr };
}

test('the command puts a file, waits for its end and shows what was refused', async () => {
  const { code, stdout } = await imported('tattoo\n1\n2\nx\n', 'flocks/one.csv');
  assert.equal(code, 0);
  assert.match(stdout, /^2 sheep added, 1 rows refused\nline,field,value,reason\n4,tattoo,x,/);
});

test('a file that is no CSV of sheep fails with the reason', async () => {
  const { code, stderr } = await imported('name\nDolly\n', 'flocks/two.csv');
  assert.equal(code, 1);
  assert.match(
    stderr,
    /^herd: the file must be a CSV: its first line a header .*, separated by ","; got "name"$/m,
  );
});
