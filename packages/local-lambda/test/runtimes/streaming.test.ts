import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bufferedResponse } from '../../src/runtime-api/streamed-response.ts';
import { startHost } from '../fixture-package.ts';

const SOURCE = `
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
const { streamifyResponse, HttpResponseStream } = awslambda;

export const http = streamifyResponse(async (event, stream, context) => {
  const metadata = { statusCode: 207, headers: { 'content-type': 'text/html', 'x-id': context.awsRequestId }, cookies: ['a=1'] };
  const http = HttpResponseStream.from(stream, metadata);
  http.write('<p>');
  await new Promise((done) => setTimeout(done, 20));
  http.end(event.queryStringParameters?.binary ? Buffer.from([255, 0, 254]) : 'Jürgen</p>');
});

export const plain = streamifyResponse(async (event, stream) => {
  if (event.early) throw new RangeError('before the first byte');
  stream.setContentType('text/plain');
  stream.write('{"n":');
  if (event.late) throw new TypeError('no ' + 'more');
  if (event.type) stream.setContentType('too/late');
  await pipeline(Readable.from(['1', '', { more: 2 }]), stream);
});

export const big = streamifyResponse(async ({ n }, stream) => {
  await pipeline(Readable.from((function* () { for (let i = 0; i < n; i += 1) yield Buffer.alloc(1e6, 'x'); })()), stream);
});

export const never = streamifyResponse(async (_event, stream) => { stream.write('x'); });
`;
const fixture = (name: string, more: object = {}) => ({
  source: SOURCE,
  routes: [`GET /${name}`],
  properties: { Handler: `index.${name}`, ...more },
});

test('a streamed HTTP response reaches the client with its status, headers and body', async (t) => {
  const host = await startHost(t, { http: fixture('http') });
  const response = await fetch(`${host.url}/http`);
  assert.deepEqual([response.status, await response.text()], [207, '<p>Jürgen</p>']);
  assert.equal(response.headers.get('content-type'), 'text/html');
  assert.match(response.headers.get('x-id') ?? '', /^[0-9a-f-]{36}$/);
  assert.deepEqual(response.headers.getSetCookie(), ['a=1']);
  const binary = await fetch(`${host.url}/http?binary=1`);
  assert.deepEqual([...new Uint8Array(await binary.arrayBuffer())], [...Buffer.from('<p>'), 255, 0, 254]);
  const { payload } = await host.invoke('http', {});
  assert.equal((payload as { statusCode: number }).statusCode, 207);
});

test('a stream that fails on its way says so in trailers, and the environment goes on', async (t) => {
  const host = await startHost(t, { plain: fixture('plain') }, { maxEnvironments: 1 });
  assert.equal((await host.invoke('plain', {})).payload, '{"n":1{"more":2}');
  const late = await host.invoke('plain', { late: true });
  assert.equal(late.errorType, 'TypeError');
  assert.equal((late.payload as { errorMessage: string }).errorMessage, 'no more');
  assert.equal((await host.invoke('plain', { early: true })).errorType, 'RangeError');
  assert.equal((await host.invoke('plain', { type: true })).errorType, 'Runtime.InvalidStreamingOperation');
  assert.equal((await host.invoke('plain', {})).errorType, undefined);
  const lines = await host.logLines('plain');
  assert.equal(lines.filter((line) => line.startsWith('INIT_START')).length, 1);
  assert.equal(lines.filter((line) => line.includes('\tERROR\tInvoke Error \t')).length, 3);
});

test('a stream that is too long or never ends is an error of the function', async (t) => {
  const host = await startHost(t, { big: fixture('big'), never: fixture('never', { Timeout: 1 }) });
  assert.equal(((await host.invoke('big', { n: 5 })).payload as string).length, 5_000_000);
  assert.equal((await host.invoke('big', { n: 8 })).errorType, 'Function.ResponseSizeTooLarge');
  assert.equal((await host.invoke('never', {})).errorType, 'Sandbox.Timedout');
});

test('what has no prelude stays as it is', () => {
  for (const text of ['', 'no prelude', `{broken\0\0\0\0\0\0\0\0body`]) {
    assert.equal(bufferedResponse(Buffer.from(text)).toString(), text);
  }
  assert.deepEqual(JSON.parse(bufferedResponse(Buffer.from(`{}\0\0\0\0\0\0\0\0b`)).toString()), {
    statusCode: 200,
    body: 'b',
    isBase64Encoded: false,
  });
});
