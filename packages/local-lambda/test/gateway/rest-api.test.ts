import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startHost } from '../fixture-package.ts';

const RestApiId = { Ref: 'Rest' };

/** A REST API as CloudFormation has it: a resource for each part of a path, and a method. */
function restApi(functionId: string, TimeoutInMillis?: number) {
  return {
    Rest: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'rest' } },
    Sheep: {
      Type: 'AWS::ApiGateway::Resource',
      Properties: { ParentId: { 'Fn::GetAtt': ['Rest', 'RootResourceId'] }, PathPart: 'sheep', RestApiId },
    },
    Tattoo: {
      Type: 'AWS::ApiGateway::Resource',
      Properties: { ParentId: { Ref: 'Sheep' }, PathPart: '{tattoo}', RestApiId },
    },
    Method: {
      Type: 'AWS::ApiGateway::Method',
      Properties: {
        HttpMethod: 'GET',
        ResourceId: { Ref: 'Tattoo' },
        RestApiId,
        Integration: {
          Type: 'AWS_PROXY',
          ...(TimeoutInMillis !== undefined && { TimeoutInMillis }),
          Uri: {
            'Fn::Sub': `arn:aws:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${${functionId}.Arn}/invocations`,
          },
        },
      },
    },
    // As `defaultCorsPreflightOptions` of the CDK makes it.
    Options: {
      Type: 'AWS::ApiGateway::Method',
      Properties: {
        HttpMethod: 'OPTIONS',
        ResourceId: { Ref: 'Tattoo' },
        RestApiId,
        Integration: {
          Type: 'MOCK',
          IntegrationResponses: [
            {
              StatusCode: '204',
              ResponseParameters: {
                'method.response.header.Access-Control-Allow-Headers': "'Content-Type,X-Api-Key'",
                'method.response.header.Access-Control-Allow-Origin': "'*'",
              },
            },
          ],
          RequestTemplates: { 'application/json': '{ statusCode: 200 }' },
        },
      },
    },
    Deployment: { Type: 'AWS::ApiGateway::Deployment', Properties: { RestApiId } },
    Stage: { Type: 'AWS::ApiGateway::Stage', Properties: { RestApiId, StageName: 'dev' } },
  };
}

test('a REST API of the template is served with payload format 1.0 and its own errors', async (t) => {
  const source = `export const handler = async (event) => {
    if (event.queryStringParameters?.fail) throw new Error('as asked');
    return { statusCode: 200, body: JSON.stringify([event.resource, event.pathParameters, event.requestContext.stage]) }; };`;
  const host = await startHost(t, { rest: { source } }, {}, restApi('RestLambdaFunction'));
  const path = '/sheep/{tattoo}';
  assert.deepEqual(host.routes, [
    { method: 'GET', path, functionName: 'rest' },
    { method: 'OPTIONS', path, functionName: '' },
  ]);
  const get = async (path: string) => {
    const response = await fetch(`${host.url}${path}`);
    return [response.status, await response.json()];
  };
  assert.deepEqual(await get('/sheep/7'), [200, ['/sheep/{tattoo}', { tattoo: '7' }, 'dev']]);
  assert.deepEqual(await get('/sheep/7?fail=1'), [502, { message: 'Internal server error' }]);
  const preflight = await fetch(`${host.url}/sheep/7`, {
    method: 'OPTIONS',
    headers: { origin: 'https://a.example', 'access-control-request-method': 'GET' },
  });
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers.get('access-control-allow-origin'), '*');
  assert.equal(preflight.headers.get('access-control-allow-headers'), 'Content-Type,X-Api-Key');
  assert.deepEqual(await get('/sheep'), [403, { message: 'Missing Authentication Token' }]);
});

test('a REST API gives up on a slow function with 504', async (t) => {
  const source = 'export const handler = () => new Promise((done) => setTimeout(done, 400, 1));';
  const host = await startHost(t, { rest: { source } }, {}, restApi('RestLambdaFunction', 50));
  const response = await fetch(`${host.url}/sheep/7`);
  assert.deepEqual(
    [response.status, await response.json()],
    [504, { message: 'Endpoint request timed out' }],
  );
});

test('a method checks its requests by the validator and the models that the Serverless Framework makes', async (t) => {
  const source = 'export const handler = async () => ({ statusCode: 200, body: "ok" });';
  const resources = restApi('RestLambdaFunction');
  const address = ['https://apigateway.amazonaws.com/restapis/', RestApiId, '/models/', { Ref: 'Weight' }];
  const model = (Schema: object) => ({
    Type: 'AWS::ApiGateway::Model',
    Properties: { RestApiId, ContentType: 'application/json', Schema },
  });
  const method = resources.Method.Properties;
  const host = await startHost(
    t,
    { rest: { source } },
    {},
    {
      ...resources,
      Method: {
        ...resources.Method,
        Properties: {
          ...method,
          HttpMethod: 'POST',
          RequestParameters: { 'method.request.header.X-Shed': true, 'method.request.querystring.n': false },
          RequestModels: { 'application/json': { Ref: 'SheepModel' } },
          RequestValidatorId: { Ref: 'Validator' },
        },
      },
      Validator: {
        Type: 'AWS::ApiGateway::RequestValidator',
        Properties: { RestApiId, ValidateRequestBody: true, ValidateRequestParameters: true },
      },
      SheepModel: model({
        $schema: 'http://json-schema.org/draft-04/schema#',
        id: 'sheep',
        definitions: { Id: { type: 'string' } },
        properties: { id: { $ref: '#/definitions/Id' }, weight: { $ref: { 'Fn::Join': ['', address] } } },
      }),
      Weight: model({ maximum: 5, exclusiveMaximum: true }),
      Broken: model({ type: 'sheep' }),
      Other: {
        ...resources.Method,
        Properties: {
          ...method,
          HttpMethod: 'PUT',
          RequestModels: { 'application/json': { Ref: 'Broken' } },
          RequestValidatorId: { Ref: 'Validator' },
        },
      },
    },
  );
  assert.match(
    host.notices.join(),
    /^Other \(AWS::ApiGateway::Method\): .*the model Broken is no JSON schema/,
  );
  const post = async (body: object, headers: Record<string, string> = { 'x-shed': '1' }) => {
    const response = await fetch(`${host.url}/sheep/7`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    return response.status;
  };
  const json = { 'content-type': 'application/json', 'X-SHED': '1' };
  assert.equal(await post({ id: 'a', weight: 4 }, json), 200);
  assert.equal(await post({ weight: 5 }, json), 400);
  assert.equal(await post({ id: 1 }, json), 400);
  assert.equal(await post({}, { 'content-type': 'application/json' }), 400);
});
