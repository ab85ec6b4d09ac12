/** Every function on every host that needs no broker; those that do have the same contract in their own folders. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Context as LambdaContext } from 'aws-lambda';
import { jsonLog } from '../../src/adapters/json-log/json-log.ts';
import type { CallContext } from '../../src/domain/context.ts';
import type { ErrorCode } from '../../src/domain/errors.ts';
import { type AnyContext, FUNCTIONS, type Need } from '../../src/functions/catalogue.ts';
import { type HttpEvent, type Logging, lambda } from '../../src/hosts/lambda/lambda.ts';
import { CASES, type CallOutcome, type FunctionHost, functionsContract } from '../contracts/functions.ts';
import { memoryPortraits } from '../functions/memory-portraits.ts';
import { CREDENTIALS, startFaultyDatabase } from '../reference/faulty-database.ts';
import { memoryTable } from '../reference/typescript-stack.ts';
import { startContainer } from './start-container.ts';

/** What the hosts of this file have; the others are in `*.queues.ts`. */
const NEEDS: readonly Need[] = ['shed', 'finder', 'portraits'];
const ROUTED = FUNCTIONS.filter(
  ({ http, needs }) => http !== undefined && needs.every((need) => NEEDS.includes(need)),
);
const NAMES = ROUTED.map(({ name }) => name);

test('every function has rows in the contract', () => {
  const names = new Set(CASES.map(({ functionName }) => functionName));
  assert.deepEqual(
    FUNCTIONS.filter(({ name }) => !names.has(name)).map(({ name }) => name),
    [],
  );
});

for (const host of [await onContainer(), onLambda()]) functionsContract(host);

async function onContainer(): Promise<FunctionHost> {
  const database = await startFaultyDatabase();
  after(() => database.close());
  const shed = await database.createTable('functions-contract');
  const { url, stop } = await startContainer({
    ...CREDENTIALS,
    HOST_FUNCTIONS: NAMES.join(','),
    SHEEP_SHED_TABLE: 'functions-contract',
    AWS_ENDPOINT_URL: database.endpoint,
    // No row of these functions comes as far as to the bucket.
    PORTRAIT_BUCKET: 'portraits',
  });
  after(stop);
  return {
    name: 'the container',
    functions: NAMES,
    world: { shed, finder: true, portraits: true },
    async call(name, event) {
      const { method, path } = requestOf(name, event);
      const answer = await fetch(`${url}${path}`, { method });
      return outcomeOf(answer.status, answer.headers.get('content-type'), await answer.bytes());
    },
  };
}

function onLambda(): FunctionHost {
  const { shed, table } = memoryTable();
  // The functions with routes need no more than that.
  const parts = {
    ...memoryPortraits(),
    shed,
    catMaxSteps: 20_000_000,
    logFor: jsonLog(() => assert.fail('an error was logged')),
  } as unknown as Omit<AnyContext, keyof CallContext> & Logging;
  const handlers = new Map(
    ROUTED.map(({ name, run, http }) => {
      assert.ok(http);
      return [name, lambda({ run, http }, parts)];
    }),
  );
  return {
    name: 'Lambda',
    functions: NAMES,
    world: { shed: table, finder: true, portraits: true },
    async call(name, event) {
      const context = { awsRequestId: 'a-call', getRemainingTimeInMillis: () => 29_000 } as LambdaContext;
      const sent = { version: '2.0', queryStringParameters: texts(event) } as unknown as HttpEvent;
      const answer = await handlers.get(name)?.(sent, context);
      assert.ok(answer !== undefined);
      const { statusCode, headers, body = '', isBase64Encoded } = answer;
      const bytes = new Uint8Array(Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8'));
      return outcomeOf(statusCode, headers['content-type'], bytes);
    },
  };
}

/** The request of a call: what its path does not name is in the query. */
function requestOf(name: string, event: Readonly<Record<string, unknown>>) {
  const [method = '', template = ''] =
    ROUTED.find((one) => one.name === name)?.http?.routes[0]?.split(' ') ?? [];
  const fields = texts(event);
  const path = template.replaceAll(/\{(\w+)\}/g, (_, field: string) =>
    encodeURIComponent(fields[field] ?? ''),
  );
  return { method, path: `${path}?${new URLSearchParams(fields)}` };
}

function texts(event: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(event).map(([name, value]) => [name, String(value)]));
}

function outcomeOf(status: number, type: string | null | undefined, bytes: Uint8Array): CallOutcome {
  const text = new TextDecoder().decode(bytes);
  if (status >= 400) {
    const { code, message } = JSON.parse(text) as { code: ErrorCode; message: string };
    // In a text a number stands in quotes.
    return { kind: 'error', code, message: message.replace(/; got "(\d+)"$/, '; got $1') };
  }
  if (bytes.length === 0) return { kind: 'nothing' };
  if (type === 'application/json') return { kind: 'json', text };
  return { kind: 'bytes', type: type ?? '', bytes: new Uint8Array(bytes) };
}
