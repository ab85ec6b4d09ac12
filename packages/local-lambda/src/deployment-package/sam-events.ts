import type { TemplateResource } from './cloudformation.ts';

/** An event of an `AWS::Serverless::Function` that is a route of an API. */
export interface SamEvent {
  readonly functionId: string;
  readonly name: string;
  readonly type: 'HttpApi' | 'Api';
  readonly properties: Readonly<Record<string, unknown>>;
  /** The function's condition: without function no route. */
  readonly condition: unknown;
}

type Resources = Record<string, TemplateResource>;

/** The routes and integrations of an HTTP API; without path and method an event is the API's `$default`. */
export function httpEvents(events: readonly SamEvent[]): Resources {
  const resources: Resources = {};
  for (const { functionId, name, type, properties, condition } of events) {
    if (type !== 'HttpApi') continue;
    const {
      ApiId = { Ref: 'ServerlessHttpApi' },
      Path,
      Method,
      PayloadFormatVersion,
      TimeoutInMillis,
    } = properties;
    const id = `${functionId}${name}`;
    const guard = condition === undefined ? {} : { Condition: condition };
    resources[`${id}Integration`] = {
      ...guard,
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: {
        ApiId,
        IntegrationType: 'AWS_PROXY',
        IntegrationUri: { 'Fn::GetAtt': [functionId, 'Arn'] },
        PayloadFormatVersion: PayloadFormatVersion ?? '2.0',
        ...(TimeoutInMillis !== undefined && { TimeoutInMillis }),
      },
    };
    resources[`${id}Route`] = {
      ...guard,
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        ApiId,
        RouteKey: Path === undefined ? '$default' : `${methodOf(Method)} ${Path}`,
        Target: { 'Fn::Join': ['/', ['integrations', { Ref: `${id}Integration` }]] },
      },
    };
  }
  return resources;
}

/** The methods of a REST API, with a resource for every part of their paths. */
export function restEvents(events: readonly SamEvent[]): Resources {
  const resources: Resources = {};
  for (const { functionId, name, type, properties, condition } of events) {
    if (type !== 'Api') continue;
    const { RestApiId = { Ref: 'ServerlessRestApi' }, Path = '/', Method } = properties;
    resources[`${functionId}${name}Method`] = {
      ...(condition !== undefined && { Condition: condition }),
      Type: 'AWS::ApiGateway::Method',
      Properties: {
        RestApiId,
        HttpMethod: methodOf(Method),
        ResourceId: addPath(resources, RestApiId, String(Path)),
        Integration: { Type: 'AWS_PROXY', Uri: { 'Fn::GetAtt': [functionId, 'Arn'] } },
      },
    };
  }
  return resources;
}

/** Adds the resources of a path; answers with what refers to the last one. */
function addPath(resources: Resources, api: unknown, path: string): unknown {
  const owner = JSON.stringify(api).replaceAll(/\W/g, '');
  const apiId = (Object(api) as { Ref?: unknown }).Ref ?? api;
  let parent: unknown = { 'Fn::GetAtt': [apiId, 'RootResourceId'] };
  let id = `Sam${owner}`;
  for (const part of path.split('/').filter((one) => one !== '')) {
    id += `_${Buffer.from(part).toString('hex')}`;
    resources[id] = {
      Type: 'AWS::ApiGateway::Resource',
      Properties: { RestApiId: api, ParentId: parent, PathPart: part },
    };
    parent = { Ref: id };
  }
  return parent;
}

function methodOf(method: unknown): string {
  const name = String(method ?? 'ANY').toUpperCase();
  return name === 'X-AMAZON-APIGATEWAY-ANY-METHOD' ? 'ANY' : name;
}
