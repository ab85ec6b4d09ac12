/** Every function on every host that needs no broker; those that do have the same contract in their own folders. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Context as LambdaContext } from 'aws-lambda';
import { csvRows } from '../../src/adapters/csv/csv-rows.ts';
import { jsonLog } from '../../src/adapters/json-log/json-log.ts';
import { memoryFinder } from '../../src/adapters/memory/memory-finder.ts';
import { memoryFlocks } from '../../src/adapters/memory/memory-flocks.ts';
import { memoryQueue } from '../../src/adapters/memory/memory-queue.ts';
import type { CallContext } from '../../src/domain/context.ts';
import { ShedError } from '../../src/domain/errors.ts';
import { type AnyContext, FUNCTIONS } from '../../src/functions/catalogue.ts';
import { openMaker } from '../../src/functions/portrait-maker.ts';
import { writeJson } from '../../src/hosts/exact-json.ts';
import { HOSTS } from '../../src/hosts/hosts.ts';
import { lambdaEvents } from '../../src/hosts/lambda/events.ts';
import { type HttpEvent, type Logging, lambda } from '../../src/hosts/lambda/lambda.ts';
import { CASES, type CallOutcome, type FunctionHost } from '../contracts/function-cases.ts';
import { type ContractHost, HOST_CONTRACTS, servedBy } from '../contracts/function-hosts.ts';
import { functionsContract } from '../contracts/functions.ts';
import { BUCKET, memoryPortraits } from '../functions/memory-portraits.ts';
import { CREDENTIALS, startFaultyDatabase } from '../reference/faulty-database.ts';
import { memoryTable } from '../reference/typescript-stack.ts';
import { containerHost, httpOutcome, texts } from './container-functions.ts';
import { bucketOf } from './emulated-world.ts';

const ROOT = join(import.meta.dirname, '../..');
const HOST_NAMES = Object.keys(HOST_CONTRACTS) as ContractHost[];

test('every function has rows in the contract, and each host serves it or says why not', () => {
  const names = new Set(CASES.map(({ functionName }) => functionName));
  assert.deepEqual(
    FUNCTIONS.filter(({ name }) => !names.has(name)).map(({ name }) => name),
    [],
  );
  const gaps = HOST_NAMES.flatMap((host) =>
    FUNCTIONS.filter((one) => !servedBy(host).includes(one)).map(({ name }) => [
      host,
      name,
      HOST_CONTRACTS[host].cannotServe,
    ]),
  );
  assert.deepEqual(gaps, [
    ['container', 'make-portrait', 'has no HTTP route'],
    ['container', 'import-flock', 'has no HTTP route'],
  ]);
});

test('each host has a file that runs the contract on it', async () => {
  assert.deepEqual(HOST_NAMES.toSorted(), ['Lambda', ...Object.keys(HOSTS)].toSorted());
  for (const { files } of Object.values(HOST_CONTRACTS)) {
    assert.ok(files.length > 0);
    for (const file of files) assert.match(await readFile(join(ROOT, file), 'utf8'), /\bfunctionsContract\(/);
  }
});

for (const host of [await onContainer(), await onLambda()]) functionsContract(host);

async function onContainer(): Promise<FunctionHost> {
  const database = await startFaultyDatabase();
  after(() => database.close());
  const shed = await database.createTable('functions-contract');
  return containerHost(
    { shed },
    {
      ...CREDENTIALS,
      SHEEP_SHED_TABLE: 'functions-contract',
      AWS_ENDPOINT_URL: database.endpoint,
      // No row that is checked here comes as far as to the bucket.
      PORTRAIT_BUCKET: 'portraits',
    },
  );
}

async function onLambda(): Promise<FunctionHost> {
  const { shed, table, weights } = memoryTable();
  const portraits = memoryPortraits();
  const { objects } = portraits;
  const flocks = memoryFlocks(weights);
  const [queue, deadLetters] = [memoryQueue(), memoryQueue()];
  const parts: Omit<AnyContext, keyof CallContext> & Logging = {
    ...portraits,
    shed,
    finder: memoryFinder(weights),
    maker: await openMaker(),
    flock: { objects, flocks, readRows: csvRows, queue, deadLetters },
    catMaxSteps: 20_000_000,
    csvDelimiter: ',',
    chunksAtOnce: 4,
    logFor: jsonLog((line) => assert.doesNotMatch(line, /"level":"ERROR"/)),
  };
  const handlers = new Map(
    servedBy('Lambda').map(({ name, run, http }) => [
      name,
      http === undefined
        ? onEvents(lambdaEvents({ name, run }, parts))
        : onHttp(lambda({ run, http }, parts)),
    ]),
  );
  return {
    name: 'Lambda',
    world: { shed: table, bucket: bucketOf(BUCKET, objects) },
    async call(name, event) {
      const context = { awsRequestId: 'a-call', getRemainingTimeInMillis: () => 29_000 } as LambdaContext;
      const outcome = await handlers.get(name)?.(event, context);
      assert.ok(outcome !== undefined);
      return outcome;
    },
  };
}

type Handler = (
  event: Readonly<Record<string, unknown>>,
  context: LambdaContext,
) => Promise<CallOutcome | undefined>;

function onHttp(handler: ReturnType<typeof lambda>): Handler {
  return async (event, context) => {
    const sent = { version: '2.0', queryStringParameters: texts(event) } as unknown as HttpEvent;
    const answer = await handler(sent, context);
    if (answer === undefined) return undefined;
    const { statusCode, headers, body = '', isBase64Encoded } = answer;
    const bytes = new Uint8Array(Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8'));
    return httpOutcome(statusCode, headers['content-type'], bytes);
  };
}

function onEvents(handler: ReturnType<typeof lambdaEvents>): Handler {
  return async (event, context) => {
    try {
      return { kind: 'json', text: writeJson(await handler(event, context)) };
    } catch (error) {
      assert.ok(error instanceof ShedError);
      return { kind: 'error', code: error.code, message: error.message };
    }
  };
}
