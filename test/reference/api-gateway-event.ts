/** Events as API Gateway makes them, for functions that are called without it. */
import { functionsOf } from '../../src/functions/catalogue.ts';

/** Payload format of API Gateway: 2.0 of HTTP APIs, 1.0 of REST APIs. */
export type PayloadFormat = '1.0' | '2.0';

/** A function's name and the event of a request for it. */
export interface RoutedEvent {
  readonly functionName: string;
  readonly event: Readonly<Record<string, unknown>>;
}

/** Of each route its method, a pattern of its path whose groups are the parameters, and the function's name. */
const ROUTES = functionsOf('every stack').flatMap(({ name, http }) =>
  (http?.routes ?? []).map((route) => {
    const [method = '', path = ''] = route.split(' ');
    const pattern = new RegExp(`^${path.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`);
    return [method, pattern, name] as const;
  }),
);

/** Routes a request of the contract; `undefined` when no function is meant. */
export function routeEvent(path: string, method: string, format: PayloadFormat): RoutedEvent | undefined {
  const { pathname, search, searchParams } = new URL(path, 'http://127.0.0.1');
  for (const [routeMethod, pattern, functionName] of ROUTES) {
    const match = routeMethod === method ? pattern.exec(pathname) : null;
    if (match === null) continue;
    const pathParameters = Object.fromEntries(
      Object.entries(match.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]),
    );
    const values = Object.fromEntries(
      [...new Set(searchParams.keys())].map((name) => [name, searchParams.getAll(name)]),
    );
    const parts = {
      method,
      path: decodeURIComponent(pathname),
      query: search.slice(1),
      pathParameters,
      values,
    };
    return { functionName, event: format === '1.0' ? payload1(parts) : payload2(parts) };
  }
  return undefined;
}

interface Parts {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly pathParameters: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, readonly string[]>>;
}

function payload1({ method, path, pathParameters, values }: Parts) {
  return {
    version: '1.0',
    resource: path,
    httpMethod: method,
    path,
    headers: {},
    multiValueHeaders: {},
    queryStringParameters: orNull(mapValues(values, (all) => all.at(-1))),
    multiValueQueryStringParameters: orNull(values),
    pathParameters: orNull(pathParameters),
    requestContext: { httpMethod: method, path },
    body: null,
    isBase64Encoded: false,
  };
}

function payload2({ method, path, query, pathParameters, values }: Parts) {
  return {
    version: '2.0',
    rawPath: path,
    rawQueryString: query,
    headers: {},
    ...(query === '' ? {} : { queryStringParameters: mapValues(values, (all) => all.join(',')) }),
    ...(Object.keys(pathParameters).length === 0 ? {} : { pathParameters }),
    requestContext: { http: { method, path } },
    isBase64Encoded: false,
  };
}

function mapValues<T, U>(values: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value)]));
}

function orNull<T extends object>(values: T): T | null {
  return Object.keys(values).length === 0 ? null : values;
}
