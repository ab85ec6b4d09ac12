import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { startHost } from '../fixture-package.ts';

const ECHO = 'export const handler = async (event) => event;';
const ANSWER = 'export const handler = async (event) => JSON.parse(event.body);';

/** Sends bytes as they are and collects what comes back until the server closes. */
function raw(url: string, pieces: readonly string[], pauseMs = 0): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
    void (async () => {
      for (const piece of pieces) {
        socket.write(piece);
        await new Promise((done) => setTimeout(done, pauseMs));
      }
    })();
  });
}

test('payload format 2.0 carries what API Gateway documents', async (t) => {
  const host = await startHost(t, { echo: { source: ECHO, routes: ['POST /a/{id}'] } });
  const response = await fetch(`${host.url}/a/x%20y?p=1&p=2&q=%C3%A9+f&r`, {
    method: 'POST',
    headers: { cookie: 'a=1; b=2', 'x-multi': 'one', 'content-type': 'application/json' },
    body: '{"n":1}',
  });
  const event = (await response.json()) as Record<string, unknown>;
  assert.equal(event['version'], '2.0');
  assert.equal(event['routeKey'], 'POST /a/{id}');
  assert.equal(event['rawPath'], '/a/x y');
  assert.equal(event['rawQueryString'], 'p=1&p=2&q=%C3%A9+f&r');
  assert.deepEqual(event['queryStringParameters'], { p: '1,2', q: 'é f', r: '' });
  assert.deepEqual(event['cookies'], ['a=1', 'b=2']);
  assert.deepEqual(event['pathParameters'], { id: 'x y' });
  assert.equal(event['body'], '{"n":1}');
  assert.equal(event['isBase64Encoded'], false);
  const context = event['requestContext'] as Record<string, Record<string, unknown>>;
  assert.equal(context['http']?.['method'], 'POST');
  assert.equal(context['http']?.['sourceIp'], '127.0.0.1');
  assert.match(String(context['time']), /^\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d \+0000$/);
});

test('payload format 1.0 carries single and multiple values', async (t) => {
  const source =
    'export const handler = async (event) => ({ statusCode: 200, body: JSON.stringify(event) });';
  const host = await startHost(t, { echo: { source, routes: ['GET /v1/{id}'], payloadFormat: '1.0' } });
  const event = (await (await fetch(`${host.url}/v1/7?p=1&p=2`)).json()) as Record<string, unknown>;
  assert.equal(event['version'], '1.0');
  assert.equal(event['resource'], '/v1/{id}');
  assert.deepEqual(event['queryStringParameters'], { p: '2' });
  assert.deepEqual(event['multiValueQueryStringParameters'], { p: ['1', '2'] });
  assert.deepEqual(event['pathParameters'], { id: '7' });
  assert.equal(event['body'], null);
});

test('binary bodies travel in base64, both ways', async (t) => {
  const source = `export const handler = async (event) => ({ statusCode: 200, isBase64Encoded: true,
    headers: { 'content-type': 'image/png' }, body: event.body, cookies: ['a=1', 'b=2'] });`;
  const host = await startHost(t, { echo: { source, routes: ['POST /'] } });
  const body = new Uint8Array([0, 255, 128, 10]);
  const response = await fetch(host.url, { method: 'POST', body, headers: { 'content-type': 'image/png' } });
  assert.deepEqual(new Uint8Array(await response.arrayBuffer()), body);
  assert.deepEqual(response.headers.getSetCookie(), ['a=1', 'b=2']);
});

test('responses are read as API Gateway reads them', async (t) => {
  const host = await startHost(t, { answer: { source: ANSWER, routes: ['POST /'] } });
  const ask = async (value: unknown) => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(host.url, { method: 'POST', body: JSON.stringify(value), headers });
    return [response.status, response.headers.get('content-type'), await response.text()];
  };
  const json = 'application/json';
  assert.deepEqual(await ask({ any: 1 }), [200, json, '{"any":1}']);
  assert.deepEqual(await ask('text'), [200, json, 'text']);
  assert.deepEqual(await ask(null), [200, json, 'null']);
  assert.deepEqual(await ask({ statusCode: 418, body: 'b' }), [418, 'text/plain;charset=utf-8', 'b']);
  assert.deepEqual(await ask({ statusCode: 204 }), [204, null, '']);
  const broken = [500, json, '{"message":"Internal Server Error"}'];
  assert.deepEqual(await ask({ statusCode: 'x' }), broken);
  assert.deepEqual(await ask({ statusCode: 200, body: { no: 'text' } }), broken);
});

test('unknown routes, large bodies and foreign hosts are answered without the function', async (t) => {
  const host = await startHost(t, { echo: { source: ECHO, routes: ['POST /'] } });
  const missing = await fetch(`${host.url}/nope`);
  assert.deepEqual([missing.status, await missing.text()], [404, '{"message":"Not Found"}']);
  const headers = { 'content-type': 'text/plain' };
  const post = (bytes: number) => fetch(host.url, { method: 'POST', body: 'x'.repeat(bytes), headers });
  assert.equal((await post(7_000_000)).status, 413);
  assert.equal((await post(11_000_000)).status, 413);
  const foreign = await raw(host.url, ['GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n']);
  assert.match(foreign, /^HTTP\/1\.1 403 /);
  const lines = await host.logLines('echo');
  assert.deepEqual(lines, []);
});

test('a function slower than its integration may be is answered 503', async (t) => {
  const source = 'export const handler = () => new Promise((done) => setTimeout(done, 400, 1));';
  const host = await startHost(t, { slow: { source, routes: ['GET /'], integrationTimeoutMs: 50 } });
  const response = await fetch(host.url);
  assert.deepEqual([response.status, await response.text()], [503, '{"message":"Service Unavailable"}']);
});

test('CORS is answered as configured, and preflight never reaches the function', async (t) => {
  const cors = {
    AllowOrigins: ['https://shed.example'],
    AllowMethods: ['GET', 'POST'],
    AllowHeaders: ['Content-Type'],
    MaxAge: 600,
  };
  const Properties = { Name: 'fixture', ProtocolType: 'HTTP', CorsConfiguration: cors };
  const resources = { HttpApi: { Type: 'AWS::ApiGatewayV2::Api', Properties } };
  const host = await startHost(t, { echo: { source: ECHO, routes: ['GET /'] } }, {}, resources);
  const origin = 'https://shed.example';
  const preflight = await fetch(host.url, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'GET' },
  });
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers.get('access-control-allow-origin'), origin);
  assert.equal(preflight.headers.get('access-control-allow-methods'), 'GET,POST');
  assert.equal(preflight.headers.get('access-control-max-age'), '600');
  const simple = await fetch(host.url, { headers: { origin } });
  assert.equal(simple.headers.get('access-control-allow-origin'), origin);
  const other = await fetch(host.url, { headers: { origin: 'https://other.example' } });
  assert.equal(other.headers.get('access-control-allow-origin'), null);
});

test('clients that are slow, disconnect or pipeline harm nobody', async (t) => {
  const source =
    'export const handler = async () => { await new Promise((done) => setTimeout(done, 50)); return 1; };';
  const host = await startHost(t, { slow: { source, routes: ['GET /'] } });
  const request = `GET / HTTP/1.1\r\nHost: localhost\r\n\r\n`;
  const last = `GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;
  assert.equal((await raw(host.url, [request + request + last])).match(/HTTP\/1\.1 200/g)?.length, 3);
  assert.match(await raw(host.url, [...last], 1), /^HTTP\/1\.1 200/);
  const { hostname, port } = new URL(host.url);
  for (let i = 0; i < 20; i += 1) {
    const socket = connect(Number(port), hostname, () => socket.write(request, () => socket.destroy()));
    await new Promise((resolve) => socket.once('close', resolve));
  }
  assert.equal((await fetch(host.url)).status, 200);
});

test('connections opened and dropped leave the host as it was', async (t) => {
  const host = await startHost(t, { echo: { source: ECHO, routes: ['GET /'] } });
  const { hostname, port } = new URL(host.url);
  // 2 400 in all: more than twice the 1 024 descriptors that a process is commonly allowed.
  for (let round = 0; round < 12; round += 1) {
    const sockets = Array.from({ length: 200 }, () => connect(Number(port), hostname));
    await Promise.all(
      sockets.map(
        (socket) => new Promise((resolve) => socket.once('connect', resolve).once('error', resolve)),
      ),
    );
    for (const socket of sockets) socket.destroy();
  }
  assert.equal((await fetch(host.url)).status, 200);
});

test('the access log has the format of the stage', async (t) => {
  const arn = 'arn:aws:logs:eu-west-3:000000000000:log-group:/aws/http-api/fixture:*';
  const Format = '{"route":"$context.routeKey","status":"$context.status","odd":"$context.authorizer.x"}';
  const AccessLogSettings = { DestinationArn: arn, Format };
  const resources = {
    Stage: { Type: 'AWS::ApiGatewayV2::Stage', Properties: { ApiId: { Ref: 'HttpApi' }, AccessLogSettings } },
  };
  const host = await startHost(t, { echo: { source: ECHO, routes: ['GET /'] } }, {}, resources);
  await fetch(host.url);
  await host.flushLogs();
  const folder = join(host.logsDir, 'aws/http-api/fixture');
  const [file = ''] = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.log'));
  assert.match(
    await readFile(join(folder, file), 'utf8'),
    /\t\{"route":"GET \/","status":"200","odd":"-"\}\n$/,
  );
});
