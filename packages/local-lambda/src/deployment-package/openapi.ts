import type { Template, TemplateResource } from './cloudformation.ts';
import { definitionReader, isMap, type Properties, type Resources } from './openapi-document.ts';
import { modelsOf, requestOf } from './openapi-requests.ts';
import { type ApiDocument, authorizersOf, type RouteAuth, securityOf } from './openapi-security.ts';

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];
const ANY_METHOD = 'x-amazon-apigateway-any-method';

/**
 * Makes of the OpenAPI documents of a template's APIs (`Body`) the resources that say the same: methods or routes
 * with their integrations, authorizers, models, validators and gateway responses. A document that cannot be read
 * stays where it is, and a notice tells of it.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
 */
export function expandOpenApi(template: Template): Template {
  const made: Resources = {};
  const resources: Resources = {};
  for (const [apiId, resource] of Object.entries(template.Resources)) {
    const { Type, Properties = {} } = resource;
    const isRest = Type === 'AWS::ApiGateway::RestApi';
    // What SAM says of all routes.
    const { DefaultAuth, ...own } = Properties;
    const { Body, ...rest } = own;
    resources[apiId] = DefaultAuth === undefined ? resource : { ...resource, Properties: own };
    if ((!isRest && Type !== 'AWS::ApiGatewayV2::Api') || !isMap(Body) || !isMap(Body['paths'])) continue;
    const api: ApiDocument = {
      apiId,
      kind: isRest ? 'rest' : 'http',
      document: Body,
      byDefault: DefaultAuth as RouteAuth,
      hasResource: (id) => Object.hasOwn(template.Resources, id),
    };
    const condition = resource.Condition === undefined ? {} : { Condition: resource.Condition };
    for (const [id, one] of Object.entries(isRest ? restApi(api) : httpApi(api)))
      made[id] = { ...condition, ...one };
    resources[apiId] = { ...resource, Properties: { ...settingsOf(isRest, Body), ...rest } };
  }
  return { ...template, Resources: { ...resources, ...made } };
}

/** What a document says of the whole API; what the template says beside it counts more. */
function settingsOf(isRest: boolean, document: Properties): Properties {
  const names = isRest
    ? {
        BinaryMediaTypes: 'x-amazon-apigateway-binary-media-types',
        ApiKeySourceType: 'x-amazon-apigateway-api-key-source',
        Policy: 'x-amazon-apigateway-policy',
      }
    : { CorsConfiguration: 'x-amazon-apigateway-cors' };
  const settings = Object.entries(names).flatMap(([property, name]) => {
    const value = document[name];
    if (value === undefined || (property === 'ApiKeySourceType' && value === 'HEADER')) return [];
    return [[property, property === 'CorsConfiguration' ? capitalized(value) : value]];
  });
  return Object.fromEntries(settings);
}

/** One operation of a document. */
interface Operation {
  readonly method: string;
  readonly path: string;
  readonly operation: Properties;
  /** What all operations of its path have in common. */
  readonly shared: Properties;
}

function operationsOf(document: Properties): Operation[] {
  const find = definitionReader(document);
  return Object.entries(document['paths'] as Properties).flatMap(([path, item]) => {
    const shared = find(item);
    return [...METHODS, ANY_METHOD].flatMap((name): Operation[] => {
      if (!isMap(shared[name])) return [];
      const method = name === ANY_METHOD ? 'ANY' : name.toUpperCase();
      return [{ method, path, operation: find(shared[name]), shared }];
    });
  });
}

function restApi(api: ApiDocument): Resources {
  const { apiId, document } = api;
  const find = definitionReader(document);
  const RestApiId = { Ref: apiId };
  const resources: Resources = {
    ...authorizersOf(apiId, 'rest', document),
    ...modelsOf(apiId, document),
    ...gatewayResponses(apiId, document),
  };
  for (const one of operationsOf(document)) {
    const id = `${apiId} ${one.method} ${one.path}`;
    const { properties, models } = requestOf(apiId, id, document, one);
    Object.assign(resources, models);
    resources[id] = {
      Type: 'AWS::ApiGateway::Method',
      Properties: {
        RestApiId,
        HttpMethod: one.method,
        ResourceId: addPath(resources, apiId, one.path),
        ...securityOf(api, one.operation),
        ...properties,
        Integration: restIntegration(find(one.operation['x-amazon-apigateway-integration'])),
      },
    };
  }
  return resources;
}

/** The names are those of CloudFormation, but that each begins with a small letter. */
function restIntegration(integration: Properties): Properties {
  const { type, responseTransferMode, responses, ...rest } = integration;
  const IntegrationResponses = Object.entries(Object(responses)).map(([pattern, response]) => ({
    ...(pattern !== 'default' && { SelectionPattern: pattern }),
    ...capitalized(response),
  }));
  return {
    ...capitalized(rest),
    Type: upper(type),
    ...(responseTransferMode !== undefined && { ResponseTransferMode: upper(responseTransferMode) }),
    IntegrationResponses,
  };
}

function httpApi(api: ApiDocument): Resources {
  const { apiId, document } = api;
  const find = definitionReader(document);
  const ApiId = { Ref: apiId };
  const resources: Resources = authorizersOf(apiId, 'http', document);
  for (const { method, path, operation } of operationsOf(document)) {
    const isDefault = path === '/$default' || path === '$default' || operation['isDefaultRoute'] === true;
    const RouteKey = isDefault ? '$default' : `${method} ${path}`;
    const id = `${apiId} ${RouteKey}`;
    const integration = find(operation['x-amazon-apigateway-integration']);
    const { type, uri, timeoutInMillis, requestParameters, responseParameters } = integration;
    resources[`${id} integration`] = {
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: {
        ApiId,
        IntegrationType: upper(type),
        IntegrationUri: uri,
        PayloadFormatVersion: integration['payloadFormatVersion'] ?? '1.0',
        ...(timeoutInMillis !== undefined && { TimeoutInMillis: timeoutInMillis }),
        ...(requestParameters !== undefined && { RequestParameters: requestParameters }),
        ...(responseParameters !== undefined && { ResponseParameters: responseParameters }),
      },
    };
    resources[id] = {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        ApiId,
        RouteKey,
        ...securityOf(api, operation),
        Target: { 'Fn::Join': ['/', ['integrations', { Ref: `${id} integration` }]] },
      },
    };
  }
  return resources;
}

function gatewayResponses(apiId: string, document: Properties): Resources {
  const all = Object(document['x-amazon-apigateway-gateway-responses']) as Properties;
  return Object.fromEntries(
    Object.entries(all).map(([type, response]): [string, TemplateResource] => [
      `${apiId} ${type}`,
      {
        Type: 'AWS::ApiGateway::GatewayResponse',
        Properties: { RestApiId: { Ref: apiId }, ResponseType: type, ...capitalized(response) },
      },
    ]),
  );
}

/** Adds the resources of a path; answers with what refers to the last one. */
function addPath(resources: Resources, apiId: string, path: string): unknown {
  const RestApiId = { Ref: apiId };
  let parent: unknown = { 'Fn::GetAtt': [apiId, 'RootResourceId'] };
  let id = `${apiId} `;
  for (const part of path.split('/').filter((one) => one !== '')) {
    id += `/${part}`;
    resources[id] = {
      Type: 'AWS::ApiGateway::Resource',
      Properties: { RestApiId, ParentId: parent, PathPart: part },
    };
    parent = { Ref: id };
  }
  return parent;
}

function capitalized(value: unknown): Properties {
  const entries = Object.entries(Object(value) as Properties);
  return Object.fromEntries(
    entries.map(([name, one]) => [name.replace(/^[a-z]/, (a) => a.toUpperCase()), one]),
  );
}

function upper(value: unknown): unknown {
  return typeof value === 'string' ? value.toUpperCase() : value;
}
