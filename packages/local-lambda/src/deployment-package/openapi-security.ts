import { definitionReader, isMap, type Properties, type Resources } from './openapi-document.ts';
import { authorizerId as samAuthorizerId } from './sam-auth.ts';

/** What a route or method has of it. */
export type RouteAuth = Properties | undefined;

const AUTHORIZER = 'x-amazon-apigateway-authorizer';

/** The security schemes of a document, of OpenAPI 3 or 2. */
function schemesOf(document: Properties): Properties {
  const components = Object(document['components']) as Properties;
  return { ...Object(document['securityDefinitions']), ...Object(components['securitySchemes']) };
}

/** The authorizers that the security schemes of a document describe. */
export function authorizersOf(apiId: string, kind: 'rest' | 'http', document: Properties): Resources {
  const find = definitionReader(document);
  return Object.fromEntries(
    Object.entries(schemesOf(document)).flatMap(([name, value]) => {
      const scheme = find(value);
      if (!isMap(scheme[AUTHORIZER])) return [];
      const authorizer = find(scheme[AUTHORIZER]);
      const one =
        kind === 'rest' ? restAuthorizer(apiId, scheme, authorizer) : httpAuthorizer(apiId, authorizer);
      return [[authorizerId(apiId, name), one]];
    }),
  );
}

/** An API's document, and what the template says beside it. */
export interface ApiDocument {
  readonly apiId: string;
  readonly kind: 'rest' | 'http';
  readonly document: Properties;
  /** What SAM says of the routes that say nothing themselves. */
  readonly byDefault: RouteAuth;
  /** Whether the template has a resource of this logical id. */
  readonly hasResource: (logicalId: string) => boolean;
}

/**
 * The authorization of an operation: its own `security`, else the document's, else what the template says. Of several
 * requirements the first counts. A scheme without authorizer leaves the operation open, as on AWS; a notice says so.
 */
export function securityOf(api: ApiDocument, operation: Properties): Properties {
  const { document, byDefault } = api;
  const auth = operation['x-amazon-apigateway-auth'] ?? document['x-amazon-apigateway-auth'];
  if (isMap(auth) && auth['type'] === 'AWS_IAM') return { AuthorizationType: 'AWS_IAM' };
  const security = operation['security'] ?? document['security'];
  if (!Array.isArray(security)) return byDefault ?? {};
  const required = security.flatMap((one) => Object.entries(Object(one) as Properties));
  if (required.length === 0) return {};
  const all = required.map(([name, scopes]) => requirement(api, name, scopes)).reverse();
  const properties: Properties = Object.assign({}, ...all);
  const isOpen = Object.keys(properties).length === 0;
  return isOpen ? { UnservedSecurity: required.map(([name]) => name) } : properties;
}

/** What one requirement makes of a route; nothing, when nobody could check it. */
function requirement(
  { apiId, kind, document, hasResource }: ApiDocument,
  name: string,
  scopes: unknown,
): Properties {
  const find = definitionReader(document);
  const scheme = find(schemesOf(document)[name]);
  const type = scheme['x-amazon-apigateway-authtype'];
  if (type === 'awsSigv4' || name === 'sigv4' || name === 'AWS_IAM') return { AuthorizationType: 'AWS_IAM' };
  const AuthorizationScopes = Array.isArray(scopes) ? scopes : [];
  if (isMap(scheme[AUTHORIZER])) {
    const AuthorizationType = authorizationType(kind, find(scheme[AUTHORIZER]));
    return { AuthorizationType, AuthorizerId: { Ref: authorizerId(apiId, name) }, AuthorizationScopes };
  }
  const ofSam = samAuthorizerId(apiId, name);
  if (hasResource(ofSam)) {
    return { AuthorizationType: 'CUSTOM', AuthorizerId: { Ref: ofSam }, AuthorizationScopes };
  }
  const isKey = name === 'api_key' || (scheme['type'] === 'apiKey' && isKeyHeader(scheme['name']));
  return kind === 'rest' && isKey ? { ApiKeyRequired: true } : {};
}

function isKeyHeader(name: unknown): boolean {
  return String(name).toLowerCase() === 'x-api-key';
}

function authorizationType(kind: 'rest' | 'http', { type }: Properties): string {
  if (kind === 'http') return type === 'jwt' ? 'JWT' : 'CUSTOM';
  return type === 'cognito_user_pools' ? 'COGNITO_USER_POOLS' : 'CUSTOM';
}

function authorizerId(apiId: string, name: string): string {
  return `${apiId} ${name}`;
}

function restAuthorizer(apiId: string, scheme: Properties, authorizer: Properties): Resources[string] {
  const { type, authorizerUri, identitySource, identityValidationExpression, providerARNs } = authorizer;
  const { authorizerResultTtlInSeconds } = authorizer;
  const header = `method.request.header.${String(scheme['name'] ?? 'Authorization')}`;
  return {
    Type: 'AWS::ApiGateway::Authorizer',
    Properties: {
      RestApiId: { Ref: apiId },
      Type: String(type).toUpperCase(),
      ...(authorizerUri !== undefined && { AuthorizerUri: authorizerUri }),
      IdentitySource: identitySource ?? header,
      ...(providerARNs !== undefined && { ProviderARNs: providerARNs }),
      ...(authorizerResultTtlInSeconds !== undefined && {
        AuthorizerResultTtlInSeconds: authorizerResultTtlInSeconds,
      }),
      ...(identityValidationExpression !== undefined && {
        IdentityValidationExpression: identityValidationExpression,
      }),
    },
  };
}

function httpAuthorizer(apiId: string, authorizer: Properties): Resources[string] {
  const { type, jwtConfiguration, identitySource, authorizerUri } = authorizer;
  const { issuer, audience } = Object(jwtConfiguration) as Properties;
  // One text, whose sources commas divide.
  const IdentitySource =
    typeof identitySource === 'string' ? identitySource.split(',').map((one) => one.trim()) : identitySource;
  return {
    Type: 'AWS::ApiGatewayV2::Authorizer',
    Properties: {
      ApiId: { Ref: apiId },
      AuthorizerType: String(type).toUpperCase(),
      ...(IdentitySource !== undefined && { IdentitySource }),
      ...(jwtConfiguration !== undefined && { JwtConfiguration: { Issuer: issuer, Audience: audience } }),
      ...(authorizerUri !== undefined && { AuthorizerUri: authorizerUri }),
      AuthorizerPayloadFormatVersion: authorizer['authorizerPayloadFormatVersion'] ?? '2.0',
      EnableSimpleResponses: authorizer['enableSimpleResponses'] ?? false,
      AuthorizerResultTtlInSeconds: authorizer['authorizerResultTtlInSeconds'] ?? 0,
    },
  };
}
