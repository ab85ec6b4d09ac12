import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Context as LambdaContext } from 'aws-lambda';
import { jsonLog } from '../../src/adapters/json-log/json-log.ts';
import { content } from '../../src/domain/content.ts';
import type { CallContext, Run } from '../../src/domain/context.ts';
import type { ErrorCode } from '../../src/domain/errors.ts';
import { ShedError } from '../../src/domain/errors.ts';
import type { GatewayAnswer, HttpEvent } from '../../src/hosts/lambda/lambda.ts';
import { lambda } from '../../src/hosts/lambda/lambda.ts';

const REQUEST_ID = '8476a536-e9f4-11e8-9739-2dfe598c3fcd';
const HOST = {
  awsRequestId: REQUEST_ID,
  getRemainingTimeInMillis: () => 29_000,
} as unknown as LambdaContext;

/** Calls a portable function as API Gateway does, and keeps what it logs. */
async function call(run: Run<CallContext>, event: unknown, success = 200) {
  const lines: string[] = [];
  const handler = lambda({ run, http: { success } }, { logFor: jsonLog((line) => lines.push(line)) });
  const answer = (await handler(event as HttpEvent, HOST)) as GatewayAnswer;
  const isJson = answer.body !== undefined && !answer.isBase64Encoded;
  return { ...answer, json: isJson ? JSON.parse(answer.body ?? '') : undefined, lines };
}

const echo: Run<CallContext> = async (event) => ({ event });

test('path parameters and query reach the function, in payload format 2.0', async () => {
  const event = {
    version: '2.0',
    pathParameters: { tattoo: '7' },
    queryStringParameters: { m: '3', n: '8,9' },
  };
  assert.deepEqual((await call(echo, event)).json, { event: { m: '3', n: '8,9', tattoo: '7' } });
});

test('… and in format 1.0, where repeated values come in a list of their own', async () => {
  const event = {
    pathParameters: null,
    queryStringParameters: { m: '3', n: '9' },
    multiValueQueryStringParameters: { m: ['3'], n: ['8', '9'] },
  };
  assert.deepEqual((await call(echo, event)).json, { event: { m: '3', n: '8,9' } });
});

test('a query cannot stand in for a path parameter, and no parameters are no input', async () => {
  const event = { version: '2.0', pathParameters: { tattoo: '7' }, queryStringParameters: { tattoo: '8' } };
  assert.deepEqual((await call(echo, event)).json, { event: { tattoo: '7' } });
  assert.deepEqual((await call(echo, { version: '2.0' })).json, { event: {} });
});

test('numbers are written exactly, and every answer is JSON', async () => {
  const { body, headers, statusCode } = await call(
    async () => ({ tattoo: 2n ** 64n - 1n, weight: 1 }),
    {},
    201,
  );
  assert.equal(body, '{"tattoo":18446744073709551615,"weight":1}');
  assert.equal(statusCode, 201);
  assert.equal(headers['content-type'], 'application/json');
});

test('bytes go in base64, as API Gateway wants them, with their media type', async () => {
  const { body, headers, isBase64Encoded } = await call(
    async () => content('image/webp', new Uint8Array([0, 255])),
    {},
  );
  assert.deepEqual([body, headers['content-type'], isBase64Encoded], ['AP8=', 'image/webp', true]);
});

test('a call is part of what its headers say, else of their trace, else it stands for itself', async () => {
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
  const traceparent = `00-${trace}-00f067aa0ba902b7-01`;
  for (const [headers, expected] of [
    [{ 'x-correlation-id': 'errand-1', traceparent }, 'errand-1'],
    [{ 'X-Correlation-Id': 'errand-1' }, 'errand-1'],
    [{ traceparent }, trace],
    [{ 'x-correlation-id': 'not one\n', traceparent: 'neither' }, REQUEST_ID],
    [undefined, REQUEST_ID],
  ] as const) {
    const ids: string[] = [];
    await call(async (_event, { correlationId }) => void ids.push(correlationId), { headers });
    assert.deepEqual(ids, [expected]);
  }
  const { lines } = await call(() => Promise.reject(new Error('x')), {
    headers: { 'x-correlation-id': 'errand-1' },
  });
  assert.equal(JSON.parse(lines[0] ?? '').correlationId, 'errand-1');
});

test('nothing to say is an answer without a body', async () => {
  const answer = await call(async () => undefined, {}, 204);
  assert.equal(answer.statusCode, 204);
  assert.equal('body' in answer && answer.body !== undefined, false);
});

test('every explained error has its status, its message and the request id, and is not logged', async () => {
  const rows: readonly [ErrorCode, number][] = [
    ['INVALID_INPUT', 400],
    ['NO_FITTING_SHEEP', 404],
    ['SHEEP_ALREADY_IN_SHED', 409],
    ['CAT_WOULD_NOT_FINISH', 422],
  ];
  for (const [code, status] of rows) {
    const { statusCode, json, lines } = await call(() => Promise.reject(new ShedError(code, 'said why')), {});
    assert.equal(statusCode, status);
    assert.deepEqual(json, { message: 'said why', code, requestId: REQUEST_ID });
    assert.deepEqual(lines, []);
  }
});

test('a call that Lambda is about to end is answered 500 before, and logged', async () => {
  const lines: string[] = [];
  const parts = { logFor: jsonLog((line) => lines.push(line)) };
  const handler = lambda({ run: () => new Promise(() => undefined), http: { success: 200 } }, parts);
  const soon = { ...HOST, getRemainingTimeInMillis: () => 250 };
  const { statusCode, body = '' } = (await handler({ version: '2.0' } as HttpEvent, soon)) as GatewayAnswer;
  assert.equal(statusCode, 500);
  assert.equal(JSON.parse(body).code, 'INTERNAL_ERROR');
  assert.equal(lines.length, 1);
});

test('an unexplained error is answered bare and logged whole, with its cause and the request id', async () => {
  const cause = new Error('the table is on fire');
  const failure = Object.assign(new Error('secret detail', { cause }), { attempts: 3, tattoo: 7n });
  const { statusCode, json, lines } = await call(() => Promise.reject(failure), {});
  assert.equal(statusCode, 500);
  assert.deepEqual(json, { message: 'internal error', code: 'INTERNAL_ERROR', requestId: REQUEST_ID });
  assert.equal(lines.length, 1);
  const record = JSON.parse(lines[0] ?? '');
  assert.equal(record.level, 'ERROR');
  assert.equal(record.requestId, REQUEST_ID);
  assert.equal(record.error.message, 'secret detail');
  assert.equal(record.error.attempts, 3);
  assert.equal(record.error.tattoo, '7');
  assert.equal(record.error.cause.message, 'the table is on fire');
});

test('a log record cannot be forged by what it carries', () => {
  const lines: string[] = [];
  jsonLog((line) => lines.push(line))('id').warn('first\n{"level":"ERROR"}', { note: '\r\nSTART' });
  assert.equal(lines.length, 1);
  assert.doesNotMatch(lines[0] ?? '', /[\r\n]/);
});
