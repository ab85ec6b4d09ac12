/**
 * `npm run shim`: DynamoDB with the table, S3 and SQS with a bucket and a queue, and RabbitMQ where it is installed, on
 * loopback until Ctrl-C. Standard output gets nothing but lines for a shell: `npm run --silent shim > .cache/shim.sh`.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { startDynamodb } from '@sheep-shed/local-lambda/dynamodb';
import { findRabbitmq, HOW_TO_GET_RABBITMQ } from '../rabbitmq/installation.ts';
import { startRabbitmq } from '../rabbitmq/start-rabbitmq.ts';
import { REGION, startEmulator } from '../rehearsal/emulator.ts';
import { ensurePython } from '../rehearsal/python-environment.ts';
import { runUntil } from '../rehearsal/run.ts';

const ROOT = join(import.meta.dirname, '..');
const TABLE = 'sheep-shed';
const QUEUE = 'sheep-shed';
const BUCKET = 'sheep-shed-portraits';
/** Opens what runs here, and nothing else. */
const KEY = { accessKeyId: 'test', secretAccessKey: 'test' };

const say = (line: string) => process.stderr.write(`${line}\n`);
const stopped = new AbortController();
// From the beginning: a signal during the start ends what was started.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => stopped.abort());
const ends: (() => Promise<unknown>)[] = [];

try {
  const variables = { ...(await openDynamodb()), ...(await openAws()), ...(await openRabbitmq()) };
  for (const [name, value] of Object.entries(variables)) process.stdout.write(`export ${name}='${value}'\n`);
  say('Everything runs until Ctrl-C. In another shell: these lines, then npm run host -- container');
  if (!stopped.signal.aborted) {
    // Without it nothing might keep this process alive.
    const alive = setInterval(() => undefined, 60_000);
    await new Promise((resolve) => stopped.signal.addEventListener('abort', resolve, { once: true }));
    clearInterval(alive);
  }
} catch (error) {
  if (!stopped.signal.aborted) {
    say(`shim: ${(error as Error).message}`);
    process.exitCode = 1;
  }
} finally {
  for (const end of ends.toReversed()) await end().catch((error) => say(`shim: ${error}`));
}

async function openDynamodb() {
  const { endpoint, createTable, close } = await startDynamodb();
  ends.push(close);
  await createTable({
    TableName: TABLE,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'tattoo', AttributeType: 'N' }],
    KeySchema: [{ AttributeName: 'tattoo', KeyType: 'HASH' }],
  });
  return { AWS_ENDPOINT_URL_DYNAMODB: endpoint, SHEEP_SHED_TABLE: TABLE };
}

async function openAws() {
  const { signal } = stopped;
  const bin = await ensurePython(ROOT, join(ROOT, 'rehearsal/requirements.txt'), runUntil(signal));
  const folder = await mkdtemp(join(tmpdir(), 'sheep-shed-shim-'));
  ends.push(() => rm(folder, { recursive: true, force: true }));
  const { endpoint, close } = await startEmulator(bin, join(ROOT, 'node_modules/.bin'), folder, signal);
  ends.push(close);
  const place = { endpoint, region: REGION, credentials: KEY };
  const [sqs, s3] = [new SQSClient(place), new S3Client(place)];
  await sqs.send(new CreateQueueCommand({ QueueName: QUEUE }));
  const CreateBucketConfiguration = { LocationConstraint: REGION } as const;
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET, CreateBucketConfiguration }));
  sqs.destroy();
  s3.destroy();
  return {
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: KEY.accessKeyId,
    AWS_SECRET_ACCESS_KEY: KEY.secretAccessKey,
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_ENDPOINT_URL_SQS: endpoint,
    HOST_QUEUE: QUEUE,
    PORTRAIT_BUCKET: BUCKET,
  };
}

async function openRabbitmq(): Promise<Readonly<Record<string, string>>> {
  if (findRabbitmq() === undefined) {
    say(`Without RabbitMQ: ${HOW_TO_GET_RABBITMQ}`);
    return {};
  }
  const { url, stop } = await startRabbitmq();
  ends.push(stop);
  return { AMQP_URL: url };
}
