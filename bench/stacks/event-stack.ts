import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { LocalLambda } from '@sheep-shed/local-lambda';
import { OptionError } from '@sheep-shed/options';
import { emulatedResources, provision, type ResourceTemplate } from '../../develop/emulated-resources.ts';
import { EMULATOR_KEY, EMULATOR_REGION, startOwnEmulator } from '../../develop/running-emulator.ts';
import { eventConnect } from '../load/event-connection.ts';
import type { ScenarioName } from '../results/names.ts';
import { makePhoto, PHOTOS, photoSize } from '../scenarios/portrait-photo.ts';
import type { Progress } from '../world/progress.ts';
import { startLambdaStack } from './lambda-stack.ts';
import { importFlock, makePortrait } from './put-in.ts';
import type { Stack } from './stack.ts';
import { REQUEST_LIMITS, tableAt } from './table.ts';

const TEMPLATE = 'cloudformation-template-update-stack.json';
/** Of the emulator, an event more or less. */
const QUEUES_LIMIT_MS = 30_000;
const LOOK_MS = 20;

/** A stack whose functions are called by events of buckets. */
export interface EventStackOptions {
  readonly name: string;
  readonly commit?: string;
  readonly packageDir: string;
  readonly root: string;
  /** Folder of its log groups. */
  readonly logsDir: string;
  readonly scenario: readonly ScenarioName[];
  readonly megapixels: number;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/**
 * Starts a deployment package with flocks and portraits on local-lambda, and an emulator of its own with its buckets,
 * queues and tables.
 * @throws OptionError when the emulator cannot run here.
 */
export async function openEventStack(
  options: EventStackOptions,
): Promise<{ readonly stack: Stack; close(): Promise<void> }> {
  const { packageDir, root, scenario, progress, signal } = options;
  const cleanups: (() => Promise<void> | void)[] = [];
  const close = async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  };
  try {
    progress.step('starting the emulator of S3, SQS and DynamoDB (MiniStack)');
    const { endpoint, close: end } = await startOwnEmulator(progress.line, signal).catch((error: Error) => {
      signal.throwIfAborted();
      throw new OptionError(`--scenario ${scenario.join(',')} cannot be measured here: ${error.message}`);
    });
    cleanups.push(end);
    const place = { endpoint, region: EMULATOR_REGION, credentials: EMULATOR_KEY };
    const template = JSON.parse(await readFile(join(packageDir, TEMPLATE), 'utf8')) as ResourceTemplate;
    await provision(template, place);
    const clients = { requestHandler: REQUEST_LIMITS, ...place };
    const s3 = new S3Client(clients);
    const sqs = new SQSClient({ ...clients, useQueueUrlAsEndpoint: false });
    const dynamodb = new DynamoDBClient(clients);
    cleanups.push(() => [s3, sqs, dynamodb].forEach((client) => void client.destroy()));
    const lambda = await startLambdaStack({
      name: options.name,
      commit: options.commit,
      packageDir,
      logsDir: options.logsDir,
      cacheDir: join(root, '.cache'),
      environment: {
        AWS_ENDPOINT_URL_DYNAMODB: endpoint,
        AWS_ACCESS_KEY_ID: EMULATOR_KEY.accessKeyId,
        AWS_SECRET_ACCESS_KEY: EMULATOR_KEY.secretAccessKey,
      },
      awsEndpoint: endpoint,
      tableOf: (host) => {
        const table = tableAt(place, variableOf(host, 'SHEEP_SHED_TABLE'));
        cleanups.push(table.close);
        return table;
      },
      onNotice: progress.line,
    });
    cleanups.push(lambda.close);
    const imports = variableOf(lambda.host, 'FLOCK_IMPORTS_TABLE');
    const bucket = String(emulatedResources(template).Resources['FlockBucket']?.Properties?.['BucketName']);
    const photos = scenario.includes('portrait') ? await photosOf(options) : [];
    const queues = await queuesOf(sqs);
    const settle = async () => {
      await emptied(sqs, queues, signal);
      await lambda.stack.host.settle();
    };
    // A bucket that is told of its queue sends an event that is no file's.
    await settle();
    const stack: Stack = {
      ...lambda.stack,
      host: { ...lambda.stack.host, settle },
      events: {
        import: eventConnect(importFlock({ s3, dynamodb }, { bucket, imports })),
        portrait: eventConnect(makePortrait(lambda.stack.url, photos)),
      },
    };
    return { stack, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function photosOf({ megapixels, progress }: EventStackOptions): Promise<readonly Buffer[]> {
  progress.step(`making photos of ${megapixels} megapixels`);
  return Promise.all(Array.from({ length: PHOTOS }, (_, photo) => makePhoto(photoSize(megapixels), photo)));
}

/** A variable of the function that imports flocks, as the template sets it. */
function variableOf({ functions }: LocalLambda, name: string): string {
  const value = functions.find((one) => one.name.endsWith('-import-flock'))?.environment[name];
  if (value === undefined) throw new OptionError(`the package has no function import-flock with ${name}`);
  return value;
}

/** Addresses of the queues whose messages call functions. */
async function queuesOf(sqs: SQSClient): Promise<readonly string[]> {
  const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
  return QueueUrls.filter((url) => !url.endsWith('DeadLetters'));
}

/**
 * Resolves when every message was dealt with: a function goes on after what it made is visible, and its message is
 * deleted after its answer.
 * @throws Error when that takes too long; the signal's reason.
 */
async function emptied(sqs: SQSClient, queues: readonly string[], signal: AbortSignal): Promise<void> {
  const until = performance.now() + QUEUES_LIMIT_MS;
  for (const QueueUrl of queues) {
    for (;;) {
      const asked = new GetQueueAttributesCommand({
        QueueUrl,
        AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
      });
      const { Attributes = {} } = await sqs.send(asked, { abortSignal: signal });
      if (Object.values(Attributes).every((count) => Number(count) === 0)) break;
      if (performance.now() > until) throw new Error(`messages are left in ${QueueUrl}`);
      await sleep(LOOK_MS, undefined, { signal });
    }
  }
}
