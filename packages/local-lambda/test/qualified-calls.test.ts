import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { readDeploymentPackages } from '../src/deployment-package/read.ts';
import { startLocalLambda } from '../src/start.ts';
import { serve, temporaryFolder } from './fixture-package.ts';

const MAJOR = process.versions.node.split('.')[0];
const TEMPLATE = `
Transform: AWS::Serverless-2016-10-31
Parameters: { Stage: { Type: String, Default: live } }
Globals: { Function: { Runtime: nodejs${MAJOR}.x, Handler: index.handler } }
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: code
      AutoPublishAlias: !Ref Stage
      FunctionUrlConfig: { AuthType: NONE }
      Environment: { Variables: { ALIAS: !Ref Orders.Alias, VERSION: !Sub '\${Orders.Version}' } }
      Events:
        Http: { Type: HttpApi, Properties: { Path: /http, Method: get } }
        Rest: { Type: Api, Properties: { Path: /rest, Method: get } }
        Queue: { Type: SQS, Properties: { Queue: !GetAtt Jobs.Arn } }
        Put: { Type: S3, Properties: { Bucket: !Ref Files, Events: 's3:ObjectCreated:*' } }
        Daily: { Type: Schedule, Properties: { Schedule: rate(1 day) } }
        Nightly: { Type: ScheduleV2, Properties: { ScheduleExpression: rate(1 day) } }
  Jobs: { Type: AWS::SQS::Queue }
  Files: { Type: AWS::S3::Bucket }
  Image: { Type: AWS::Serverless::Function, Properties: { PackageType: Image, ImageUri: 'registry.example/shop:1', Runtime: !Ref AWS::NoValue, Handler: !Ref AWS::NoValue } }
  Plain: { Type: AWS::Serverless::Function, Properties: { CodeUri: code } }
  One: { Type: AWS::Lambda::Version, Properties: { FunctionName: !Ref Plain } }
  Blue: { Type: AWS::Lambda::Alias, Properties: { FunctionName: !Ref Plain, FunctionVersion: !GetAtt One.Version, Name: blue } }
  Green: { Type: AWS::Lambda::Alias, Properties: { FunctionName: !Ref Plain, FunctionVersion: $LATEST, Name: green } }
  Shop: { Type: AWS::ApiGateway::RestApi, Properties: { Name: shop } }
  Blues: { Type: AWS::ApiGateway::Stage, Properties: { RestApiId: !Ref Shop, StageName: b, Variables: { alias: blue } } }
  Greens: { Type: AWS::ApiGateway::Stage, Properties: { RestApiId: !Ref Shop, StageName: g, Variables: { alias: green } } }
  ByStage: { Type: AWS::ApiGateway::Resource, Properties: { RestApiId: !Ref Shop, ParentId: !GetAtt Shop.RootResourceId, PathPart: stage } }
  Get: &method
    Type: AWS::ApiGateway::Method
    Properties: &properties
      RestApiId: !Ref Shop
      ResourceId: !Ref ByStage
      HttpMethod: GET
      Integration: { Type: AWS_PROXY, Uri: !Sub 'arn:aws:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${Plain.Arn}:\${!stageVariables.alias}/invocations' }
  Mocked: { Type: AWS::ApiGateway::Method, Properties: { <<: *properties, HttpMethod: OPTIONS, Integration: { Type: MOCK, RequestTemplates: { application/json: '{"statusCode":204}' }, IntegrationResponses: [{ StatusCode: 204 }] } } }
  Lost: { Type: AWS::ApiGateway::Method, Properties: { <<: *properties, HttpMethod: PUT, Integration: { Type: AWS_PROXY, Uri: !Sub '\${Plain.Arn}:red' } } }
  Unset: { Type: AWS::ApiGateway::Method, Properties: { <<: *properties, HttpMethod: POST, Integration: { Type: AWS_PROXY, Uri: !Sub '\${Plain.Arn}:\${!stageVariables.other}' } } }
  Picture: { Type: AWS::ApiGateway::Method, Properties: { <<: *properties, HttpMethod: PATCH, Integration: { Type: AWS_PROXY, Uri: !GetAtt Image.Arn } } }
  Streamed: { Type: AWS::ApiGateway::Method, Properties: { <<: *properties, HttpMethod: DELETE, Integration: { Type: AWS_PROXY, ResponseTransferMode: STREAM, Uri: !GetAtt Image.Arn } } }
`;
const SOURCE = `exports.handler = async (event, { invokedFunctionArn, functionVersion }) => {
  const body = [invokedFunctionArn.split(':').slice(6).join(':'), functionVersion, process.env.ALIAS, process.env.VERSION];
  return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
};`;

test('what names an alias or version calls it, stage variables too; images are named and answered 501', async (t) => {
  const folder = await temporaryFolder(t);
  const packageDir = join(folder, 'package');
  await mkdir(join(packageDir, 'code'), { recursive: true });
  await writeFile(join(packageDir, 'template.yaml'), TEMPLATE);
  await writeFile(join(packageDir, 'code/index.js'), SOURCE);
  const host = await serve(t, folder, { packageDir, eventSources: false });
  const ask = async (path: string, method = 'GET') => {
    const answer = await fetch(`${host.url}${path}`, { method });
    return [answer.status, await answer.json()];
  };
  const arn = 'arn:aws:lambda:eu-west-3:000000000000:function:Orders';
  const live = [200, ['Orders:live', '1', `${arn}:live`, `${arn}:1`]];
  for (const path of ['/http', '/rest', '/by/url']) assert.deepEqual(await ask(path), live);
  assert.deepEqual(await ask('/b/stage'), [200, ['Plain:blue', '1', null, null]]);
  assert.deepEqual(await ask('/g/stage'), [200, ['Plain:green', '$LATEST', null, null]]);
  const { payload } = await host.invoke('Plain:blue', {});
  assert.match(JSON.stringify(payload), /Plain:blue/);
  await assert.rejects(host.invoke('Plain:red', {}), /Plain has no alias or version red/);

  const reason = 'Image: container images do not run here; give it a package of type Zip';
  for (const method of ['PATCH', 'DELETE']) {
    assert.deepEqual(await ask('/stage', method), [501, { message: reason }]);
  }
  const api = `${host.url}/2015-03-31/functions/Image`;
  const invoked = await fetch(`${api}/invocations`, { method: 'POST' });
  assert.deepEqual(
    [invoked.status, await invoked.json()],
    [502, { Type: 'Service', message: reason, Message: reason }],
  );
  const described = JSON.stringify(await (await fetch(api)).json());
  assert.match(described, /"PackageType":"Image".*"ImageUri":"registry\.example\/shop:1"/);

  const at =
    'Resources.Lost.Properties.Integration.Uri: Plain has no alias or version "red" in this template';
  const notices = host.notices.join('\n');
  assert.ok(notices.includes(`${at}, only 1, $LATEST, blue, green`), notices);
  assert.match(notices, /Unset.*Integration\.Uri: the stage b has no variable "other"/);
  assert.ok(notices.includes(`${reason}; routes are answered 501, and calls with an error`), notices);
  assert.deepEqual(
    host.routes
      .filter(({ path }) => path === '/stage')
      .map(({ method, functionName }) => [method, functionName]),
    [
      ['GET', 'Plain:blue'],
      ['OPTIONS', ''],
      ['PATCH', 'Image'],
      ['DELETE', 'Image'],
    ],
  );
  const { sources } = await readDeploymentPackages([packageDir], {
    schedules: true,
    s3Endpoint: 'http://127.0.0.1:1',
    sqsEndpoint: 'http://127.0.0.1:1',
  });
  const called = [...sources.sqsMappings, ...sources.notifications, ...sources.schedules];
  assert.deepEqual(
    called.map(({ functionName }) => functionName),
    Array(4).fill('Orders:live'),
  );
  const strict = { packageDir, logsDir: join(folder, 'strict'), strict: true, eventSources: false };
  await assert.rejects(startLocalLambda(strict), /container images do not run here/);
});
