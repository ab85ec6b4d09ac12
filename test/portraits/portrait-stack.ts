/** The stack with portraits on this machine: packaged, on local-lambda, with an emulator's S3 and SQS. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type LocalLambda, startLocalLambda } from '@sheep-shed/local-lambda';
import { startDynamodb, tablesOf } from '@sheep-shed/local-lambda/dynamodb';
import { STACKS } from '../../bench/stacks/catalogue.ts';
import { packageStack } from '../../bench/stacks/package-stack.ts';
import { provision } from '../../develop/emulated-resources.ts';
import type { EmulatorPlace } from '../with-emulator.ts';

const ROOT = join(import.meta.dirname, '../..');
const TEMPLATE = 'cloudformation-template-update-stack.json';

/** A dead letter as the operator sees it. */
export interface DeadLetter {
  readonly reason: string;
  readonly body: string;
}

/** The stack, running. */
export interface PortraitStack {
  readonly host: LocalLambda;
  readonly url: string;
  /** Everything of the bucket below a prefix. */
  keys(prefix: string): Promise<readonly string[]>;
  /** At most ten of the dead letters, which it takes out of sight for a minute; waits up to a second for the first. */
  deadLetters(): Promise<readonly DeadLetter[]>;
  /** The REPORT lines and other output of the functions so far. */
  readonly logLines: readonly string[];
  close(): Promise<void>;
}

/** Packages the stack, unless it is packaged already. @returns the folder. */
function packagePortraits(): Promise<string> {
  // As local-lambda says itself when it packages.
  process.env['LOCAL_LAMBDA'] = '1';
  const { ts } = STACKS;
  const row = { ...ts, parameters: { ...ts.parameters, portraits: 'on' } };
  return packageStack(ROOT, 'portraits', row, AbortSignal.timeout(120_000), () => undefined);
}

/** Starts the stack, its bucket and queues made as `npm run local` makes them. */
export async function startPortraits(
  { endpoint, region, credentials }: EmulatorPlace,
  { memoryLimit = true } = {},
): Promise<PortraitStack> {
  const packageDir = await packagePortraits();
  const folder = await mkdtemp(join(tmpdir(), 'sheep-shed-portraits-'));
  const dynamodb = await startDynamodb();
  for (const table of await tablesOf(packageDir)) await dynamodb.createTable(table);
  const key = credentials();
  // The table is served as for the bench, so that figures of both can be compared.
  await provision(JSON.parse(await readFile(join(packageDir, TEMPLATE), 'utf8')), {
    endpoint,
    region,
    credentials: key,
  });
  const logLines: string[] = [];
  const host = await startLocalLambda({
    packageDir,
    logsDir: join(folder, 'logs'),
    port: 0,
    memoryLimit,
    sqsEndpoint: endpoint,
    s3Endpoint: endpoint,
    onLogEvent: (_group, message) => logLines.push(message),
    environment: {
      AWS_ENDPOINT_URL_DYNAMODB: dynamodb.endpoint,
      AWS_ACCESS_KEY_ID: key.accessKeyId,
      AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
      AWS_REGION: region,
    },
  });
  const s3 = new S3Client({ endpoint, region, credentials: key });
  const sqs = new SQSClient({ endpoint, region, credentials: key, useQueueUrlAsEndpoint: false });
  const close = async () => {
    await host.close();
    s3.destroy();
    sqs.destroy();
    await dynamodb.close();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const maker = host.functions.find(({ name }) => name.endsWith('-make-portrait'));
    const { PORTRAIT_BUCKET: bucket = '', PORTRAIT_DEAD_LETTERS: deadLetters = '' } =
      maker?.environment ?? {};
    return {
      host,
      url: host.url,
      logLines,
      close,
      async keys(prefix) {
        const found: string[] = [];
        for await (const { Contents = [] } of paginateListObjectsV2(
          { client: s3 },
          { Bucket: bucket, Prefix: prefix },
        )) {
          found.push(...Contents.map(({ Key = '' }) => Key));
        }
        return found;
      },
      async deadLetters() {
        const { Messages = [] } = await sqs.send(
          new ReceiveMessageCommand({
            QueueUrl: deadLetters,
            MaxNumberOfMessages: 10,
            VisibilityTimeout: 60,
            WaitTimeSeconds: 1,
            MessageAttributeNames: ['All'],
          }),
        );
        return Messages.map(({ Body = '', MessageAttributes }) => ({
          body: Body,
          reason: MessageAttributes?.['reason']?.StringValue ?? '',
        }));
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Adds a sheep; its being there already is no fault. */
export async function addSheep(url: string, tattoo: number): Promise<void> {
  await (await fetch(`${url}/sheep/${tattoo}`, { method: 'POST' })).body?.cancel();
}
