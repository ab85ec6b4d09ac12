import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { refuse } from '../../src/web-socket/gateway.ts';
import { startHost } from '../fixture-package.ts';

/** Each event goes to where the test can ask for it; what it answers, the event says. */
const TALK = `
const seen = [];
export const handler = async (event) => {
  if (event.ask) return event.ask === 'variable' ? process.env.AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI : seen;
  seen.push(event);
  const { routeKey } = event.requestContext;
  if (routeKey === '$connect') {
    const { status, protocol } = event.queryStringParameters ?? {};
    if (status === 'throw') throw new Error('no');
    return { statusCode: Number(status ?? 200), headers: protocol ? { 'Sec-WebSocket-Protocol': protocol } : {} };
  }
  if (routeKey === 'fail') throw new Error('as asked');
  return { statusCode: 200, body: routeKey + ' ' + event.body };
};`;
const GUARD = `
export const handler = async ({ methodArn, headers, queryStringParameters: { token } }) => {
  if (token === 'nobody') throw new Error('Unauthorized');
  const Effect = token === 'right' ? 'Allow' : 'Deny';
  return { principalId: 'shepherd', policyDocument: { Statement: [{ Action: 'execute-api:Invoke', Effect, Resource: methodArn }] }, context: { flock: 3 } };
};`;

const uriOf = (id: string) => ({
  'Fn::Sub': `arn:aws:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${${id}LambdaFunction.Arn}/invocations`,
});
const ApiId = { Ref: 'Chat' };

function route(RouteKey: string, more: object = {}): object {
  return {
    Type: 'AWS::ApiGatewayV2::Route',
    Properties: {
      ApiId,
      RouteKey,
      Target: { 'Fn::Join': ['/', ['integrations', { Ref: 'Talk' }]] },
      ...more,
    },
  };
}

/** All events are seen by the one that is asked for them. */
const ONE_PROCESS = { maxEnvironments: 1 };

const ANSWERS = { RouteResponseSelectionExpression: '$default' };

/** As the Serverless Framework writes a WebSocket API. */
const CHAT = {
  Chat: {
    Type: 'AWS::ApiGatewayV2::Api',
    Properties: { ProtocolType: 'WEBSOCKET', RouteSelectionExpression: '$request.body.do.what' },
  },
  ChatStage: {
    Type: 'AWS::ApiGatewayV2::Stage',
    Properties: { ApiId, StageName: 'dev', StageVariables: { kind: 'sheep' } },
  },
  Talk: {
    Type: 'AWS::ApiGatewayV2::Integration',
    Properties: { ApiId, IntegrationType: 'AWS_PROXY', IntegrationUri: uriOf('Talk') },
  },
  Connect: route('$connect'),
  Disconnect: route('$disconnect'),
  Default: route('$default', ANSWERS),
  Bleat: route('bleat', ANSWERS),
  Mute: route('mute'),
  Fail: route('fail'),
};

interface Seen {
  readonly headers?: Readonly<Record<string, string>>;
  readonly queryStringParameters?: Readonly<Record<string, string>>;
  readonly stageVariables?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly requestContext: Readonly<Record<string, unknown>>;
}

async function open(url: string, protocol?: string): Promise<WebSocket> {
  const socket = new WebSocket(url, protocol === undefined ? [] : [protocol]);
  await once(socket, 'open');
  return socket;
}

async function say(socket: WebSocket, text: string): Promise<string> {
  const answered = once(socket, 'message');
  socket.send(text);
  return ((await answered) as [MessageEvent])[0].data;
}

/** What a handshake is answered that leads to no connection, as its status. */
function refused(url: string, headers: Readonly<Record<string, string>> = {}): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const handshake = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      ...headers,
    };
    const sent = request(url, { headers: handshake }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.on('upgrade', (_response, socket) => {
      socket.destroy();
      resolve(101);
    });
    sent.on('error', reject).end();
  });
}

test('a WebSocket API: handshake, routes, answers, @connections, disconnect', async (t) => {
  const host = await startHost(t, { talk: { source: TALK, routes: ['GET /dev'] } }, ONE_PROCESS, CHAT);
  const url = host.url.replace('http', 'ws');
  const seen = async () => (await host.invoke('talk', { ask: true })).payload as Seen[];
  assert.deepEqual(host.notices, []);
  assert.ok(host.routes.some(({ method, path }) => method === 'WS' && path === '/dev $connect'));

  const socket = await open(`${url}/dev?name=dolly`);
  const [connect] = await seen();
  const { connectionId, ...context } = connect?.requestContext ?? {};
  assert.match(String(connectionId), /^[\w-]{15}=$/);
  assert.deepEqual(
    [context['routeKey'], context['eventType'], context['stage'], context['apiId'], context['domainName']],
    ['$connect', 'CONNECT', 'dev', 'Chat', '127.0.0.1'],
  );
  assert.deepEqual(connect?.queryStringParameters, { name: 'dolly' });
  assert.deepEqual(connect?.stageVariables, { kind: 'sheep' });
  assert.equal(connect?.headers?.['upgrade'], 'websocket');

  assert.equal(await say(socket, '{"do":{"what":"bleat"}}'), 'bleat {"do":{"what":"bleat"}}');
  for (const text of [
    'no JSON',
    '{"do":{"what":"else"}}',
    '{"do":{"what":"$connect"}}',
    '{"do":7}',
    'null',
  ]) {
    assert.equal(await say(socket, text), `$default ${text}`);
  }
  const failed = JSON.parse(await say(socket, '{"do":{"what":"fail"}}')) as Record<string, string>;
  assert.deepEqual([failed['message'], failed['connectionId']], ['Internal server error', connectionId]);
  // A route without response: the next answer is that of the next message.
  socket.send('{"do":{"what":"mute"}}');
  assert.match(await say(socket, '{"do":{"what":"bleat"}}'), /^bleat/);

  const manage = (method: string, body?: string, id = String(connectionId)) =>
    fetch(`${host.url}/dev/@connections/${encodeURIComponent(id)}`, { method, ...(body && { body }) });
  const told = once(socket, 'message') as Promise<[MessageEvent]>;
  assert.equal((await manage('POST', 'from the shed')).status, 200);
  assert.equal((await told)[0].data, 'from the shed');
  const described = (await (await manage('GET')).json()) as { identity: { sourceIp: string } };
  assert.equal(described.identity.sourceIp, '127.0.0.1');
  assert.equal((await manage('POST', 'x'.repeat(131_073))).status, 413);
  const stranger = await manage('POST', 'hello', 'nobody=');
  assert.deepEqual([stranger.status, stranger.headers.get('x-amzn-errortype')], [410, 'GoneException']);

  assert.equal((await host.invoke('talk', { ask: 'variable' })).payload, `${host.url}/dev`);
  const closed = once(socket, 'close');
  assert.equal((await manage('DELETE')).status, 204);
  await closed;
  assert.equal((await manage('POST', 'too late')).status, 410);
  while (!(await seen()).some(({ requestContext }) => requestContext['eventType'] === 'DISCONNECT'));
  // HTTP has its own routes below the same path, also where a client would like to upgrade to something else.
  assert.equal(await refused(`${host.url}/dev`, { upgrade: 'h2c', connection: 'Upgrade' }), 200);
});

test('a handshake is refused as $connect says, or where no stage is', async (t) => {
  const host = await startHost(t, { talk: { source: TALK } }, ONE_PROCESS, CHAT);
  assert.equal(await refused(`${host.url}/dev?status=403`), 403);
  assert.equal(await refused(`${host.url}/dev?status=throw`), 502);
  assert.equal(await refused(`${host.url}/prod`), 404);
  assert.equal(await refused(`${host.url}/dev`, { host: 'evil.example' }), 403);
  assert.equal(await refused(`${host.url}/dev`), 101);
  const socket = await open(`${host.url.replace('http', 'ws')}/dev?protocol=wool`, 'wool');
  assert.equal(socket.protocol, 'wool');
  const closed = once(socket, 'close') as Promise<[CloseEvent]>;
  socket.send(new Uint8Array([1, 2]));
  assert.equal((await closed)[0].code, 1003, 'binary frames are not supported');
});

test('a client that hangs up while it is refused ends nothing', () => {
  const socket = new PassThrough();
  refuse(socket, 403);
  socket.emit('error', new Error('read ECONNRESET'));
  assert.ok(socket.destroyed);
});

test('a Lambda authorizer stands before $connect, and what it says stands in every event', async (t) => {
  const guarded = {
    ...CHAT,
    Connect: route('$connect', { AuthorizationType: 'CUSTOM', AuthorizerId: { Ref: 'Guard' } }),
    Guard: {
      Type: 'AWS::ApiGatewayV2::Authorizer',
      Properties: {
        ApiId,
        AuthorizerType: 'REQUEST',
        AuthorizerUri: uriOf('Guard'),
        IdentitySource: ['route.request.querystring.token'],
      },
    },
  };
  const host = await startHost(t, { talk: { source: TALK }, guard: { source: GUARD } }, ONE_PROCESS, guarded);
  assert.equal(await refused(`${host.url}/dev`), 401, 'nothing to identify it by');
  assert.equal(await refused(`${host.url}/dev?token=nobody`), 401);
  assert.equal(await refused(`${host.url}/dev?token=wrong`), 403);
  const socket = await open(`${host.url.replace('http', 'ws')}/dev?token=right`);
  await say(socket, 'hello');
  const seen = (await host.invoke('talk', { ask: true })).payload as Seen[];
  assert.deepEqual(
    seen.map(({ requestContext }) => requestContext['authorizer']),
    Array.from({ length: 2 }, () => ({ principalId: 'shepherd', flock: 3 })),
  );
  const closed = once(socket, 'close') as Promise<[CloseEvent]>;
  await host.close();
  assert.equal((await closed)[0].code, 1001, 'the host says goodbye');
});
