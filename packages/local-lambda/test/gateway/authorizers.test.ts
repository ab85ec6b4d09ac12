import assert from 'node:assert/strict';
import { createHash, createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { SignatureV4 } from '@smithy/signature-v4';
import { onEnd, serve, startHost, temporaryFolder, writePackage } from '../fixture-package.ts';

const ECHO = `export const handler = async (event) => ({ statusCode: 200,
  body: JSON.stringify([event.requestContext.authorizer ?? null, event.requestContext.identity ?? null]) });`;
const ApiId = { Ref: 'HttpApi' };
const RestApiId = { Ref: 'Rest' };
const uriOf = (id: string) => ({
  'Fn::Join': [
    '',
    ['arn:aws:apigateway:x:lambda:path/2015-03-31/functions/', { 'Fn::GetAtt': [id, 'Arn'] }, '/invocations'],
  ],
});

/** A route of the HTTP API of the fixture, with an authorizer. */
function httpRoute(authorization: object, format = '2.0') {
  return {
    EchoIntegration: {
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: {
        ApiId,
        IntegrationType: 'AWS_PROXY',
        IntegrationUri: { 'Fn::GetAtt': ['EchoLambdaFunction', 'Arn'] },
        PayloadFormatVersion: format,
      },
    },
    EchoRoute: {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        ApiId,
        RouteKey: 'ANY /{proxy+}',
        Target: { 'Fn::Join': ['/', ['integrations', { Ref: 'EchoIntegration' }]] },
        ...authorization,
      },
    },
  };
}

function restRoute(authorization: object) {
  return {
    Rest: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'rest' } },
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
        Integration: { Type: 'AWS_PROXY', Uri: uriOf('EchoLambdaFunction') },
        ...authorization,
      },
    },
    RestStage: { Type: 'AWS::ApiGateway::Stage', Properties: { RestApiId, StageName: 'dev' } },
  };
}

async function ask(url: string, headers: Record<string, string> = {}) {
  const response = await fetch(url, { headers });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: JSON.parse(text || 'null') };
}

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

function token(key: KeyObject, claims: object, header: object = {}): string {
  const text = `${part({ alg: 'RS256', kid: 'one', ...header })}.${part(claims)}`;
  return `${text}.${sign('RSA-SHA256', Buffer.from(text), key).toString('base64url')}`;
}

/** An issuer of tokens with a server of its own. */
async function startIssuer(t: TestContext) {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwks = JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one' }] });
  const server = createServer((request, response) => {
    const isConfiguration = request.url === '/.well-known/openid-configuration';
    response.end(isConfiguration ? JSON.stringify({ jwks_uri: `${issuer}/keys` }) : jwks);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onEnd(t, () => server.close());
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { issuer, privateKey, jwks };
}

const now = () => Math.floor(Date.now() / 1000);

test('a JWT authorizer lets valid tokens pass and tells the function their claims', async (t) => {
  const { issuer, privateKey } = await startIssuer(t);
  const host = await startHost(
    t,
    { echo: { source: ECHO } },
    {},
    {
      ...httpRoute({
        AuthorizationType: 'JWT',
        AuthorizerId: { Ref: 'Jwt' },
        AuthorizationScopes: ['sheep.read'],
      }),
      Jwt: {
        Type: 'AWS::ApiGatewayV2::Authorizer',
        Properties: {
          ApiId,
          AuthorizerType: 'JWT',
          IdentitySource: ['$request.header.Authorization'],
          JwtConfiguration: { Issuer: issuer, Audience: ['shed'] },
        },
      },
    },
  );
  assert.deepEqual(host.notices, []);
  const claims = {
    iss: issuer,
    aud: 'shed',
    exp: now() + 60,
    scope: 'sheep.read other',
    groups: ['a', 'b'],
    n: 1,
  };
  const asked = (bearer: string) => ask(`${host.url}/x`, { authorization: bearer });
  for (const prefix of ['Bearer ', '']) {
    const { status, body } = await asked(prefix + token(privateKey, claims));
    assert.equal(status, 200);
    assert.deepEqual(body[0], {
      jwt: {
        claims: { ...claims, exp: String(claims.exp), groups: '[a b]', n: '1' },
        scopes: ['sheep.read', 'other'],
      },
    });
  }
  const missing = await ask(`${host.url}/x`);
  assert.deepEqual(
    [missing.status, missing.body, missing.headers.get('www-authenticate')],
    [401, { message: 'Unauthorized' }, 'Bearer'],
  );
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const refused: readonly (readonly [string, number, RegExp])[] = [
    [token(stranger, claims), 401, /signature/],
    [token(privateKey, { ...claims, exp: now() - 1 }), 401, /expired/],
    [token(privateKey, { ...claims, nbf: now() + 60 }), 401, /not valid yet/],
    [token(privateKey, { ...claims, aud: 'other' }), 401, /audience/],
    [token(privateKey, { ...claims, iss: 'http://evil.example' }), 401, /issuer/],
    [token(privateKey, claims, { kid: 'two' }), 401, /signing key/],
    [token(privateKey, claims, { alg: 'none' }), 401, /signing method/],
    [token(privateKey, { ...claims, scope: 'other' }), 403, /insufficient_scope/],
    ['a.b', 401, /malformed/],
    ['x', 401, /malformed/],
  ];
  for (const [bearer, status, reason] of refused) {
    const answer = await asked(`Bearer ${bearer}`);
    assert.equal(answer.status, status, String(reason));
    assert.match(answer.headers.get('www-authenticate') ?? '', reason);
  }
});

test('the keys of an authorizer may come from a file; where they cannot be read a notice says what to do', async (t) => {
  const { privateKey, jwks } = await startIssuer(t);
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'keys.json'), jwks);
  const authorizer = (Issuer: string) => ({
    ...restRoute({ AuthorizationType: 'COGNITO_USER_POOLS', AuthorizerId: { Ref: 'Pool' } }),
    Users: { Type: 'AWS::Cognito::UserPool', Properties: { UserPoolName: Issuer } },
    Pool: {
      Type: 'AWS::ApiGateway::Authorizer',
      Properties: {
        RestApiId,
        Type: 'COGNITO_USER_POOLS',
        IdentitySource: 'method.request.header.Authorization',
        ProviderARNs: [{ 'Fn::GetAtt': ['Users', 'Arn'] }],
      },
    },
  });
  const jwksFile = { Pool: join(folder, 'keys.json') };
  const host = await startHost(t, { echo: { source: ECHO } }, { jwks: jwksFile }, authorizer('a'));
  const claims = {
    iss: 'https://cognito-idp.eu-west-3.amazonaws.com/Users',
    exp: now() + 60,
    client_id: 'c',
  };
  const { status, body } = await ask(`${host.url}/x`, { authorization: token(privateKey, claims) });
  assert.deepEqual([status, body[0]], [200, { claims: { ...claims, exp: String(claims.exp) } }]);

  const without = await startHost(
    t,
    { echo: { source: ECHO } },
    { jwks: { Pool: '/nowhere' } },
    authorizer('a'),
  );
  for (let i = 0; i < 2; i += 1) {
    const refused = await ask(`${without.url}/x`, { authorization: token(privateKey, claims) });
    assert.deepEqual([refused.status, refused.body], [401, { message: 'Unauthorized' }]);
  }
  assert.deepEqual(without.notices.filter((notice) => notice.startsWith('Pool:')).length, 1);
  assert.match(
    without.notices.at(-1) ?? '',
    /^Pool: its keys cannot be read \(.*\); give --jwks Pool=FILE\|URL$/,
  );
});

const AUTHORIZER = `let calls = 0;
export const handler = async (event) => {
  calls += 1;
  const token = event.authorizationToken?.split(',')[0] ?? event.identitySource?.[0] ?? event.headers['X-Token'];
  if (token === 'nobody') throw new Error('Unauthorized');
  if (token === 'broken') throw new Error('oops');
  if (token === 'silent') return {};
  const Effect = token === 'deny' ? 'Deny' : 'Allow';
  const arn = event.methodArn ?? event.routeArn;
  const Resource = token === 'narrow' ? arn.replace(/[^/]*$/, 'only') : arn.replace(/\\/[^/]*$/, '/*');
  return { principalId: 'anna', isAuthorized: token !== 'deny', context: { calls, list: [1], type: event.type, version: event.version ?? 'none' },
    policyDocument: { Version: '2012-10-17', Statement: [{ Action: 'execute-api:Invoke', Effect, Resource }] } };
};`;

test('a TOKEN authorizer of a REST API is asked once for a token, and its policy decides', async (t) => {
  const functions = { echo: { source: ECHO }, auth: { source: AUTHORIZER } };
  const host = await startHost(
    t,
    functions,
    {},
    {
      ...restRoute({ AuthorizationType: 'CUSTOM', AuthorizerId: { Ref: 'Custom' } }),
      Custom: {
        Type: 'AWS::ApiGateway::Authorizer',
        Properties: {
          RestApiId,
          Type: 'TOKEN',
          IdentitySource: 'method.request.header.X-Token',
          AuthorizerUri: uriOf('AuthLambdaFunction'),
          IdentityValidationExpression: '[a-z]+',
        },
      },
    },
  );
  const asked = async (value: string | undefined, path = '/dev/x') => {
    const { status, body } = await ask(host.url + path, value === undefined ? {} : { 'x-token': value });
    return [status, body];
  };
  const [status, body] = await asked('anna');
  assert.equal(status, 200);
  const { integrationLatency, ...authorizer } = body[0];
  assert.equal(typeof integrationLatency, 'number');
  const context = { calls: '1', list: '1', type: 'TOKEN', version: 'none' };
  assert.deepEqual(authorizer, { principalId: 'anna', ...context });
  assert.equal((await asked('anna', '/dev/y'))[1][0].calls, '1');
  assert.equal((await asked('bert'))[1][0].calls, '2');
  const denied = 'User is not authorized to access this resource';
  assert.deepEqual(await asked('deny'), [403, { Message: `${denied} with an explicit deny` }]);
  assert.deepEqual(await asked('narrow'), [403, { Message: denied }]);
  assert.equal((await asked('narrow', '/dev/only'))[0], 200);
  const unauthorized = [401, { message: 'Unauthorized' }];
  for (const value of ['nobody', 'A1', undefined]) assert.deepEqual(await asked(value), unauthorized);
  for (const value of ['broken', 'silent']) assert.deepEqual(await asked(value), [500, { message: null }]);
});

for (const format of ['1.0', '2.0']) {
  test(`a REQUEST authorizer of an HTTP API in format ${format}`, async (t) => {
    const functions = { echo: { source: ECHO }, auth: { source: AUTHORIZER } };
    const authorizer = {
      ApiId,
      AuthorizerType: 'REQUEST',
      AuthorizerUri: uriOf('AuthLambdaFunction'),
      AuthorizerPayloadFormatVersion: format,
      EnableSimpleResponses: format === '2.0',
      IdentitySource: ['$request.header.X-Token', '$request.querystring.q'],
    };
    const host = await startHost(
      t,
      functions,
      {},
      {
        ...httpRoute({ AuthorizationType: 'CUSTOM', AuthorizerId: { Ref: 'Custom' } }, format),
        Custom: { Type: 'AWS::ApiGatewayV2::Authorizer', Properties: authorizer },
      },
    );
    const asked = async (value: string, path = '/x?q=1') => {
      const { status, body } = await ask(host.url + path, { 'x-token': value });
      return [status, body];
    };
    const [, first] = await asked('anna');
    const context = { calls: 1, list: [1], type: 'REQUEST', version: format };
    if (format === '2.0') assert.deepEqual(first[0], { lambda: context });
    else {
      const { integrationLatency: _latency, ...own } = first[0];
      assert.deepEqual(own, { ...context, principalId: 'anna' });
    }
    // Without a time to keep them, results are not kept.
    const [, second] = await asked('anna');
    assert.equal((second[0].lambda ?? second[0]).calls, 2);
    assert.deepEqual(await asked('deny'), [403, { message: 'Forbidden' }]);
    assert.deepEqual(await asked('anna', '/x'), [401, { message: 'Unauthorized' }]);
    assert.deepEqual(await asked('broken'), [500, { message: 'Internal Server Error' }]);
  });
}

/** The hash that AWS's own signer asks for, which may hold a key. */
class Sha256 {
  readonly #hash;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as Uint8Array);
  }
  update(data: string | Uint8Array): void {
    this.#hash.update(data);
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  reset(): void {}
}

test('AWS_IAM lets requests pass that are signed with the key of the host', async (t) => {
  const resources = {
    ...httpRoute({ AuthorizationType: 'AWS_IAM' }),
    ...restRoute({ AuthorizationType: 'AWS_IAM' }),
  };
  const host = await startHost(t, { echo: { source: ECHO } }, {}, resources);
  const { hostname, port, host: hostHeader } = new URL(host.url);
  const signed = async (path: string, secretAccessKey = 'local-lambda', signingDate = new Date()) => {
    const signer = new SignatureV4({
      service: 'execute-api',
      region: 'eu-west-3',
      credentials: { accessKeyId: 'local-lambda', secretAccessKey },
      sha256: Sha256,
    });
    const { pathname, searchParams } = new URL(path, host.url);
    const request = {
      method: 'GET',
      protocol: 'http:',
      hostname,
      port: Number(port),
      path: pathname,
      query: Object.fromEntries(searchParams),
      headers: { host: hostHeader },
    };
    const { headers } = await signer.sign(request, { signingDate });
    const { host: _host, ...own } = headers;
    return ask(host.url + path, own);
  };
  const { status, body } = await signed('/a%20b/c?z=1&a=%C3%A9');
  assert.equal(status, 200);
  const iam = { accessKey: 'local-lambda', accountId: '000000000000', callerId: 'local-lambda' };
  const userArn = 'arn:aws:iam::000000000000:user/local-lambda';
  const nothing = { cognitoIdentity: null, principalOrgId: null };
  assert.deepEqual(body[0], { iam: { ...iam, ...nothing, userArn, userId: 'local-lambda' } });
  const rest = await signed('/dev/x');
  assert.equal(rest.body[1]?.userArn ?? rest.body[0]?.iam.userArn, userArn);
  assert.equal((await signed('/x', 'wrong')).status, 403);
  assert.equal((await signed('/x', 'local-lambda', new Date(Date.now() - 600_000))).status, 403);
  assert.deepEqual((await ask(`${host.url}/x`)).body, { message: 'Forbidden' });
});

test('a method that needs an API key wants one of a usage plan of its API', async (t) => {
  const host = await startHost(
    t,
    { echo: { source: ECHO } },
    {},
    {
      ...restRoute({ ApiKeyRequired: true }),
      Key: { Type: 'AWS::ApiGateway::ApiKey', Properties: { Enabled: true, Value: 'secret' } },
      Other: { Type: 'AWS::ApiGateway::ApiKey', Properties: { Enabled: true, Value: 'other' } },
      Plan: {
        Type: 'AWS::ApiGateway::UsagePlan',
        Properties: { ApiStages: [{ ApiId: RestApiId, Stage: 'dev' }], Quota: { Limit: 1, Period: 'DAY' } },
      },
      PlanKey: {
        Type: 'AWS::ApiGateway::UsagePlanKey',
        Properties: { KeyId: { Ref: 'Key' }, KeyType: 'API_KEY', UsagePlanId: { Ref: 'Plan' } },
      },
    },
  );
  const { status, body } = await ask(`${host.url}/x`, { 'x-api-key': 'secret' });
  assert.deepEqual([status, body[1].apiKey, body[1].apiKeyId], [200, 'secret', 'Key']);
  for (const key of ['other', 'nothing', undefined]) {
    const refused = await ask(`${host.url}/x`, key === undefined ? {} : { 'x-api-key': key });
    assert.deepEqual([refused.status, refused.body], [403, { message: 'Forbidden' }]);
  }
  assert.deepEqual(host.notices, ['Plan.Quota: calls are not counted: no quota is enforced']);
});

test("a SAM template's Auth becomes authorizers of its routes", async (t) => {
  const folder = await temporaryFolder(t);
  const code = (source: string) => ({
    InlineCode: source.replace('export const handler', 'exports.handler'),
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
  });
  const Auth = {
    DefaultAuthorizer: 'Own',
    Authorizers: {
      Own: { FunctionArn: { 'Fn::GetAtt': ['Guard', 'Arn'] }, Identity: { Header: 'X-Token' } },
    },
  };
  const HttpAuth = {
    DefaultAuthorizer: 'Own',
    Authorizers: {
      Own: {
        FunctionArn: { 'Fn::GetAtt': ['Guard', 'Arn'] },
        AuthorizerPayloadFormatVersion: '2.0',
        EnableSimpleResponses: true,
        Identity: { Headers: ['X-Token'], ReauthorizeEvery: 60 },
      },
    },
  };
  const event = (Type: string, Path: string, more: object = {}) => ({
    Type,
    Properties: { Path, Method: 'get', ...more },
  });
  const Resources = {
    Guard: { Type: 'AWS::Serverless::Function', Properties: code(AUTHORIZER) },
    Echo: {
      Type: 'AWS::Serverless::Function',
      Properties: {
        ...code(ECHO),
        Events: {
          Rest: event('Api', '/rest'),
          Open: event('Api', '/open', { Auth: { Authorizer: 'NONE' } }),
          Keyed: event('Api', '/keyed', { Auth: { Authorizer: 'NONE', ApiKeyRequired: true } }),
          Http: event('HttpApi', '/http'),
        },
      },
    },
  };
  const usage = { UsagePlan: { CreateUsagePlan: 'PER_API' } };
  const Globals = { Api: { Auth: { ...Auth, ...usage } }, HttpApi: { Auth: HttpAuth } };
  await writeFile(join(folder, 'template.json'), JSON.stringify({ Globals, Resources }));
  const host = await serve(t, folder, { packageDir: folder });
  const asked = async (path: string, headers: Record<string, string> = {}) =>
    (await ask(host.url + path, headers)).status;
  const anna = { 'x-token': 'anna' };
  assert.deepEqual([await asked('/rest'), await asked('/rest', anna)], [401, 200]);
  assert.deepEqual([await asked('/http'), await asked('/http', anna)], [401, 200]);
  assert.equal((await ask(`${host.url}/http`, anna)).body[0].lambda.calls, 2);
  assert.equal(await asked('/open'), 200);
  const key = { 'x-api-key': 'ServerlessRestApiApiKey' };
  assert.deepEqual([await asked('/keyed'), await asked('/keyed', key)], [403, 200]);
  assert.deepEqual(
    host.notices.filter((notice) => /auth/i.test(notice)),
    [],
  );
});

test('a route whose authorizer cannot be served is closed, not open', async (t) => {
  const folder = await temporaryFolder(t);
  const packageDir = await writePackage(
    join(folder, 'package'),
    { echo: { source: ECHO } },
    httpRoute({ AuthorizationType: 'CUSTOM', AuthorizerId: 'elsewhere' }),
  );
  const host = await serve(t, folder, { packageDir });
  assert.equal((await fetch(`${host.url}/x`)).status, 404);
  assert.match(
    host.notices[0] ?? '',
    /^EchoRoute .*: it is not served: .*AuthorizerId: elsewhere is no authorizer/,
  );
});
