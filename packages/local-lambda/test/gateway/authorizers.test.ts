import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { serve, startHost, temporaryFolder, writePackage } from '../fixture-package.ts';
import { ApiId, ask, ECHO, httpRoute, RestApiId, restRoute, uriOf } from './authorized-routes.ts';

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
