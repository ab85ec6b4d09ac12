import type { TemplateResource } from './cloudformation.ts';

import { eventRequest } from './sam-rest-api.ts';

/** An event of an `AWS::Serverless::Function` that is a route of an API. */
export interface SamEvent {
  readonly functionId: string;
  /** A reference to what it calls: the function or its alias. */
  readonly target: unknown;
  readonly name: string;
  readonly type: 'HttpApi' | 'Api';
  readonly properties: Readonly<Record<string, unknown>>;
  /** The function's condition: without function no route. */
  readonly condition: unknown;
}

/** What a route has of the `Auth` of its event and its API, by the API's logical id. */
export type AuthOf = (apiId: string, event: SamEvent) => Readonly<Record<string, unknown>>;

type Resources = Record<string, TemplateResource>;

/** The routes and integrations of an HTTP API; without path and method an event is the API's `$default`. */
export function httpEvents(events: readonly SamEvent[], authOf: AuthOf): Resources {
  const resources: Resources = {};
  for (const event of events) {
    const { functionId, target, name, type, properties, condition } = event;
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
        IntegrationUri: target,
        PayloadFormatVersion: PayloadFormatVersion ?? '2.0',
        ...(TimeoutInMillis !== undefined && { TimeoutInMillis }),
      },
    };
    resources[`${id}Route`] = {
      ...guard,
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        ApiId,
        ...authOf(idOf(ApiId), event),
        RouteKey: Path === undefined ? '$default' : `${methodOf(Method)} ${Path}`,
        Target: { 'Fn::Join': ['/', ['integrations', { Ref: `${id}Integration` }]] },
      },
    };
  }
  return resources;
}

/** The methods of a REST API, with a resource for every part of their paths. */
export function restEvents(events: readonly SamEvent[], authOf: AuthOf): Resources {
  const resources: Resources = {};
  for (const event of events) {
    const { functionId, target, name, type, properties, condition } = event;
    if (type !== 'Api') continue;
    const { RestApiId = { Ref: 'ServerlessRestApi' }, Path = '/', Method } = properties;
    const request = eventRequest(`${functionId}${name}`, RestApiId, properties);
    Object.assign(resources, request.resources);
    resources[`${functionId}${name}Method`] = {
      ...(condition !== undefined && { Condition: condition }),
      Type: 'AWS::ApiGateway::Method',
      Properties: {
        RestApiId,
        ...authOf(idOf(RestApiId), event),
        HttpMethod: methodOf(Method),
        ...request.properties,
        ResourceId: addPath(resources, RestApiId, String(Path)),
        Integration: { Type: 'AWS_PROXY', Uri: target },
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

/** An API is named by a `Ref`, or by its id. */
function idOf(api: unknown): string {
  return String((Object(api) as { Ref?: unknown }).Ref ?? api);
}

function methodOf(method: unknown): string {
  const name = String(method ?? 'ANY').toUpperCase();
  return name === 'X-AMAZON-APIGATEWAY-ANY-METHOD' ? 'ANY' : name;
}
