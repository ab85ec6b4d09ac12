import type { IncomingMessage } from 'node:http';
import { type ApiDefinition, type RouteDefinition, servedPath } from '../deployment-package/api.ts';
import { createApiRouter } from './api-router.ts';

/**
 * Makes the function that says which of several APIs a request is for, as an index.
 *
 * On AWS each API has a host name of its own. Here it has one too, `<api>.<stack>.localhost`; under every other name
 * the API is meant that has the most exact route for the request, and the first one of several. One of them at least
 * must answer to other names.
 */
export function createApiSelector(apis: readonly ApiDefinition[]): (request: IncomingMessage) => number {
  if (apis.length <= 1) return () => 0;
  const routers = apis.map((api) => (api.byNameOnly === true ? NO_ROUTES : createApiRouter(api)));
  const fallback = apis.findIndex(({ byNameOnly }) => byNameOnly !== true);
  const names = new Map(apis.map(({ hostName }, i) => [`${hostName}.localhost`, i]));
  return ({ headers, method = 'GET', url = '/' }) => {
    const host = headers.host?.replace(/:\d+$/, '').toLowerCase() ?? '';
    const named = names.get(host);
    if (named !== undefined) return named;
    // A preflight asks for another method's sake.
    const wanted = method === 'OPTIONS' ? (headers['access-control-request-method'] ?? method) : method;
    const path = url.split('?', 1)[0] ?? url;
    const ranks = routers.map((route) => vagueness(route(wanted, path)?.route));
    const best = ranks.indexOf(Math.min(...ranks));
    return apis[best]?.byNameOnly === true ? fallback : best;
  };
}

const NO_ROUTES = () => undefined;

/** In the order in which one API's own routes are tried; 4: no route. */
function vagueness(route: RouteDefinition | undefined): number {
  if (route === undefined) return 4;
  if (route.path === '$default') return 3;
  if (route.path.endsWith('+}')) return 2;
  return route.path.includes('{') ? 1 : 0;
}

/**
 * The routes that no request reaches but under their API's own host name, since an API before it has the same.
 * @returns pairs of a route key and the host name under which it is reached.
 */
export function hiddenRoutes(apis: readonly ApiDefinition[]): readonly (readonly [string, string])[] {
  const seen = new Set<string>();
  return apis.flatMap((api) => {
    const own = api.routes.map(({ method, path, routeKey }) => ({
      routeKey,
      served: `${method} ${servedPath(api, path)}`,
    }));
    const hidden = own.filter(({ served }) => seen.has(served));
    for (const { served } of own) seen.add(served);
    return hidden.map(({ routeKey }) => [routeKey, `${api.hostName}.localhost`] as const);
  });
}
