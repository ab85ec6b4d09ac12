import type { TemplateResource } from './cloudformation.ts';
import type { SamEvent } from './sam-events.ts';

type Properties = Readonly<Record<string, unknown>>;
type Resources = Record<string, TemplateResource>;

/** What an API's `Auth` says of the routes that say nothing themselves. */
export interface SamAuth {
  readonly kind: SamEvent['type'];
  readonly auth: Properties;
}

/**
 * The authorizers that SAM makes of the `Auth` of an API, and the key and usage plan of a REST API.
 * @see https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-api-apiauth.html
 * @see https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-httpapi-httpapiauth.html
 */
export function authorizersOf(apiId: string, { kind, auth }: SamAuth): Resources {
  const make = kind === 'HttpApi' ? httpAuthorizer : restAuthorizer;
  const resources = Object.fromEntries(
    Object.entries(Object(auth['Authorizers'])).map(([name, value]) => [
      authorizerId(apiId, name),
      make(Object(value) as Properties, { Ref: apiId }),
    ]),
  );
  const plan = Object(auth['UsagePlan']) as Properties;
  if (kind === 'HttpApi' || plan['CreateUsagePlan'] === undefined || plan['CreateUsagePlan'] === 'NONE') {
    return resources;
  }
  const [key, usagePlan] = [`${apiId}ApiKey`, `${apiId}UsagePlan`];
  return {
    ...resources,
    [key]: { Type: 'AWS::ApiGateway::ApiKey', Properties: { Enabled: true } },
    [usagePlan]: {
      Type: 'AWS::ApiGateway::UsagePlan',
      Properties: { ApiStages: [{ ApiId: { Ref: apiId } }] },
    },
    [`${apiId}UsagePlanKey`]: {
      Type: 'AWS::ApiGateway::UsagePlanKey',
      Properties: { KeyId: { Ref: key }, UsagePlanId: { Ref: usagePlan }, KeyType: 'API_KEY' },
    },
  };
}

/** What a route or method has of its event's `Auth` and of its API's. */
export function routeAuth(apiId: string, { kind, auth }: SamAuth, event: Properties): Properties {
  const own = Object(event['Auth']) as Properties;
  const name = own['Authorizer'] ?? auth['DefaultAuthorizer'];
  const keyed = own['ApiKeyRequired'] ?? auth['ApiKeyRequired'];
  const authorizer = (Object(auth['Authorizers']) as Record<string, unknown>)[String(name)];
  return {
    ...(keyed === true && kind === 'Api' && { ApiKeyRequired: true }),
    ...(name === 'AWS_IAM' && { AuthorizationType: 'AWS_IAM' }),
    ...(name !== undefined &&
      name !== 'NONE' &&
      name !== 'AWS_IAM' && {
        AuthorizationType: typeOf(kind, Object(authorizer) as Properties),
        AuthorizerId: { Ref: authorizerId(apiId, String(name)) },
        AuthorizationScopes: own['AuthorizationScopes'] ?? Object(authorizer)['AuthorizationScopes'] ?? [],
      }),
  };
}

function typeOf(kind: SamAuth['kind'], { JwtConfiguration, UserPoolArn }: Properties): string {
  if (kind === 'HttpApi') return JwtConfiguration === undefined ? 'CUSTOM' : 'JWT';
  return UserPoolArn === undefined ? 'CUSTOM' : 'COGNITO_USER_POOLS';
}

/** The logical id of an authorizer of an API's `Auth`. */
export function authorizerId(apiId: string, name: string): string {
  return `${apiId}${name}Authorizer`;
}

function httpAuthorizer(authorizer: Properties, ApiId: unknown): TemplateResource {
  const { JwtConfiguration, IdentitySource, FunctionArn } = authorizer;
  const Type = 'AWS::ApiGatewayV2::Authorizer';
  if (JwtConfiguration !== undefined) {
    const { issuer, audience } = Object(JwtConfiguration) as Properties;
    const configuration = { Issuer: issuer, Audience: audience };
    const source = IdentitySource === undefined ? {} : { IdentitySource: [IdentitySource] };
    return { Type, Properties: { ApiId, AuthorizerType: 'JWT', JwtConfiguration: configuration, ...source } };
  }
  const identity = Object(authorizer['Identity']) as Properties;
  return {
    Type,
    Properties: {
      ApiId,
      AuthorizerType: 'REQUEST',
      AuthorizerUri: FunctionArn,
      AuthorizerPayloadFormatVersion: String(authorizer['AuthorizerPayloadFormatVersion'] ?? '2.0'),
      EnableSimpleResponses: authorizer['EnableSimpleResponses'] ?? false,
      IdentitySource: sourcesOf(identity, '$request.', '$'),
      AuthorizerResultTtlInSeconds: identity['ReauthorizeEvery'] ?? 0,
    },
  };
}

function restAuthorizer(authorizer: Properties, RestApiId: unknown): TemplateResource {
  const { UserPoolArn, FunctionArn, FunctionPayloadType = 'TOKEN' } = authorizer;
  const identity = Object(authorizer['Identity']) as Properties;
  const { Header = 'Authorization', ValidationExpression } = identity;
  const ofHeader = `method.request.header.${Header}`;
  const Type = 'AWS::ApiGateway::Authorizer';
  const pattern =
    ValidationExpression === undefined ? {} : { IdentityValidationExpression: ValidationExpression };
  if (UserPoolArn !== undefined) {
    const own = { Type: 'COGNITO_USER_POOLS', ProviderARNs: [UserPoolArn].flat(), IdentitySource: ofHeader };
    return { Type, Properties: { RestApiId, ...own, ...pattern } };
  }
  const sources = sourcesOf(identity, 'method.request.', '');
  return {
    Type,
    Properties: {
      RestApiId,
      Type: FunctionPayloadType,
      AuthorizerUri: FunctionArn,
      IdentitySource: FunctionPayloadType === 'REQUEST' ? sources.join(',') : ofHeader,
      AuthorizerResultTtlInSeconds: identity['ReauthorizeEvery'] ?? 300,
      ...pattern,
    },
  };
}

/** Identity sources in the order in which SAM writes them. */
function sourcesOf(identity: Properties, request: string, other: string): string[] {
  const all = (name: string, prefix: string) =>
    (Array.isArray(identity[name]) ? identity[name] : []).map((item) => `${prefix}.${item}`);
  return [
    ...all('Headers', `${request}header`),
    ...all('QueryStrings', `${request}querystring`),
    ...all('StageVariables', `${other}stageVariables`),
    ...all('Context', `${other}context`),
  ];
}
