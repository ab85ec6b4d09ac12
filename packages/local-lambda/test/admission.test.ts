import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { createAdmission, isLoopback } from '../src/admission.ts';
import { startHost } from './fixture-package.ts';

const TOKEN = 'a-token-of-24-characters';
const LAMBDA = '/2015-03-31/functions/hi/invocations';

/** The status of the refusal, or 200. */
function statusOf(
  host: string,
  token: string | undefined,
  headers: Record<string, string>,
  url = '/',
): number {
  return createAdmission(host, token)({ headers, url })?.status ?? 200;
}

test('on loopback, a request must name this machine', () => {
  const cases: readonly (readonly [string, number])[] = [
    ['localhost:3000', 200],
    ['127.0.0.1:3000', 200],
    ['[::1]:3000', 200],
    ['api.stack.localhost:3000', 200],
    ['rebound.example.com:3000', 403],
    ['localhost.example.com', 403],
    ['', 403],
  ];
  for (const [host, status] of cases) assert.equal(statusOf('127.0.0.1', undefined, { host }), status, host);
});

test('the Lambda API takes no requests from pages of other sites; the HTTP API leaves that to CORS', () => {
  const host = 'localhost:3000';
  const cases: readonly (readonly [Record<string, string>, number])[] = [
    [{}, 200],
    [{ 'sec-fetch-site': 'none' }, 200],
    [{ 'sec-fetch-site': 'same-origin', origin: 'http://localhost:3000' }, 200],
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'same-site', origin: 'http://localhost:5173' }, 403],
    [{ origin: 'https://example.com' }, 403],
    [{ origin: 'null' }, 403],
  ];
  for (const [headers, status] of cases) {
    assert.equal(
      statusOf('127.0.0.1', undefined, { host, ...headers }, LAMBDA),
      status,
      JSON.stringify(headers),
    );
    assert.equal(statusOf('127.0.0.1', undefined, { host, ...headers }, '/sheep'), 200);
  }
});

test('with a token, every request must carry it, under whatever name the host was called', () => {
  const host = 'build-7.lan:3000';
  const signature = `AWS4-HMAC-SHA256 Credential=${TOKEN}/20261101/eu-west-3/lambda/aws4_request, Signature=0`;
  const cases: readonly (readonly [Record<string, string>, number])[] = [
    [{}, 401],
    [{ authorization: `Bearer ${TOKEN}` }, 200],
    [{ authorization: `bearer ${TOKEN}` }, 200],
    [{ authorization: `Bearer ${TOKEN}x` }, 401],
    [{ authorization: TOKEN }, 401],
    [{ authorization: signature }, 200],
    [{ authorization: signature.replace(TOKEN, 'AKIAEXAMPLE') }, 401],
    [{ 'x-local-lambda-token': TOKEN, authorization: "Bearer the function's own" }, 200],
    [{ 'x-local-lambda-token': '' }, 401],
  ];
  for (const [headers, status] of cases) {
    assert.equal(statusOf('0.0.0.0', TOKEN, { host, ...headers }), status, JSON.stringify(headers));
  }
  assert.equal(
    statusOf('0.0.0.0', TOKEN, { host, authorization: signature, origin: 'http://a.b' }, LAMBDA),
    403,
  );
});

test('which addresses only this machine reaches', () => {
  for (const host of ['127.0.0.1', '127.9.9.9', '::1', 'localhost'])
    assert.equal(isLoopback(host), true, host);
  for (const host of ['0.0.0.0', '::', '192.168.1.7', '127.0.0.1.example.com'])
    assert.equal(isLoopback(host), false);
});

test('a host that others can reach has a token, which the clients of AWS can send', async (t) => {
  const source = 'export const handler = () => 1;';
  const host = await startHost(t, { hi: { source, routes: ['GET /hi'] } }, { host: '0.0.0.0' });
  const { token = '' } = host;
  assert.match(token, /^[\w-]{32}$/);
  const url = host.url.replace('0.0.0.0', '127.0.0.1');
  assert.equal((await fetch(`${url}/hi`)).status, 401);
  assert.equal((await fetch(`${url}/hi`, { headers: { 'x-local-lambda-token': token } })).status, 200);
  const client = (accessKeyId: string) =>
    new LambdaClient({
      endpoint: url,
      region: 'eu-west-3',
      credentials: { accessKeyId, secretAccessKey: 'any' },
      maxAttempts: 1,
    });
  assert.equal((await client(token).send(new InvokeCommand({ FunctionName: 'hi' }))).StatusCode, 200);
  await assert.rejects(client('AKIAEXAMPLE').send(new InvokeCommand({ FunctionName: 'hi' })));
});

test('on loopback nothing is asked for, unless a token is given', async (t) => {
  const source = 'export const handler = () => 1;';
  const open = await startHost(t, { hi: { source, routes: ['GET /hi'] } });
  assert.equal(open.token, undefined);
  const closed = await startHost(t, { hi: { source, routes: ['GET /hi'] } }, { token: TOKEN });
  assert.equal(closed.token, TOKEN);
  assert.equal((await fetch(`${closed.url}/hi`)).status, 401);
  await assert.rejects(startHost(t, { hi: { source } }, { token: 'short' }), /token: must be at least 16/);
});
