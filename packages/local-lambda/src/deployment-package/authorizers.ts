import { LocalLambdaError } from '../local-lambda-error.ts';
import { functionOfUri } from './function-of-uri.ts';
import type { FunctionDefinition } from './functions.ts';
import { type LoadedTemplate, type ResolvedResource, resourcesOfType } from './template.ts';

/** Who may call a route. */
export type Authorization = JwtAuthorization | LambdaAuthorization | { readonly kind: 'iam' };

/** A token of an issuer that API Gateway trusts: a JWT authorizer, or user pools of Cognito. */
export interface JwtAuthorization {
  readonly kind: 'jwt';
  /** Logical id of the authorizer. */
  readonly id: string;
  /** Where the token is, such as `$request.header.Authorization`. */
  readonly identitySource: string;
  readonly issuers: readonly string[];
  /** One of them must be the token's; empty: any. */
  readonly audiences: readonly string[];
  /** The token must have one of them; empty: none is needed. */
  readonly scopes: readonly string[];
}

/** A function that API Gateway asks. */
export interface LambdaAuthorization {
  readonly kind: 'lambda';
  readonly id: string;
  readonly functionName: string;
  /** `TOKEN`: its event is the value of one header. */
  readonly type: 'TOKEN' | 'REQUEST';
  readonly format: '1.0' | '2.0';
  /** It answers `isAuthorized` in place of a policy. */
  readonly simpleResponses: boolean;
  readonly identitySources: readonly string[];
  /** Seconds for which a result is kept, 0 to 3 600. */
  readonly ttlSeconds: number;
  /** What a token must look like, or the function is not asked. */
  readonly tokenPattern: RegExp | undefined;
}

/** Finds what a route's `AuthorizationType` and `AuthorizerId` mean; undefined: the route is open. */
export type ReadAuthorization = (route: ResolvedResource) => Authorization | undefined;

/**
 * Makes the reader of the authorizations of a template's routes and methods.
 * @returns a function that throws a LocalLambdaError when an authorizer cannot be served.
 */
export function authorizationReader(
  loaded: LoadedTemplate,
  functions: readonly FunctionDefinition[],
): ReadAuthorization {
  const all = ['AWS::ApiGateway::Authorizer', 'AWS::ApiGatewayV2::Authorizer'].flatMap((type) =>
    resourcesOfType(loaded, type),
  );
  return ({ logicalId, properties }) => {
    const { AuthorizationType: type = 'NONE', AuthorizerId, AuthorizationScopes } = properties;
    if (type === 'NONE') return undefined;
    if (type === 'AWS_IAM') return { kind: 'iam' };
    const authorizer = all.find((one) => one.logicalId === String(AuthorizerId));
    if (authorizer === undefined) {
      throw new LocalLambdaError(
        `Resources.${logicalId}.Properties.AuthorizerId: ${String(AuthorizerId)} is no authorizer of this template`,
      );
    }
    return readAuthorizer(authorizer, functions, texts(AuthorizationScopes));
  };
}

function readAuthorizer(
  authorizer: ResolvedResource,
  functions: readonly FunctionDefinition[],
  scopes: readonly string[],
): Authorization {
  const { logicalId: id, type: resourceType, properties } = authorizer;
  const isRest = resourceType === 'AWS::ApiGateway::Authorizer';
  const type = String(properties[isRest ? 'Type' : 'AuthorizerType']);
  const { IdentitySource } = properties;
  // Of a REST API one text with commas, of an HTTP API a list.
  const sources = texts(isRest ? String(IdentitySource ?? '').split(',') : IdentitySource);
  const header = 'method.request.header.Authorization';
  switch (type) {
    case 'JWT': {
      const { Issuer, Audience } = Object(properties['JwtConfiguration']) as Record<string, unknown>;
      const identitySource = sources[0] ?? '$request.header.Authorization';
      return {
        kind: 'jwt',
        id,
        identitySource,
        issuers: [String(Issuer)],
        audiences: texts(Audience),
        scopes,
      };
    }
    case 'COGNITO_USER_POOLS': {
      const issuers = texts(properties['ProviderARNs']).map(poolIssuer);
      return { kind: 'jwt', id, identitySource: sources[0] ?? header, issuers, audiences: [], scopes };
    }
    case 'TOKEN':
    case 'REQUEST':
      return {
        kind: 'lambda',
        id,
        functionName: functionOfUri(
          properties['AuthorizerUri'],
          functions,
          `Resources.${id}.Properties.AuthorizerUri`,
        ).functionName,
        type,
        format: !isRest && properties['AuthorizerPayloadFormatVersion'] === '2.0' ? '2.0' : '1.0',
        simpleResponses: String(properties['EnableSimpleResponses']) === 'true',
        identitySources: sources.length === 0 && type === 'TOKEN' ? [header] : sources,
        ttlSeconds: Number(properties['AuthorizerResultTtlInSeconds'] ?? (isRest ? 300 : 0)),
        tokenPattern: patternOf(properties['IdentityValidationExpression'], id),
      };
    default:
      throw new LocalLambdaError(
        `Resources.${id}.Properties: must be of type JWT, REQUEST, TOKEN or COGNITO_USER_POOLS, is ${type}`,
      );
  }
}

/** @see https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html */
function poolIssuer(arn: string): string {
  const [, , , region, , pool = ''] = arn.split(':');
  return `https://cognito-idp.${region}.amazonaws.com/${pool.replace('userpool/', '')}`;
}

function patternOf(expression: unknown, id: string): RegExp | undefined {
  if (expression === undefined || expression === '') return undefined;
  try {
    return new RegExp(`^(?:${String(expression)})$`);
  } catch (cause) {
    const path = `Resources.${id}.Properties.IdentityValidationExpression`;
    throw new LocalLambdaError(`${path}: must be a regular expression, is ${JSON.stringify(expression)}`, {
      cause,
    });
  }
}

function texts(value: unknown): readonly string[] {
  const list = value === undefined ? [] : Array.isArray(value) ? value : [value];
  return list.map((item) => String(item).trim()).filter((item) => item !== '');
}
