/** A flock from the bucket to the shed: the packaged function, local-lambda's queue source, and the emulator. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { provision, type ResourceTemplate } from '../../develop/emulated-resources.ts';
import { withEmulator } from '../with-emulator.ts';

const ROOT = join(import.meta.dirname, '../..');
const ROWS = 12_000;
const LIMIT_MS = 120_000;

const { endpoint, region, credentials } = await withEmulator();
const place = { endpoint, region, credentials: credentials() };
const s3 = new S3Client(place);
const dynamodb = new DynamoDBClient(place);
const folder = await mkdtemp(join(tmpdir(), 'sheep-shed-local-import-'));
after(() => rm(folder, { recursive: true, force: true }));

async function tattoos(): Promise<readonly string[]> {
  const found: string[] = [];
  const pages = paginateScan({ client: dynamodb }, { TableName: 'sheep-shed-dev-ts', ConsistentRead: true });
  for await (const { Items = [] } of pages) found.push(...Items.map(({ tattoo }) => tattoo?.N ?? ''));
  return found;
}

/** Starts the host on the package. */
async function startHost(packageDir: string): Promise<ChildProcess> {
  const { accessKeyId, secretAccessKey } = place.credentials;
  const variables = [
    `AWS_ENDPOINT_URL_DYNAMODB=${endpoint}`,
    `AWS_ACCESS_KEY_ID=${accessKeyId}`,
    `AWS_SECRET_ACCESS_KEY=${secretAccessKey}`,
  ].flatMap((variable) => ['--env', variable]);
  const cli = join(ROOT, 'packages/local-lambda/src/cli.ts');
  const flags = [
    '--package',
    packageDir,
    '--port',
    '0',
    '--logs',
    join(folder, 'logs'),
    '--aws-endpoint',
    endpoint,
  ];
  const child = spawn(process.execPath, [cli, ...flags, ...variables], { stdio: ['ignore', 'pipe', 'pipe'] });
  after(() => child.kill('SIGKILL'));
  let output = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  for await (const [chunk] of on(child)) {
    output += chunk;
    if (output.includes('Stop with')) break;
  }
  child.stdout?.resume();
  return child;
}

/** What the child prints, until it ends. */
async function* on(child: ChildProcess): AsyncGenerator<readonly [string]> {
  for await (const chunk of child.stdout ?? []) yield [String(chunk)];
}

test('a host that is killed in the middle of an import goes on when it is started again; each row is one sheep or one error', async () => {
  const packageDir = join(folder, 'package');
  await promisify(execFile)(
    join(ROOT, 'node_modules/.bin/serverless'),
    ['package', '--package', packageDir],
    {
      cwd: ROOT,
      timeout: LIMIT_MS,
      env: { ...process.env, SHEEP_SHED_PORTRAITS: 'on', LOCAL_LAMBDA: '1' },
    },
  );
  const path = join(packageDir, 'cloudformation-template-update-stack.json');
  const template = JSON.parse(await readFile(path, 'utf8')) as ResourceTemplate;
  const { FlockQueue } = template.Resources;
  assert.ok(FlockQueue);
  // What a killed host has taken comes again after 3 s instead of 120.
  Object.assign(FlockQueue.Properties ?? {}, { VisibilityTimeout: 3 });
  await provision(template, place);

  const first = await startHost(packageDir);
  const text = ['tattoo', ...Array.from({ length: ROWS }, (_, i) => (i === 5 ? 'ram' : i)), 7].join('\r\n');
  await s3.send(new PutObjectCommand({ Bucket: 'flockbucket', Key: 'flocks/my herd.csv', Body: text }));
  const deadline = Date.now() + LIMIT_MS;
  while ((await tattoos()).length < 500) {
    assert.ok(Date.now() < deadline, 'the import begins');
    await sleep(50);
  }
  first.kill('SIGKILL');
  await once(first, 'exit');
  const before = (await tattoos()).length;
  assert.ok(before < ROWS - 1, `${before} rows`);

  const second = await startHost(packageDir);
  const report = { Bucket: 'flockbucket', Key: 'flocks/my herd.csv.errors.csv' };
  let lines: string | undefined;
  while (lines === undefined) {
    assert.ok(Date.now() < deadline, 'the import ends');
    lines = await s3.send(new GetObjectCommand(report)).then(
      ({ Body }) => Body?.transformToString(),
      () => undefined,
    );
    await sleep(50);
  }
  assert.equal(
    lines,
    [
      'line,field,value,reason',
      '7,tattoo,ram,"tattoo must be 1 to 20 digits, from 0 to 18446744073709551615; got ""ram"""',
      `${ROWS + 2},tattoo,7,sheep 7 is already in the shed`,
      '',
    ].join('\r\n'),
  );
  const herd = await tattoos();
  assert.equal(herd.length, ROWS - 1);
  assert.equal(new Set(herd).size, ROWS - 1);
  second.kill('SIGTERM');
  await once(second, 'exit');
});
