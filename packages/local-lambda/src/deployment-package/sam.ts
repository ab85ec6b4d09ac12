import type { Template, TemplateResource } from './cloudformation.ts';
import { authorizersOf, routeAuth, type SamAuth } from './sam-auth.ts';
import { type AuthOf, httpEvents, restEvents, type SamEvent } from './sam-events.ts';
import { aliasId, calledBy, generatedResources } from './sam-generated.ts';
import { preflightOf, restApiParts } from './sam-rest-api.ts';

type Properties = Readonly<Record<string, unknown>>;
type Resources = Record<string, TemplateResource>;

/** Properties that mean the same on `AWS::Serverless::Function` and on `AWS::Lambda::Function`. */
const SAME_PROPERTIES = [
  'Architectures',
  'CapacityProviderConfig',
  'Description',
  'DurableConfig',
  'Environment',
  'FileSystemConfigs',
  'FunctionName',
  'Handler',
  'Layers',
  'LoggingConfig',
  'MemorySize',
  'PackageType',
  'ReservedConcurrentExecutions',
  'Role',
  'Runtime',
  'TenancyConfig',
  'Timeout',
];

/** Properties of an `AWS::Serverless::Api` that are served, and those of which a notice tells. */
const SAME_API_PROPERTIES = ['BinaryMediaTypes', 'Domain'];

/**
 * Does to a template what the transform `AWS::Serverless-2016-10-31` does, as far as local-lambda reads the result:
 * functions with their `Globals` and their events of type `HttpApi` and `Api`, HTTP APIs, REST APIs and simple
 * tables. Intrinsic functions stay as they are. Other templates are returned as they are.
 * @see https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification.html
 * @throws LocalLambdaError naming the property that cannot be served here.
 */
export function expandServerless(template: Template): Template {
  const serverless = Object.values(template.Resources).some(({ Type }) =>
    Type.startsWith('AWS::Serverless::'),
  );
  if (!serverless) return template;
  const globals = Object((template as { Globals?: unknown }).Globals) as Readonly<Record<string, Properties>>;
  const resources: Resources = {};
  const events: SamEvent[] = [];
  for (const [logicalId, resource] of Object.entries(template.Resources)) {
    const kind = resource.Type.replace(/^AWS::Serverless::/, '');
    const properties = withGlobals(globals[kind] ?? {}, resource.Properties ?? {});
    const type = EXPANSIONS[kind];
    if (resource.Type === 'AWS::Serverless::Function') {
      resources[logicalId] = { ...resource, ...functionOf(properties) };
      Object.assign(resources, aliasOf(logicalId, resource, properties));
      Object.assign(resources, generatedResources(logicalId, resource, properties));
      events.push(...eventsOf(logicalId, resource, properties));
    } else if (resource.Type !== kind && type !== undefined) {
      Object.assign(resources, type(logicalId, resource, properties));
    } else {
      resources[logicalId] = resource;
    }
  }
  const implicit = implicitApis(events, globals);
  const auths = apiAuths(template, globals);
  const authOf: AuthOf = (apiId, { type, properties }) =>
    routeAuth(apiId, auths.get(apiId) ?? { kind: type, auth: {} }, properties);
  const authorizers = [...auths]
    .filter(([apiId]) => apiId in implicit || apiId in resources)
    .map(([apiId, auth]) => authorizersOf(apiId, auth));
  return {
    ...template,
    Resources: {
      ...implicit,
      ...resources,
      ...Object.assign({}, ...authorizers),
      ...httpEvents(events, authOf),
      ...restEvents(events, authOf),
    },
  };
}

/** The `Auth` of every API, also of those that SAM makes by itself. */
function apiAuths(
  template: Template,
  globals: Readonly<Record<string, Properties>>,
): ReadonlyMap<string, SamAuth> {
  const own = Object.entries(template.Resources).flatMap(([apiId, { Type, Properties = {} }]) => {
    const kind = Type.replace(/^AWS::Serverless::/, '');
    if (kind === Type || (kind !== 'HttpApi' && kind !== 'Api')) return [];
    return [[apiId, samAuth(kind, withGlobals(globals[kind] ?? {}, Properties))] as const];
  });
  return new Map([
    ['ServerlessHttpApi', samAuth('HttpApi', globals['HttpApi'] ?? {})],
    ['ServerlessRestApi', samAuth('Api', globals['Api'] ?? {})],
    ...own,
  ]);
}

function samAuth(kind: SamAuth['kind'], { Auth }: Properties): SamAuth {
  return { kind, auth: Object(Auth) as Properties };
}

/** What stands in `Globals` comes first: maps are merged, lists are joined, other values are replaced. */
function withGlobals(globals: Properties, own: Properties): Properties {
  const merged: Record<string, unknown> = { ...globals };
  for (const [name, value] of Object.entries(own)) {
    const before = merged[name];
    if (Array.isArray(before) && Array.isArray(value)) merged[name] = [...before, ...value];
    else if (isMap(before) && isMap(value)) merged[name] = withGlobals(before, value);
    else merged[name] = value;
  }
  return merged;
}

function functionOf(properties: Properties): TemplateResource {
  const { CodeUri, InlineCode, DeadLetterQueue, PackageType, ImageUri = '' } = properties;
  const code = InlineCode === undefined ? codeOf(CodeUri) : { ZipFile: InlineCode };
  return {
    Type: 'AWS::Lambda::Function',
    Properties: {
      ...picked(properties, SAME_PROPERTIES),
      ...(DeadLetterQueue !== undefined && { DeadLetterConfig: DeadLetterQueue }),
      Code: PackageType === 'Image' ? { ImageUri } : code,
    },
  };
}

/** `AutoPublishAlias` makes a version and an alias for it. */
function aliasOf(logicalId: string, resource: TemplateResource, { AutoPublishAlias }: Properties): Resources {
  if (AutoPublishAlias === undefined) return {};
  const FunctionName = { Ref: logicalId };
  return {
    [`${logicalId}Version`]: { ...resource, Type: 'AWS::Lambda::Version', Properties: { FunctionName } },
    [aliasId(logicalId, AutoPublishAlias)]: {
      ...resource,
      Type: 'AWS::Lambda::Alias',
      Properties: { FunctionName, Name: AutoPublishAlias },
    },
  };
}

function codeOf(uri: unknown): unknown {
  if (!isMap(uri) || !('Bucket' in uri)) return uri;
  return { S3Bucket: uri['Bucket'], S3Key: uri['Key'] };
}

function eventsOf(functionId: string, { Condition }: TemplateResource, properties: Properties): SamEvent[] {
  return Object.entries(Object(properties['Events'])).flatMap(([name, event]) => {
    const { Type, Properties = {} } = Object(event) as { Type?: unknown; Properties?: Properties };
    if (Type !== 'HttpApi' && Type !== 'Api') return [];
    const target = calledBy(functionId, properties);
    return [{ functionId, target, name, type: Type, properties: Properties, condition: Condition }];
  });
}

type Expand = (logicalId: string, resource: TemplateResource, properties: Properties) => Resources;

const EXPANSIONS: Readonly<Record<string, Expand>> = {
  Application: (logicalId, resource) => ({
    [logicalId]: { ...resource, Type: 'AWS::CloudFormation::Stack' },
  }),
  LayerVersion: (logicalId, resource, { LayerName, ContentUri }) => ({
    [logicalId]: {
      ...resource,
      Type: 'AWS::Lambda::LayerVersion',
      Properties: { ...(LayerName !== undefined && { LayerName }), Content: codeOf(ContentUri) },
    },
  }),
  HttpApi: (logicalId, resource, properties) => httpApi(logicalId, resource, properties),
  Api: (logicalId, resource, properties) => restApi(logicalId, resource, properties),
  SimpleTable: (logicalId, resource, { TableName, PrimaryKey }) => {
    const { Name = 'id', Type = 'String' } = Object(PrimaryKey) as { Name?: unknown; Type?: unknown };
    const AttributeType = { String: 'S', Number: 'N', Binary: 'B' }[String(Type)] ?? Type;
    const table = {
      ...(TableName !== undefined && { TableName }),
      AttributeDefinitions: [{ AttributeName: Name, AttributeType }],
      KeySchema: [{ AttributeName: Name, KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    };
    return { [logicalId]: { ...resource, Type: 'AWS::DynamoDB::Table', Properties: table } };
  },
};

/** The APIs of events that name none. */
function implicitApis(events: readonly SamEvent[], globals: Readonly<Record<string, Properties>>): Resources {
  const needs = (type: SamEvent['type'], name: string) =>
    events.some((event) => event.type === type && event.properties[name] === undefined);
  const none = { Type: '' };
  return {
    ...(needs('HttpApi', 'ApiId') && httpApi('ServerlessHttpApi', none, globals['HttpApi'] ?? {})),
    ...(needs('Api', 'RestApiId') && restApi('ServerlessRestApi', none, globals['Api'] ?? {})),
  };
}

function httpApi(logicalId: string, resource: TemplateResource, properties: Properties): Resources {
  const { CorsConfiguration, StageName = '$default', Name = logicalId, Auth } = properties;
  const DefaultAuth = routeAuth(logicalId, { kind: 'HttpApi', auth: Object(Auth) as Properties }, {});
  const stage = picked(properties, ['AccessLogSettings', 'StageVariables']);
  const cors = CorsConfiguration === true ? { AllowOrigins: ['*'] } : CorsConfiguration;
  const CorsObject = typeof cors === 'string' ? { AllowOrigins: [cors] } : cors;
  const ref = { Ref: logicalId };
  return {
    [logicalId]: {
      ...resource,
      Type: 'AWS::ApiGatewayV2::Api',
      Properties: {
        Name,
        ProtocolType: 'HTTP',
        DefaultAuth,
        ...(CorsObject !== undefined && { CorsConfiguration: CorsObject }),
        ...bodyOf(properties),
        ...picked(properties, ['Domain']),
      },
    },
    [`${logicalId}Stage`]: {
      ...resource,
      Type: 'AWS::ApiGatewayV2::Stage',
      Properties: { ApiId: ref, StageName, ...stage },
    },
  };
}

function restApi(logicalId: string, resource: TemplateResource, properties: Properties): Resources {
  const { StageName = 'Prod', Name = logicalId, Auth } = properties;
  const DefaultAuth = routeAuth(logicalId, { kind: 'Api', auth: Object(Auth) as Properties }, {});
  const ref = { Ref: logicalId };
  return {
    [logicalId]: {
      ...resource,
      Type: 'AWS::ApiGateway::RestApi',
      Properties: {
        Name,
        DefaultAuth,
        ...picked(properties, SAME_API_PROPERTIES),
        ...preflightOf(properties, DefaultAuth),
        ...bodyOf(properties),
      },
    },
    [`${logicalId}Stage`]: {
      ...resource,
      Type: 'AWS::ApiGateway::Stage',
      Properties: { RestApiId: ref, StageName, ...picked(properties, ['Variables']) },
    },
    ...restApiParts(logicalId, properties),
  };
}

/** An API's OpenAPI document, by the names that CloudFormation has for it. */
function bodyOf({ DefinitionBody, DefinitionUri }: Properties): Properties {
  return {
    ...(DefinitionBody !== undefined && { Body: DefinitionBody }),
    ...(DefinitionUri !== undefined && { BodyS3Location: DefinitionUri }),
  };
}

/** Those of the named properties that are there. */
function picked(properties: Properties, names: readonly string[]): Properties {
  const there = names.filter((name) => properties[name] !== undefined);
  return Object.fromEntries(there.map((name) => [name, properties[name]]));
}

function isMap(value: unknown): value is Properties {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
