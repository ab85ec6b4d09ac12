import type { GatewayRequest } from '../gateway-request.ts';
import { queryParameters } from '../gateway-request.ts';

/**
 * The values of an authorizer's identity sources in a request, such as `$request.header.Authorization` of an HTTP API
 * or `method.request.header.Authorization` of a REST API.
 * @returns undefined when one of them is missing or empty: the request is then refused unasked.
 */
export function identityOf(sources: readonly string[], request: GatewayRequest): string[] | undefined {
  const values = sources.map((source) => sourceValue(source, request));
  return values.every((value) => value !== undefined && value !== '') ? (values as string[]) : undefined;
}

function sourceValue(source: string, request: GatewayRequest): string | undefined {
  const [, place, name = ''] =
    /^(?:\$|method\.)?(request\.header|request\.querystring|context|stageVariables)\.(.+)$/.exec(source) ??
    [];
  switch (place) {
    case 'request.header':
      return headerOf(request, name);
    case 'request.querystring':
      return queryParameters(request.rawQuery).find(([key]) => key === name)?.[1];
    case 'stageVariables':
      return request.stage.variables?.[name];
    case 'context':
      return contextValue(name, request);
    default:
      return undefined;
  }
}

/** The first value of a header, whatever the case of its name. */
export function headerOf({ rawHeaders }: GatewayRequest, name: string): string | undefined {
  const wanted = name.toLowerCase();
  const at = rawHeaders.findIndex((header, i) => i % 2 === 0 && header.toLowerCase() === wanted);
  return at === -1 ? undefined : rawHeaders[at + 1];
}

/** A variable of API Gateway's `$context`. */
export function contextValue(name: string, request: GatewayRequest): string | undefined {
  const values: Readonly<Record<string, string>> = {
    accountId: request.accountId,
    apiId: request.api.id,
    domainName: request.domainName,
    domainPrefix: request.api.id,
    extendedRequestId: request.requestId,
    httpMethod: request.method,
    'identity.sourceIp': request.sourceIp,
    'identity.userAgent': request.userAgent,
    path: request.match.path,
    protocol: request.protocol,
    requestId: request.requestId,
    resourcePath: request.match.route.path,
    routeKey: request.match.route.routeKey,
    stage: request.stage.name,
  };
  if (Object.hasOwn(values, name)) return values[name];
  if (!name.startsWith('authorizer.')) return undefined;
  const value = name
    .split('.')
    .slice(1)
    .reduce<unknown>(
      (at, key) => (Object.hasOwn(Object(at), key) ? Object(at)[key] : undefined),
      request.caller?.authorizer,
    );
  return value === undefined || value === null ? undefined : String(value);
}
