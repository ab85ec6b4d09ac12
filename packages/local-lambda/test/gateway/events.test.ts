import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
import { startHost } from '../fixture-package.ts';

/** Answers with the event, in a form that both payload formats take. */
const ECHO = 'export const handler = async (event) => ({ statusCode: 200, body: JSON.stringify(event) });';
/** Answers as the request's body says. */
const ANSWER = `export const handler = async ({ body, isBase64Encoded }) =>
  JSON.parse(isBase64Encoded ? Buffer.from(body, 'base64').toString() : body);`;

const RestApiId = { Ref: 'Rest' };

/** A REST API whose root method is one function's. */
function restApi(functionId: string, properties: object = {}, stage: object = {}) {
  return {
    Rest: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'rest', ...properties } },
    Proxy: {
      Type: 'AWS::ApiGateway::Resource',
      Properties: { ParentId: { 'Fn::GetAtt': ['Rest', 'RootResourceId'] }, PathPart: '{proxy+}', RestApiId },
    },
    Method: {
      Type: 'AWS::ApiGateway::Method',
      Properties: {
        HttpMethod: 'ANY',
        ResourceId: { Ref: 'Proxy' },
        RestApiId,
        Integration: { Type: 'AWS_PROXY', Uri: { 'Fn::GetAtt': [functionId, 'Arn'] } },
      },
    },
    RestStage: {
      Type: 'AWS::ApiGateway::Stage',
      Properties: { RestApiId, StageName: 'dev', ...stage },
    },
  };
}

function httpStage(StageName: string, StageVariables?: object) {
  return {
    Type: 'AWS::ApiGatewayV2::Stage',
    Properties: { ApiId: { Ref: 'HttpApi' }, StageName, ...(StageVariables && { StageVariables }) },
  };
}

interface Event {
  readonly [name: string]: unknown;
  readonly headers: Record<string, string>;
  readonly requestContext: Record<string, unknown>;
}

const json = async (response: Response) => (await response.json()) as Event;

test('an HTTP API hands on as text what its type says is text, and all else in base64', async (t) => {
  const host = await startHost(t, {
    two: { source: ECHO, routes: ['POST /two'] },
    one: { source: ECHO, routes: ['POST /one'], payloadFormat: '1.0' },
  });
  const cases: readonly (readonly [string | undefined, boolean])[] = [
    ['application/json', false],
    ['application/json; charset=utf-8', false],
    ['text/csv', false],
    ['application/javascript', false],
    ['application/xml', false],
    ['application/x-www-form-urlencoded', true],
    ['multipart/form-data; boundary=x', true],
    ['application/octet-stream', true],
    [undefined, true],
  ];
  for (const path of ['/two', '/one']) {
    for (const [type, isBase64Encoded] of cases) {
      const body = new TextEncoder().encode('a=é');
      const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type };
      const event = await json(await fetch(host.url + path, { method: 'POST', body, headers }));
      const expected = isBase64Encoded ? Buffer.from('a=é').toString('base64') : 'a=é';
      assert.deepEqual(
        [event['body'], event['isBase64Encoded']],
        [expected, isBase64Encoded],
        type ?? 'none',
      );
    }
    const empty = await json(await fetch(host.url + path, { method: 'POST' }));
    assert.equal(empty['isBase64Encoded'], false);
  }
});

test('a REST API honours its binary media types, both ways', async (t) => {
  const resources = restApi('EchoLambdaFunction', { BinaryMediaTypes: ['image~1*', 'application/zip'] });
  const source = `export const handler = async ({ body, isBase64Encoded }) => ({ statusCode: 200, isBase64Encoded: true,
    headers: { 'x-encoded': isBase64Encoded }, body: isBase64Encoded ? body : Buffer.from(body ?? '').toString('base64') });`;
  const host = await startHost(t, { echo: { source } }, {}, resources);
  const ask = async (type: string | undefined, accept: string) => {
    const headers: Record<string, string> = { accept, ...(type && { 'content-type': type }) };
    const body = new Uint8Array([65, 66, 67]);
    const response = await fetch(`${host.url}/x`, { method: 'POST', body, headers });
    return [response.headers.get('x-encoded'), await response.text()];
  };
  assert.deepEqual(await ask('image/png', 'image/png'), ['true', 'ABC']);
  assert.deepEqual(await ask('application/zip', 'application/zip;q=1, text/html'), ['true', 'ABC']);
  assert.deepEqual(await ask('image/png', 'text/html, image/png'), ['true', 'QUJD']);
  assert.deepEqual(await ask('text/plain', 'image/png'), ['false', 'ABC']);
  assert.deepEqual(await ask(undefined, '*/*'), ['false', 'QUJD']);

  const all = await startHost(
    t,
    { echo: { source } },
    {},
    restApi('EchoLambdaFunction', { BinaryMediaTypes: ['*/*'] }),
  );
  const response = await fetch(`${all.url}/x`, { method: 'POST', body: new Uint8Array([65]) });
  assert.deepEqual([response.headers.get('x-encoded'), await response.text()], ['true', 'A']);
});

test("a REST API's event has no version, the case of headers, its stage, and paths as they were sent", async (t) => {
  const resources = restApi('EchoLambdaFunction', {}, { Variables: { color: 'blue' } });
  const host = await startHost(t, { echo: { source: ECHO } }, {}, resources);
  const raw = (path: string): Promise<Event> =>
    new Promise((resolve, reject) => {
      const headers = { 'X-Own-Header': 'a', 'X-Forwarded-For': '203.0.113.7' };
      request(`${host.url}${path}`, { headers }, (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve(JSON.parse(text)));
      })
        .on('error', reject)
        .end();
    });
  for (const prefix of ['', '/dev']) {
    const event = await raw(`${prefix}/a%20b/c?q=%C3%A9`);
    assert.equal(event['version'], undefined);
    assert.equal(event['path'], '/a%20b/c');
    assert.deepEqual(event['pathParameters'], { proxy: 'a%20b/c' });
    assert.deepEqual(event['queryStringParameters'], { q: 'é' });
    assert.deepEqual(event['stageVariables'], { color: 'blue' });
    assert.equal(event.headers['X-Own-Header'], 'a');
    assert.equal(event.headers['X-Forwarded-For'], '203.0.113.7, 127.0.0.1');
    const { path, stage, resourcePath, domainName, resourceId, identity } = event.requestContext;
    assert.deepEqual(
      [path, stage, resourcePath, domainName, resourceId],
      ['/dev/a%20b/c', 'dev', '/{proxy+}', '127.0.0.1', 'Proxy'],
    );
    assert.equal((identity as { sourceIp: string }).sourceIp, '127.0.0.1');
  }
  assert.equal(
    (await fetch(`${host.url}/`)).headers.get('x-amzn-errortype'),
    'MissingAuthenticationTokenException',
  );
  assert.equal((await raw('/development/x')).requestContext['path'], '/dev/development/x');
});

test('an answer of a REST API without a type is JSON', async (t) => {
  const source = 'export const handler = async () => ({ statusCode: 200, body: "{}" });';
  const host = await startHost(t, { echo: { source } }, {}, restApi('EchoLambdaFunction'));
  const response = await fetch(`${host.url}/x`);
  assert.equal(response.headers.get('content-type'), 'application/json');
  assert.match(response.headers.get('x-amzn-requestid') ?? '', /^[\da-f-]{36}$/);
});

test('a named stage of an HTTP API is served below its name, with its variables', async (t) => {
  const functions = { echo: { source: ECHO, routes: ['GET /a/{id}', '$default'] } };
  const host = await startHost(t, functions, {}, { Stage: httpStage('live', { table: 'herd' }) });
  assert.deepEqual(
    host.routes.map(({ path }) => path),
    ['/live/a/{id}', '/live/$default'],
  );
  const event = await json(await fetch(`${host.url}/live/a/7`));
  assert.deepEqual(
    [event['rawPath'], event['routeKey'], event['stageVariables'], event.requestContext['stage']],
    ['/live/a/7', 'GET /a/{id}', { table: 'herd' }, 'live'],
  );
  assert.deepEqual(event['pathParameters'], { id: '7' });
  assert.equal((await json(await fetch(`${host.url}/live`)))['routeKey'], '$default');
  for (const path of ['/a/7', '/', '/livelong/a/7']) {
    const missing = await fetch(host.url + path);
    assert.deepEqual([missing.status, await missing.text()], [404, '{"message":"Not Found"}']);
  }

  const both = await startHost(t, functions, {}, { Stage: httpStage('live'), Root: httpStage('$default') });
  const stageOf = async (path: string) => (await json(await fetch(both.url + path))).requestContext['stage'];
  assert.deepEqual([await stageOf('/live/a/7'), await stageOf('/a/7')], ['live', '$default']);
});

test('headers of an answer are merged once, cookies are of format 2.0 only', async (t) => {
  const host = await startHost(t, {
    two: { source: ANSWER, routes: ['POST /two'] },
    one: { source: ANSWER, routes: ['POST /one'], payloadFormat: '1.0' },
  });
  const response = {
    statusCode: 200,
    headers: { 'X-A': '1', 'X-B': '2', Connection: 'close', Trailer: 'x' },
    multiValueHeaders: { 'x-a': ['1', '3'], 'Set-Cookie': ['m=1', 'm=2'] },
    cookies: ['c=1', 'c=2'],
  };
  const ask = async (path: string, value: object) => {
    const { headers, status } = await fetch(host.url + path, { method: 'POST', body: JSON.stringify(value) });
    return [status, headers.get('x-a'), headers.get('x-b'), headers.getSetCookie()];
  };
  assert.deepEqual(await ask('/one', response), [200, '1, 3', '2', ['m=1', 'm=2']]);
  assert.deepEqual(await ask('/two', response), [200, '1', '2', ['c=1', 'c=2']]);
  for (const value of [{ no: 'text' }, 'a\u0000b', 'Ω']) {
    const headers = { 'x-a': value };
    assert.deepEqual(await ask('/two', { statusCode: 200, headers }), [500, null, null, []]);
  }
});

test('the domain name has no port, and the trace id of a client is kept', async (t) => {
  const host = await startHost(t, { echo: { source: ECHO, routes: ['GET /'] } });
  const trace = 'Root=1-67891233-abcdef012345678912345678;Sampled=1';
  const event = await json(await fetch(host.url, { headers: { 'x-amzn-trace-id': trace } }));
  assert.equal(event.requestContext['domainName'], '127.0.0.1');
  assert.equal(event.headers['x-forwarded-port'], new URL(host.url).port);
  // It is sampled, so that the call is a span of its own in it.
  assert.match(
    event.headers['x-amzn-trace-id'] ?? '',
    /^Root=1-67891233-abcdef012345678912345678;Parent=[\da-f]{16};Sampled=1$/,
  );
  const other = await json(await fetch(host.url, { headers: { 'x-amzn-trace-id': 'mine' } }));
  assert.match(other.headers['x-amzn-trace-id'] ?? '', /^Root=1-[\da-f]{8}-[\da-f]{24};/);
});
