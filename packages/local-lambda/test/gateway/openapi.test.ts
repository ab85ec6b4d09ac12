import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startHost } from '../fixture-package.ts';

const lambda = (functionId: string) => ({
  type: 'aws_proxy',
  httpMethod: 'POST',
  uri: {
    'Fn::Sub': `arn:aws:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${${functionId}.Arn}/invocations`,
  },
});
const ECHO = `export const handler = async (event) => {
  if (event.type === 'TOKEN') return { principalId: 'p', context: { who: 'me' }, policyDocument: { Statement: [
    { Effect: event.authorizationToken === 'yes' ? 'Allow' : 'Deny', Action: '*', Resource: '*' }] } };
  return { statusCode: 200, body: JSON.stringify({
    resource: event.resource ?? event.routeKey, path: event.pathParameters, who: event.requestContext.authorizer?.who,
    version: event.version }) };
};`;

/** OpenAPI 3, as the console exports it, with a part of everything. */
const REST = {
  openapi: '3.0.1',
  info: { title: 'shed', version: '1' },
  'x-amazon-apigateway-request-validator': 'params',
  'x-amazon-apigateway-request-validators': {
    params: { validateRequestBody: false, validateRequestParameters: true },
    all: { validateRequestBody: true, validateRequestParameters: true },
  },
  'x-amazon-apigateway-gateway-responses': {
    DEFAULT_4XX: {
      responseParameters: {
        'gatewayresponse.header.Access-Control-Allow-Origin': "'*'",
        'gatewayresponse.header.X-Path': 'method.request.header.X-Own',
      },
      responseTemplates: {
        'application/json': '{"error":$context.error.messageString,"type":"$context.error.responseType"}',
      },
    },
    BAD_REQUEST_BODY: {
      statusCode: 422,
      responseTemplates: {
        'text/plain': 'at $context.httpMethod $context.path: $context.error.validationErrorString',
      },
    },
  },
  paths: {
    '/sheep': {
      parameters: [{ $ref: '#/components/parameters/Shed' }],
      get: { 'x-amazon-apigateway-integration': lambda('EchoLambdaFunction') },
      post: {
        'x-amazon-apigateway-request-validator': 'all',
        requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Sheep' } } } },
        'x-amazon-apigateway-integration': lambda('EchoLambdaFunction'),
      },
    },
    '/sheep/{tattoo}': {
      get: {
        security: [{ token: [] }],
        'x-amazon-apigateway-integration': { $ref: '#/components/x-amazon-apigateway-integrations/echo' },
      },
    },
    '/keyed': {
      get: { security: [{ key: [] }], 'x-amazon-apigateway-integration': lambda('EchoLambdaFunction') },
    },
    '/any/{proxy+}': {
      'x-amazon-apigateway-any-method': { 'x-amazon-apigateway-integration': lambda('EchoLambdaFunction') },
    },
    '/mock': {
      get: {
        'x-amazon-apigateway-integration': {
          type: 'mock',
          requestTemplates: { 'application/json': `{"statusCode": $input.params('status')}` },
          responses: {
            default: {
              statusCode: '200',
              responseParameters: { 'method.response.header.X-Id': 'context.requestId' },
              responseTemplates: {
                'application/json': `{"name":"$input.params().querystring.name","stage":"$context.stage"}`,
              },
            },
            '4\\d{2}': { statusCode: '404', responseTemplates: { 'text/html': '<p>none</p>' } },
          },
        },
      },
      post: {
        'x-amazon-apigateway-integration': {
          type: 'mock',
          requestTemplates: { 'application/json': '#set($x = 1) {"statusCode": 200}' },
        },
      },
    },
    '/elsewhere': {
      get: { 'x-amazon-apigateway-integration': { type: 'http_proxy', uri: 'https://shed.example' } },
    },
  },
  components: {
    parameters: { Shed: { name: 'shed', in: 'query', required: true, schema: { type: 'string' } } },
    schemas: {
      Weight: { type: 'integer', minimum: 0, exclusiveMinimum: true },
      Sheep: {
        type: 'object',
        required: ['id'],
        properties: { id: { type: 'string' }, weight: { $ref: '#/components/schemas/Weight' } },
      },
    },
    securitySchemes: {
      key: { type: 'apiKey', name: 'x-api-key', in: 'header' },
      token: {
        type: 'apiKey',
        name: 'X-Token',
        in: 'header',
        'x-amazon-apigateway-authtype': 'custom',
        'x-amazon-apigateway-authorizer': { ...lambda('EchoLambdaFunction'), type: 'token' },
      },
    },
    'x-amazon-apigateway-integrations': { echo: lambda('EchoLambdaFunction') },
  },
};
for (const integration of [REST.components.securitySchemes.token['x-amazon-apigateway-authorizer']]) {
  Object.assign(integration, { authorizerUri: integration.uri });
}

const HTTP = {
  openapi: '3.0.1',
  info: { title: 'second', version: '1' },
  'x-amazon-apigateway-cors': { allowOrigins: ['https://a.example'], allowMethods: ['GET'] },
  paths: {
    '/second/{id}': {
      get: {
        'x-amazon-apigateway-integration': { ...lambda('EchoLambdaFunction'), payloadFormatVersion: '2.0' },
      },
    },
    '/second/new': {
      get: {
        security: [{ bearer: [] }],
        'x-amazon-apigateway-integration': lambda('EchoLambdaFunction'),
      },
    },
    '/second/old': { get: { 'x-amazon-apigateway-integration': lambda('EchoLambdaFunction') } },
  },
};

test('routes of OpenAPI documents are served, with all that the documents demand of a request', async (t) => {
  const resources = {
    Rest: { Type: 'AWS::ApiGateway::RestApi', Properties: { Body: REST } },
    Second: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Body: HTTP } },
  };
  const host = await startHost(t, { echo: { source: ECHO } }, {}, resources);
  assert.deepEqual(
    host.notices.map((notice) => notice.replace(/: Resources.*?(Integration)/, ' … $1')),
    [
      'Second GET /second/new.UnservedSecurity: its security scheme has no authorizer: everybody may call it, as on AWS',
      'Rest POST /mock (AWS::ApiGateway::Method): it is not served … Integration.RequestTemplates: a mapping template with #set is not evaluated',
      'Rest GET /elsewhere (AWS::ApiGateway::Method): it is not served … Integration.Type: must be AWS_PROXY or MOCK, is "HTTP_PROXY"',
    ],
  );
  const ask = async (path: string, init?: RequestInit) => {
    const response = await fetch(`${host.url}${path}`, init);
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) };
  };
  const post = (body: string, type = 'application/json') =>
    ask('/sheep?shed=1', { method: 'POST', body, headers: { 'content-type': type } });

  assert.deepEqual((await ask('/sheep?shed=1')).json(), { resource: '/sheep', path: null });
  const missing = await ask('/sheep?shed=%20', { headers: { 'X-Own': 'own' } });
  assert.equal(missing.status, 400);
  assert.equal(missing.headers.get('access-control-allow-origin'), '*');
  assert.equal(missing.headers.get('x-path'), 'own');
  assert.equal(missing.headers.get('x-amzn-errortype'), 'BadRequestException');
  assert.deepEqual(missing.json(), {
    error: 'Missing required request parameters: [shed]',
    type: 'BAD_REQUEST_PARAMETERS',
  });

  assert.equal((await post('{"id":"a","weight":1}')).status, 200);
  // A body of a type without model passes, as on AWS.
  assert.equal((await post('none', 'text/plain')).status, 200);
  for (const body of ['{"weight":1}', '{"id":"a","weight":0}', 'none', '']) {
    const bad = await post(body);
    assert.equal(bad.status, 422, body);
    assert.equal(bad.headers.get('content-type'), 'text/plain');
    assert.match(bad.text, /^at POST \/sheep: "\[.+\]"$/);
  }

  const tattoo = await ask('/sheep/7', { headers: { 'X-Token': 'yes' } });
  assert.deepEqual(tattoo.json(), { resource: '/sheep/{tattoo}', path: { tattoo: '7' }, who: 'me' });
  assert.equal((await ask('/sheep/7', { headers: { 'X-Token': 'no' } })).json().type, 'ACCESS_DENIED');
  assert.equal((await ask('/sheep/7')).json().type, 'UNAUTHORIZED');
  assert.equal((await ask('/keyed')).json().type, 'INVALID_API_KEY');
  assert.equal((await ask('/any/a/b', { method: 'PUT' })).json().resource, '/any/{proxy+}');

  const mock = await ask('/mock?status=200&name=Jo');
  assert.deepEqual([mock.status, mock.json()], [200, { name: 'Jo', stage: 'prod' }]);
  assert.match(mock.headers.get('x-id') ?? '', /^[0-9a-f-]{36}$/);
  const none = await ask('/mock?status=410');
  assert.deepEqual(
    [none.status, none.headers.get('content-type'), none.text],
    [404, 'text/html', '<p>none</p>'],
  );

  assert.deepEqual((await ask('/second/5')).json(), {
    resource: 'GET /second/{id}',
    path: { id: '5' },
    version: '2.0',
  });
  const old = await ask('/second/old', { headers: { origin: 'https://a.example' } });
  assert.equal(old.json().version, '1.0');
  assert.equal(old.headers.get('access-control-allow-origin'), 'https://a.example');
});

/** Swagger 2 beside a SAM template, whose function adds a route of its own. */
