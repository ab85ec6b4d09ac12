import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { serve, temporaryFolder } from '../fixture-package.ts';

const SWAGGER = `
swagger: '2.0'
info: { title: shed, version: '1' }
x-amazon-apigateway-request-validators:
  body: { validateRequestBody: true }
definitions:
  Dog: { type: object, required: [name], properties: { name: { type: string, maxLength: 3 } } }
paths:
  /dogs:
    post:
      x-amazon-apigateway-request-validator: body
      parameters: [{ in: body, name: dog, schema: { $ref: '#/definitions/Dog' } }]
      x-amazon-apigateway-integration: &echo
        type: aws_proxy
        httpMethod: POST
        uri: !Sub arn:aws:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${Echo.Arn}/invocations
    get:
      security: []
      x-amazon-apigateway-integration: *echo
  /guarded:
    get:
      security: [{ Asked: [] }]
      x-amazon-apigateway-integration: *echo
`;
const SAM = `
Transform: AWS::Serverless-2016-10-31
Resources:
  Echo:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs24.x
      Handler: index.handler
      InlineCode: "exports.handler = async (event) => ({ statusCode: 200, body: event.resource });"
      Events:
        Cats:
          Type: Api
          Properties:
            RestApiId: !Ref Shed
            Path: /cats
            Method: put
            Auth: { Authorizer: NONE }
            RequestModel: { Model: Cat, ValidateBody: true, ValidateParameters: true }
            RequestParameters: [method.request.header.X-A, method.request.querystring.n: { Required: true }]
  Shed:
    Type: AWS::Serverless::Api
    Properties:
      StageName: live
      DefinitionUri: api/swagger.yaml
      Auth:
        DefaultAuthorizer: AWS_IAM
        AddDefaultAuthorizerToCorsPreflight: false
        Authorizers: { Asked: { FunctionArn: !GetAtt Echo.Arn } }
      Cors: { AllowOrigin: "'https://a.example'", AllowHeaders: "'x-a'", MaxAge: "'600'" }
      Models: { Cat: { type: array, maxItems: 1 } }
      GatewayResponses:
        MISSING_AUTHENTICATION_TOKEN:
          StatusCode: 404
          ResponseParameters: { Headers: { X-Own: "'own'" } }
`;

test('a SAM API has the routes of its document and of its events, and answers preflights for both', async (t) => {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, 'api'));
  await writeFile(join(folder, 'api/swagger.yaml'), SWAGGER);
  await writeFile(join(folder, 'template.yaml'), SAM);
  const host = await serve(t, folder, { packageDir: folder });
  assert.deepEqual(host.notices, []);
  const ask = async (method: string, path: string, body?: string) => {
    const json = { body: body ?? null, headers: { 'content-type': 'application/json' } };
    const response = await fetch(`${host.url}${path}`, { method, ...(body !== undefined && json) });
    return [response.status, await response.text()];
  };
  assert.deepEqual(await ask('GET', '/dogs'), [200, '/dogs']);
  const keys = host.routes.map(({ method, path }) => `${method} ${path}`);
  assert.deepEqual(keys, [...new Set(keys)]);
  // The API's default authorizer guards what says nothing of its own, and comes before validation.
  const own = await fetch(`${host.url}/dogs`, { method: 'POST', body: '{}' });
  assert.deepEqual([own.status, own.headers.get('x-own')], [404, 'own']);
  assert.deepEqual(await own.json(), { message: 'Missing Authentication Token' });
  assert.deepEqual(await ask('GET', '/guarded'), [401, '{"message":"Unauthorized"}']);
  assert.deepEqual(await ask('PUT', '/cats?n=1', '[1]'), [200, '/cats']);
  assert.deepEqual(await ask('PUT', '/cats?n=1', '[1,2]'), [400, '{"message":"Invalid request body"}']);
  const missing = '{"message":"Missing required request parameters: [n]"}';
  assert.deepEqual(await ask('PUT', '/cats', '[1]'), [400, missing]);

  for (const [path, methods] of [
    ['/dogs', 'GET,OPTIONS,POST'],
    ['/cats', 'OPTIONS,PUT'],
  ]) {
    const { status, headers } = await fetch(`${host.url}/live${path}`, { method: 'OPTIONS' });
    const [origin, allowed, names, age] = ['allow-origin', 'allow-methods', 'allow-headers', 'max-age'].map(
      (name) => headers.get(`access-control-${name}`),
    );
    assert.deepEqual(
      [status, origin, allowed, names, age],
      [200, 'https://a.example', methods, 'x-a', '600'],
    );
  }

  // The same as a part of the template, and a document that is somewhere else.
  const include = SAM.replace(
    'DefinitionUri: api/swagger.yaml',
    'DefinitionBody: { Fn::Transform: { Name: AWS::Include, Parameters: { Location: api/swagger.yaml } } }',
  );
  await writeFile(join(folder, 'template.yaml'), include);
  await host.reload();
  assert.deepEqual(await ask('GET', '/dogs'), [200, '/dogs']);
  await writeFile(join(folder, 'template.yaml'), SAM.replace('api/swagger.yaml', 's3://shed/swagger.yaml'));
  await host.reload();
  assert.match(host.notices.join(), /^Shed\.BodyS3Location: its OpenAPI document is not here/);
  await writeFile(join(folder, 'template.yaml'), SAM.replace('api/swagger.yaml', 'api/none.yaml'));
  await assert.rejects(
    host.reload(),
    /Resources\.Shed\.Properties\.BodyS3Location: .*none\.yaml cannot be read/,
  );
});
