import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { preparePython } from '../src/runtimes/python/prepare-python.ts';
import { serve, type TestHost, temporaryFolder } from './fixture-package.ts';

const MAJOR = process.versions.node.split('.')[0];

/** Projects after the shapes of public examples, as their tools package them: files by path. */
async function serveProject(t: TestContext, files: Readonly<Record<string, string>>): Promise<TestHost> {
  const folder = await temporaryFolder(t);
  const packageDir = join(folder, 'package');
  for (const [name, text] of Object.entries(files)) {
    const path = join(packageDir, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text.replaceAll('nodejs24.x', `nodejs${MAJOR}.x`));
  }
  return serve(t, folder, { packageDir });
}

async function ask(url: string, init: RequestInit = {}): Promise<readonly [number, unknown]> {
  const response = await fetch(url, init);
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json');
  return [response.status, isJson ? JSON.parse(text) : text];
}

test('an express-like application behind a proxy route of a REST API', async (t) => {
  const root = { 'Fn::GetAtt': ['ApiGatewayRestApi', 'RootResourceId'] };
  const RestApiId = { Ref: 'ApiGatewayRestApi' };
  const method = (ResourceId: unknown) => ({
    Type: 'AWS::ApiGateway::Method',
    Properties: {
      HttpMethod: 'ANY',
      ResourceId,
      RestApiId,
      ApiKeyRequired: false,
      AuthorizationType: 'NONE',
      Integration: {
        IntegrationHttpMethod: 'POST',
        Type: 'AWS_PROXY',
        Uri: {
          'Fn::Join': [
            '',
            [
              'arn:',
              { Ref: 'AWS::Partition' },
              ':apigateway:',
              { Ref: 'AWS::Region' },
              ':lambda:path/2015-03-31/functions/',
              { 'Fn::GetAtt': ['AppLambdaFunction', 'Arn'] },
              '/invocations',
            ],
          ],
        },
      },
    },
  });
  const Resources = {
    ServerlessDeploymentBucket: { Type: 'AWS::S3::Bucket' },
    AppLogGroup: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/aws/lambda/express-dev-app' } },
    IamRoleLambdaExecution: { Type: 'AWS::IAM::Role', Properties: {} },
    AppLambdaFunction: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Code: { S3Bucket: { Ref: 'ServerlessDeploymentBucket' }, S3Key: 'serverless/express/dev/1/app' },
        Handler: 'index.handler',
        Runtime: 'nodejs24.x',
        FunctionName: 'express-dev-app',
        Role: { 'Fn::GetAtt': ['IamRoleLambdaExecution', 'Arn'] },
      },
    },
    ApiGatewayRestApi: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'dev-express' } },
    ApiGatewayResourceProxyVar: {
      Type: 'AWS::ApiGateway::Resource',
      Properties: { ParentId: root, PathPart: '{proxy+}', RestApiId },
    },
    ApiGatewayMethodAny: method(root),
    ApiGatewayMethodProxyVarAny: method({ Ref: 'ApiGatewayResourceProxyVar' }),
    ApiGatewayDeployment1: {
      Type: 'AWS::ApiGateway::Deployment',
      Properties: { RestApiId, StageName: 'dev' },
    },
    AppLambdaPermission: { Type: 'AWS::Lambda::Permission', Properties: {} },
  };
  const host = await serveProject(t, {
    'cloudformation-template-update-stack.json': JSON.stringify({ Resources }),
    'app/index.js': `
const routes = {
  'GET /': () => ({ hello: 'world' }),
  'POST /users': ({ body }) => ({ created: Object.fromEntries(new URLSearchParams(body)) }),
};
exports.handler = async ({ httpMethod, path, body, isBase64Encoded }) => {
  const text = isBase64Encoded ? Buffer.from(body, 'base64').toString() : body;
  const route = routes[httpMethod + ' ' + path];
  return { statusCode: route ? 200 : 404, body: JSON.stringify(route ? route({ body: text }) : { path }) };
};`,
  });
  assert.deepEqual(await ask(`${host.url}/dev/`), [200, { hello: 'world' }]);
  assert.deepEqual(await ask(host.url), [200, { hello: 'world' }]);
  const form = { method: 'POST', body: new URLSearchParams({ name: 'Anna' }) };
  assert.deepEqual(await ask(`${host.url}/dev/users`, form), [200, { created: { name: 'Anna' } }]);
  assert.deepEqual(await ask(`${host.url}/users/7`), [404, { path: '/users/7' }]);
  assert.deepEqual(host.notices, []);
});

test('a Flask-like application through WSGI', async (t) => {
  const python = await preparePython('.cache', () => undefined);
  if (!python.ready) return t.diagnostic(`passed over: ${python.reason}`);
  const host = await serveProject(t, {
    'template.yaml': `
Transform: AWS::Serverless-2016-10-31
Globals: { Function: { Timeout: 10, Runtime: python${python.version}, Environment: { Variables: { STAGE: live } } } }
Resources:
  Web:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: Web
      Handler: wsgi.handler
      Environment: { Variables: { NAME: web } }
      Events: { All: { Type: HttpApi } }
`,
    'Web/app.py': `
import os
def app(environ, start_response):
    body = environ["wsgi.input"].read().decode()
    start_response("201 CREATED" if body else "200 OK", [("Content-Type", "text/plain"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])
    return [" ".join([environ["REQUEST_METHOD"], environ["PATH_INFO"], environ["QUERY_STRING"], body, os.environ["STAGE"], os.environ["NAME"]]).encode()]
`,
    'Web/wsgi.py': `
import base64, io
from app import app
def handler(event, context):
    body = event.get("body") or ""
    raw = base64.b64decode(body) if event["isBase64Encoded"] else body.encode()
    http = event["requestContext"]["http"]
    environ = {"REQUEST_METHOD": http["method"], "PATH_INFO": event["rawPath"], "QUERY_STRING": event["rawQueryString"], "wsgi.input": io.BytesIO(raw)}
    answer = {}
    def start_response(status, headers):
        answer["statusCode"] = int(status.split()[0])
        answer["headers"] = {k: v for k, v in headers if k != "Set-Cookie"}
        answer["cookies"] = [v for k, v in headers if k == "Set-Cookie"]
    answer["body"] = b"".join(app(environ, start_response)).decode()
    return answer
`,
  });
  const cookies = (await fetch(`${host.url}/a?b=c`)).headers.getSetCookie();
  assert.deepEqual(cookies, ['a=1', 'b=2']);
  assert.deepEqual(await ask(`${host.url}/a?b=c`), [200, 'GET /a b=c  live web']);
  const form = { method: 'POST', body: new URLSearchParams({ x: 'é' }) };
  assert.deepEqual(await ask(`${host.url}/form`, form), [201, 'POST /form  x=%C3%A9 live web']);
  assert.deepEqual(host.notices, []);
});

test('SAM with Globals: two APIs, an authorizer, a layer, function URLs, sources that are told of', async (t) => {
  const host = await serveProject(t, {
    'template.yaml': `
Transform: AWS::Serverless-2016-10-31
Parameters: { Stage: { Type: String, Default: live } }
Globals:
  Function:
    Runtime: nodejs24.x
    Handler: index.handler
    Layers: [!Ref Shared]
    Environment: { Variables: { STAGE: !Ref Stage, QUEUE: !Ref Jobs } }
  HttpApi: { CorsConfiguration: { AllowOrigins: ['https://shop.example'], AllowMethods: [GET] } }
Resources:
  Shared: { Type: AWS::Serverless::LayerVersion, Properties: { ContentUri: Shared } }
  Shop: { Type: AWS::Serverless::HttpApi, Properties: { StageName: !Ref Stage, StageVariables: { color: blue } } }
  Admin:
    Type: AWS::Serverless::Api
    Properties:
      StageName: v1
      Auth:
        DefaultAuthorizer: Guard
        Authorizers: { Guard: { FunctionArn: !GetAtt Guard.Arn } }
  Guard: { Type: AWS::Serverless::Function, Properties: { CodeUri: Guard } }
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: Orders
      AutoPublishAlias: live
      FunctionUrlConfig: { AuthType: NONE }
      Events:
        List: { Type: HttpApi, Properties: { ApiId: !Ref Shop, Path: /orders, Method: get } }
        Admin: { Type: Api, Properties: { RestApiId: !Ref Admin, Path: '/orders/{id}', Method: any } }
        Job: { Type: SQS, Properties: { Queue: !GetAtt Jobs.Arn, BatchSize: 10 } }
        Nightly: { Type: ScheduleV2, Properties: { ScheduleExpression: rate(1 day) } }
        Upload: { Type: S3, Properties: { Bucket: !Ref Uploads, Events: 's3:ObjectCreated:*' } }
  Jobs: { Type: AWS::SQS::Queue }
  Uploads: { Type: AWS::S3::Bucket }
`,
    'Shared/nodejs/node_modules/shared/index.js': `exports.tag = (text) => '<' + text + '>';`,
    'Guard/index.js': `
exports.handler = async ({ authorizationToken, methodArn }) => ({
  principalId: authorizationToken, context: { role: 'admin' },
  policyDocument: { Statement: [{ Action: '*', Effect: authorizationToken === 'anna' ? 'Allow' : 'Deny', Resource: methodArn }] } });`,
    'Orders/index.js': `
const { tag } = require('shared');
exports.handler = async (event) => {
  if (event.Records) return { batchItemFailures: event.Records.filter(({ body }) => body === 'bad').map(({ messageId }) => ({ itemIdentifier: messageId })) };
  const { stage, authorizer, domainPrefix } = event.requestContext;
  return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify([
    tag(process.env.STAGE), stage, event.stageVariables?.color, authorizer?.role, authorizer?.principalId, event.pathParameters?.id]) };
};`,
  });
  const shop = { headers: { origin: 'https://shop.example' } };
  assert.deepEqual(await ask(`${host.url}/live/orders`, shop), [
    200,
    ['<live>', 'live', 'blue', null, null, null],
  ]);
  const cors = (await fetch(`${host.url}/live/orders`, shop)).headers.get('access-control-allow-origin');
  assert.equal(cors, 'https://shop.example');
  const admin = (authorization: string) => ask(`${host.url}/v1/orders/7`, { headers: { authorization } });
  assert.deepEqual(await admin('anna'), [200, ['<live>', 'v1', null, 'admin', 'anna', '7']]);
  assert.equal((await admin('bert'))[0], 403);
  // The URL of a function takes what no API has a route for.
  assert.deepEqual(await ask(`${host.url}/any/where`, { method: 'PUT' }), [
    200,
    ['<live>', '$default', null, null, null, null],
  ]);
  const records = [
    { messageId: '1', body: 'good' },
    { messageId: '2', body: 'bad' },
  ];
  const { payload } = await host.invoke('Orders', { Records: records });
  assert.deepEqual(payload, { batchItemFailures: [{ itemIdentifier: '2' }] });
  assert.deepEqual(host.notices, [
    'OrdersNightly (AWS::Scheduler::Schedule): schedules are off; give --schedules to run them, or invoke the function with a sample event',
    'OrdersUpload (AWS::Serverless::S3Event): set AWS_ENDPOINT_URL_S3 to an S3 server on this machine, and its events come; or invoke the function with a sample event',
    'OrdersJob (AWS::Lambda::EventSourceMapping): set AWS_ENDPOINT_URL_SQS to an SQS server on this machine, and its messages come; or invoke the function with a sample event',
    'Jobs (AWS::SQS::Queue): set AWS_ENDPOINT_URL_SQS to an SQS server on this machine, and it is created there when it is missing',
    'Uploads (AWS::S3::Bucket): set AWS_ENDPOINT_URL_S3 to an S3 server on this machine, and it is created there when it is missing',
  ]);
});

test('a URL of a function hands on paths as they were sent, and answers its own errors', async (t) => {
  const host = await serveProject(t, {
    'template.yaml': `
Resources:
  Echo: { Type: AWS::Lambda::Function, Properties: { Code: Echo, Runtime: nodejs24.x, Handler: index.handler } }
  Url: { Type: AWS::Lambda::Url, Properties: { AuthType: NONE, TargetFunctionArn: !Ref Echo, Cors: { AllowOrigins: ['*'] } } }
  Signed: { Type: AWS::Lambda::Url, Properties: { AuthType: AWS_IAM, TargetFunctionArn: !GetAtt Echo.Arn } }
`,
    'Echo/index.js': `exports.handler = async (event) => {
  if (event.rawQueryString) throw new Error('as asked');
  return [event.version, event.rawPath, event.routeKey, event.requestContext.stage, event.isBase64Encoded];
};`,
  });
  const posted = {
    method: 'POST',
    body: 'x=1',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  };
  assert.deepEqual(await ask(`${host.url}/a%20b`, posted), [
    200,
    ['2.0', '/a%20b', '$default', '$default', true],
  ]);
  assert.deepEqual(await ask(`${host.url}/?fail`), [502, 'Internal Server Error']);
  const { headers } = await fetch(host.url, { headers: { origin: 'https://a.example' } });
  assert.equal(headers.get('access-control-allow-origin'), '*');
  assert.deepEqual(host.notices, [
    '$default is there twice: the second one answers to the host name signed.local.localhost only',
  ]);
});
