import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { HEADERS, INIT_ERROR_PATH, NEXT_PATH } from '../../src/runtime-api/protocol.ts';
import { EXECUTABLE, startHost } from '../fixture-package.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

/** A runtime that tries what a runtime may and may not do, and answers its second invocation with what it saw. */
const BOOTSTRAP = `#!${process.execPath}
const base = 'http://' + process.env.AWS_LAMBDA_RUNTIME_API + '/2018-06-01/';
const ask = async (path, options) => {
  const response = await fetch(base + path, options);
  return { status: response.status, text: await response.text(), headers: Object.fromEntries(response.headers) };
};
const post = (path, body = '1', headers = {}) => ask(path, { method: 'POST', body, headers, duplex: 'half' });
const next = () => ask('runtime/invocation/next');
const seen = {};
seen.early = await post('runtime/invocation/nobody/response');
seen.next = await next();
const id = seen.next.headers['lambda-runtime-aws-request-id'];
const own = 'runtime/invocation/' + id;
seen.wrongId = await post('runtime/invocation/nobody/response');
seen.initError = await post('runtime/init/error', '{}');
seen.unknownPath = await post('runtime/invocation/' + id + '/nothing');
seen.unknownVersion = await ask('runtime/nothing');
seen.wrongMethod = await ask(own + '/response');
seen.wrongMethodOfNext = await post('runtime/invocation/next');
seen.tooLarge = await post(own + '/response', Buffer.alloc(6291557, 'x'));
seen.second = await post(own + '/response');
seen.errorAfter = await post(own + '/error', '{}');
const second = await next();
const secondId = second.headers['lambda-runtime-aws-request-id'];
async function* pieces() { yield '{"chunked"'; yield ':true,"seen":'; yield JSON.stringify(seen) + '}'; }
const body = new ReadableStream({ async start(c) { for await (const p of pieces()) c.enqueue(new TextEncoder().encode(p)); c.close(); } });
seen.accepted = await post('runtime/invocation/' + secondId + '/response', body);
const third = await next();
await post('runtime/invocation/' + third.headers['lambda-runtime-aws-request-id'] + '/error',
  JSON.stringify({ accepted: seen.accepted, expected: process.version }), { 'Lambda-Runtime-Function-Error-Type': 'Own.Type' });
await next();
`;

interface Seen {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
}

test('the Runtime API answers as that of Lambda does, row by row', async (t) => {
  const files = {
    bootstrap: [bytes(BOOTSTRAP), EXECUTABLE] as [Uint8Array, object],
    'package.json': bytes('{"type":"module"}'),
  };
  const properties = { Runtime: 'provided.al2023', Handler: 'bootstrap', Timeout: 9 };
  const host = await startHost(t, { probe: { files, properties } }, { maxEnvironments: 1 });
  const client = new LambdaClient({
    endpoint: host.url,
    region: 'eu-west-3',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  });
  const context = Buffer.from('{"custom":{"a":1}}').toString('base64');
  const before = Date.now();
  const first = await client.send(new InvokeCommand({ FunctionName: 'probe', ClientContext: context }));
  const { errorType } = JSON.parse(Buffer.from(first.Payload ?? []).toString()) as { errorType: string };
  assert.equal(errorType, 'Function.ResponseSizeTooLarge');

  const second = (await host.invoke('probe', {})).payload as { chunked: boolean; seen: Record<string, Seen> };
  assert.equal(second.chunked, true);
  const row = (name: string) => [second.seen[name]?.status, second.seen[name]?.text.trim()];
  const headers = second.seen['next']?.headers ?? {};
  assert.equal(row('next')[0], 200);
  assert.match(headers['lambda-runtime-aws-request-id'] ?? '', /^[0-9a-f-]{36}$/);
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  assert.ok(deadline >= before && deadline <= Date.now() + 9_000, 'a time within the time-out from now');
  assert.equal(
    headers['lambda-runtime-invoked-function-arn'],
    'arn:aws:lambda:eu-west-3:000000000000:function:probe',
  );
  assert.match(
    headers['lambda-runtime-trace-id'] ?? '',
    /^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=[01]$/,
  );
  assert.deepEqual(JSON.parse(headers['lambda-runtime-client-context'] ?? ''), { custom: { a: 1 } });

  const wrongId = [400, '{"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"}'];
  const state = [
    403,
    '{"errorMessage":"State transition is not allowed","errorType":"InvalidStateTransition"}',
  ];
  assert.deepEqual(row('early'), state);
  assert.deepEqual(row('wrongId'), wrongId);
  assert.deepEqual(row('initError'), state);
  assert.equal(row('unknownPath')[0], 404);
  assert.equal(row('unknownVersion')[0], 404);
  assert.equal(row('wrongMethod')[0], 405);
  assert.equal(row('wrongMethodOfNext')[0], 405);
  assert.equal(row('tooLarge')[0], 413);
  assert.equal(JSON.parse(String(row('tooLarge')[1])).errorType, 'RequestEntityTooLarge');
  assert.deepEqual(row('second'), state);
  assert.deepEqual(row('errorAfter'), state);

  const third = await host.invoke('probe', {});
  assert.equal(third.errorType, 'Own.Type');
  const { accepted } = third.payload as { accepted: Seen };
  assert.deepEqual([accepted.status, accepted.text.trim()], [202, '{"status":"OK"}']);
});

test("Python's runtime speaks of the same paths and headers", async () => {
  const path = new URL('../../src/runtimes/python/bootstrap.py', import.meta.url);
  const source = await readFile(path, 'utf8');
  const [, prefix = ''] = /^PREFIX = "([^"]+)"$/m.exec(source) ?? [];
  for (const whole of [NEXT_PATH, INIT_ERROR_PATH]) {
    assert.ok(whole.startsWith(prefix) && source.includes(whole.slice(prefix.length)), whole);
  }
  const known = new Set(Object.values(HEADERS).map((name) => name.toLowerCase()));
  const used = source.toLowerCase().match(/lambda-runtime-[a-z-]+/g) ?? [];
  assert.ok(used.length > 4);
  for (const name of used) assert.ok(known.has(name), name);
});

test('each environment has an address of its own, which is not the one that everybody looks at', async (t) => {
  const source = 'export const handler = () => process.env.AWS_LAMBDA_RUNTIME_API;';
  const host = await startHost(t, { a: { source }, b: { source } });
  const addresses = [(await host.invoke('a', {})).payload, (await host.invoke('b', {})).payload].map(String);
  assert.notEqual(addresses[0]?.split(':')[0], addresses[1]?.split(':')[0]);
  for (const address of addresses) {
    assert.match(address, /^127\.\d+\.\d+\.\d+:\d+$/);
    const foreign = `http://127.0.0.1:${address.split(':')[1]}/2018-06-01/runtime/invocation/next`;
    if (!address.startsWith('127.0.0.1:')) await assert.rejects(fetch(foreign));
  }
});
