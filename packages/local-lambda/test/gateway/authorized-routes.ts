/** Routes that ask for authorization, to a function that tells what it was told of the caller. */
export const ECHO = `export const handler = async (event) => ({ statusCode: 200,
  body: JSON.stringify([event.requestContext.authorizer ?? null, event.requestContext.identity ?? null]) });`;
export const ApiId = { Ref: 'HttpApi' };
export const RestApiId = { Ref: 'Rest' };
export const uriOf = (id: string) => ({
  'Fn::Join': [
    '',
    ['arn:aws:apigateway:x:lambda:path/2015-03-31/functions/', { 'Fn::GetAtt': [id, 'Arn'] }, '/invocations'],
  ],
});

/** A route of the HTTP API of the fixture, with an authorizer. */
export function httpRoute(authorization: object, format = '2.0') {
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

export function restRoute(authorization: object) {
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

export async function ask(url: string, headers: Record<string, string> = {}) {
  const response = await fetch(url, { headers });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: JSON.parse(text || 'null') };
}
