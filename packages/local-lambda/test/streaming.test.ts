import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  InvokeWithResponseStreamCommand,
  type InvokeWithResponseStreamResponseEvent,
  LambdaClient,
  TooManyRequestsException,
} from '@aws-sdk/client-lambda';
import { EXECUTABLE, type FixtureFunction, startHost, type TestHost } from './fixture-package.ts';
import { type Gates, startGates } from './gates.ts';

const SOURCE = `
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
const pass = (gate) => fetch(process.env.GATES + gate).then((answer) => answer.text());
const steps = async (stream, gate) => {
  stream.write('one');
  await pass(gate);
  stream.write('two');
  stream.end();
};
const kinds = {
  http: (stream, id) => steps(awslambda.HttpResponseStream.from(stream, {
    statusCode: 207, headers: { 'X-Id': id, 'content-length': '1' }, multiValueHeaders: { 'x-many': ['a', 'b'] }, cookies: ['a=1'],
  }), 'http'),
  bare: async (stream, id, gate = 'bare') => { stream.setContentType('text/plain'); await steps(stream, gate); },
  empty: async (stream) => { awslambda.HttpResponseStream.from(stream, { statusCode: 204 }).end(); },
  early: async () => { throw new RangeError('too early'); },
  late: async (stream) => { stream.write('one'); await pass('late'); throw new TypeError('no more'); },
  prelude: async (stream) => { stream.setContentType('application/vnd.awslambda.http-integration-response'); stream.end('none'); },
  leave: async (stream) => {
    stream.write('one');
    await pass('leave');
    await pipeline(Readable.from(Array(40).fill(Buffer.alloc(1e5))), stream);
    await pass('left');
  },
  flood: async (stream) => {
    await pipeline(Readable.from((function* () { for (let i = 0; i < 24; i += 1) yield Buffer.alloc(1e6, 'x'); })()), stream);
    await pass('flooded');
  },
  exit: async (stream) => { stream.write('one', () => process.exit(3)); await new Promise(() => {}); },
  never: async (stream) => { stream.write('one'); await new Promise(() => {}); },
};
export const handler = awslambda.streamifyResponse(async (event, stream, context) =>
  kinds[event.kind ?? event.rawPath?.slice(1) ?? event.pathParameters.kind](stream, context.awsRequestId, event.gate));
`;

/** A runtime of our own whose responses take the way that the event names. */
const BOOTSTRAP = `#!${process.execPath}
const base = 'http://' + process.env.AWS_LAMBDA_RUNTIME_API + '/2018-06-01/runtime/invocation/';
for (;;) {
  const next = await fetch(base + 'next');
  const id = next.headers.get('lambda-runtime-aws-request-id');
  await next.text();
  const body = new ReadableStream({ async start(stream) {
    stream.enqueue(new TextEncoder().encode('one'));
    await fetch(process.env.GATES + 'own').then((answer) => answer.text());
    stream.enqueue(new TextEncoder().encode('two'));
    stream.close();
  } });
  const headers = { 'Lambda-Runtime-Function-Response-Mode': 'streaming' };
  const answer = await fetch(base + id + '/response', { method: 'POST', duplex: 'half', headers, body });
  if (answer.status !== 202) throw new Error(await answer.text());
}
`;

/** One that loses its connection in the middle of a response, and does not notice. */
const LOSER = `#!${process.execPath}
import { request } from 'node:http';
const base = 'http://' + process.env.AWS_LAMBDA_RUNTIME_API + '/2018-06-01/runtime/invocation/';
const next = await fetch(base + 'next');
const id = next.headers.get('lambda-runtime-aws-request-id');
const headers = { 'Lambda-Runtime-Function-Response-Mode': 'streaming' };
const response = request(base + id + '/response', { method: 'POST', headers });
response.on('error', () => undefined);
response.write('one', () => response.destroy());
setInterval(() => undefined, 1e6);
`;

const bytes = (text: string) => new TextEncoder().encode(text);

const PROVIDED = { Runtime: 'provided.al2023', Handler: 'bootstrap' };

function fixtures(gates: string): Record<string, FixtureFunction> {
  const Environment = { Variables: { GATES: gates } };
  const filesOf = (source: string) => ({
    bootstrap: [bytes(source), EXECUTABLE] as [Uint8Array, object],
    'package.json': bytes('{"type":"module"}'),
  });
  return {
    streams: { source: SOURCE, properties: { Environment } },
    short: { source: SOURCE, properties: { Environment, Timeout: 1 } },
    single: { source: SOURCE, properties: { Environment, ReservedConcurrentExecutions: 1 } },
    own: { files: filesOf(BOOTSTRAP), properties: { ...PROVIDED, Environment } },
    loser: { files: filesOf(LOSER), properties: PROVIDED },
    whole: {
      source: `export const handler = async ({ fail }) => { if (fail) throw new Error('x'); return { statusCode: 201, body: 'b' }; };`,
    },
  };
}

const RestApiId = { Ref: 'RestApi' };
const RESOURCES = {
  Url: {
    Type: 'AWS::Lambda::Url',
    Properties: {
      AuthType: 'NONE',
      InvokeMode: 'RESPONSE_STREAM',
      TargetFunctionArn: { 'Fn::GetAtt': ['StreamsLambdaFunction', 'Arn'] },
    },
  },
  RestApi: { Type: 'AWS::ApiGateway::RestApi', Properties: {} },
  ...Object.fromEntries(
    ['rest', '{kind}'].map((PathPart, i) => [
      `Resource${i}`,
      {
        Type: 'AWS::ApiGateway::Resource',
        Properties: {
          RestApiId,
          PathPart,
          ParentId: i === 0 ? { 'Fn::GetAtt': ['RestApi', 'RootResourceId'] } : { Ref: 'Resource0' },
        },
      },
    ]),
  ),
  Method: {
    Type: 'AWS::ApiGateway::Method',
    Properties: {
      RestApiId,
      HttpMethod: 'GET',
      ResourceId: { Ref: 'Resource1' },
      Integration: {
        Type: 'AWS_PROXY',
        ResponseTransferMode: 'STREAM',
        Uri: {
          'Fn::Join': [
            '',
            [
              'arn:aws:apigateway:x:lambda:path/2021-11-15/functions/',
              { 'Fn::GetAtt': ['StreamsLambdaFunction', 'Arn'] },
              '/response-streaming-invocations',
            ],
          ],
        },
      },
    },
  },
};

/** Reads a body piece by piece. */
function reader(response: Response) {
  const pieces = response.body?.getReader();
  return {
    next: async () => Buffer.from((await pieces?.read())?.value ?? []).toString(),
    cancel: () => pieces?.cancel(),
  };
}

test('streamed answers reach callers as they come', async (t) => {
  const gates = await startGates(t);
  const host = await startHost(t, fixtures(gates.url), { queueSeconds: 0.05 }, RESOURCES);
  await t.test('HTTP clients', () => overHttp(host, gates));
  await t.test("AWS's SDK, as events of InvokeWithResponseStream", () => bySdk(host, gates));
});

async function overHttp(host: TestHost, gates: Gates): Promise<void> {
  const http = await fetch(`${host.url}/http`);
  const read = reader(http);
  assert.equal(http.status, 207);
  assert.equal(http.headers.get('transfer-encoding'), 'chunked');
  assert.match(http.headers.get('x-id') ?? '', /^[0-9a-f-]{36}$/);
  assert.equal(http.headers.get('content-type'), 'application/octet-stream');
  assert.deepEqual(http.headers.getSetCookie(), ['a=1']);
  assert.equal(await read.next(), 'one');
  gates.open('http');
  assert.equal(await read.next(), 'two');
  assert.equal(await read.next(), '');

  const bare = await fetch(`${host.url}/bare`);
  assert.equal(bare.headers.get('content-type'), 'text/plain');
  const bareRead = reader(bare);
  assert.equal(await bareRead.next(), 'one');
  gates.open('bare');
  assert.equal(await bareRead.next(), 'two');
  assert.equal((await fetch(`${host.url}/empty`)).status, 204);

  // A REST API streams too, and demands a prelude.
  const rest = await fetch(`${host.url}/rest/http`);
  assert.deepEqual([rest.status, rest.headers.get('x-many'), await rest.text()], [207, 'a, b', 'onetwo']);
  assert.equal((await fetch(`${host.url}/rest/bare`)).status, 502);

  assert.equal((await fetch(`${host.url}/early`)).status, 502);
  assert.equal((await fetch(`${host.url}/prelude`)).status, 502);
  const late = reader(await fetch(`${host.url}/late`));
  assert.equal(await late.next(), 'one');
  gates.open('late');
  await assert.rejects(late.next(), TypeError);

  const left = reader(await fetch(`${host.url}/leave`));
  assert.equal(await left.next(), 'one');
  await left.cancel();
  gates.open('leave');
  await gates.arrival('left');
  gates.open('left');

  // Nobody reads: what fits into no buffer stays in the function.
  const flood = await fetch(`${host.url}/flood`);
  assert.equal((await fetch(`${host.url}/bare`)).status, 200);
  assert.equal(gates.hasArrived('flooded'), false);
  gates.open('flooded');
  let length = 0;
  for await (const piece of flood.body ?? []) length += piece.length;
  assert.equal(length, 24_000_000);

  // A caller has the whole answer before the environment has asked for more work.
  const isReport = (line: string) => /^REPORT .*Billed Duration: \d+ ms/.test(line);
  let lines = await host.logLines('streams');
  for (let i = 0; i < 1_000 && lines.filter(isReport).length < 11; i += 1) {
    await new Promise((done) => setTimeout(done, 10));
    lines = await host.logLines('streams');
  }
  assert.equal(lines.filter(isReport).length, 11);
  assert.equal(lines.filter((line) => line.includes('\tERROR\tInvoke Error \t')).length, 2);
  assert.deepEqual(host.notices, []);
}

async function* eventsOf(
  client: LambdaClient,
  FunctionName: string,
  payload: object,
  more: object = {},
): AsyncGenerator<InvokeWithResponseStreamResponseEvent> {
  const Payload = Buffer.from(JSON.stringify(payload));
  const answer = await client.send(new InvokeWithResponseStreamCommand({ FunctionName, Payload, ...more }));
  assert.equal(answer.ResponseStreamContentType, 'application/vnd.amazon.eventstream');
  assert.equal(answer.ExecutedVersion, '$LATEST');
  yield* answer.EventStream ?? [];
}

const chunkOf = (event: InvokeWithResponseStreamResponseEvent | undefined) =>
  Buffer.from(event?.PayloadChunk?.Payload ?? []).toString();

async function bySdk(host: TestHost, gates: Gates): Promise<void> {
  const client = new LambdaClient({
    endpoint: host.url,
    region: 'eu-west-3',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
  });
  const all = async (name: string, payload: object, more?: object) => {
    const events = await Array.fromAsync(eventsOf(client, name, payload, more));
    const last = events.at(-1)?.InvokeComplete;
    return { text: events.map(chunkOf).join(''), code: last?.ErrorCode, ...last };
  };

  const steps = eventsOf(client, 'single', { kind: 'bare', gate: 'sdk' }, { LogType: 'Tail' });
  assert.equal(chunkOf((await steps.next()).value), 'one');
  // The stream holds the function's only place.
  await assert.rejects(all('single', { kind: 'bare' }), TooManyRequestsException);
  gates.open('sdk');
  assert.equal(chunkOf((await steps.next()).value), 'two');
  const { InvokeComplete } = (await steps.next()).value ?? {};
  assert.equal(InvokeComplete?.ErrorCode, undefined);
  const log = Buffer.from(InvokeComplete?.LogResult ?? '', 'base64').toString();
  assert.match(log, /^START RequestId: .*\nEND RequestId: .*\nREPORT RequestId: .*\n$/);
  assert.equal((await steps.next()).done, true);

  const own = eventsOf(client, 'own', {});
  assert.equal(chunkOf((await own.next()).value), 'one');
  gates.open('own');
  assert.equal(chunkOf((await own.next()).value), 'two');
  assert.notEqual((await own.next()).value?.InvokeComplete, undefined);
  assert.equal((await all('own', {})).text, 'onetwo');

  const early = await all('streams', { kind: 'early' });
  assert.deepEqual([early.text, early.code], ['', 'Unhandled']);
  assert.equal(JSON.parse(early.ErrorDetails ?? '').errorMessage, 'too early');
  gates.open('late');
  const late = await all('streams', { kind: 'late' });
  assert.deepEqual([late.text, late.code], ['one', 'TypeError']);
  assert.equal(JSON.parse(late.ErrorDetails ?? '').errorMessage, 'no more');
  const exit = await all('streams', { kind: 'exit' });
  assert.deepEqual([exit.text, exit.code], ['one', 'Runtime.TruncatedResponse']);
  const lost = await all('loser', {});
  assert.deepEqual([lost.text, lost.code], ['one', 'Runtime.TruncatedResponse']);
  const never = await all('short', { kind: 'never' });
  assert.deepEqual([never.text, never.code], ['one', 'Sandbox.Timedout']);
  assert.match((await host.logLines('short')).join('\n'), /Task timed out after 1\.00 seconds/);

  assert.deepEqual(await all('whole', {}), { text: '{"statusCode":201,"body":"b"}', code: undefined });
  assert.equal((await all('whole', { fail: true })).code, 'Unhandled');
  await assert.rejects(all('nobody', {}), { name: 'ResourceNotFoundException' });
  await assert.rejects(all('whole', {}, { InvocationType: 'Event' }), {
    message: 'InvocationType: must be RequestResponse or DryRun, is Event',
  });
}
