import type { RouteDefinition } from '../deployment-package/api.ts';

/** A route that fits a request, with its path parameters, still percent-encoded as in the request. */
export interface Match {
  readonly route: RouteDefinition;
  readonly parameters: Readonly<Record<string, string>>;
}

interface CompiledRoute {
  readonly route: RouteDefinition;
  readonly segments: readonly string[];
  readonly greedy: boolean;
}

/**
 * Makes the function that finds the route of a request.
 *
 * As API Gateway orders them: full path before path with parameters before greedy path, a route's own method
 * before `ANY`, `$default` last. Within one kind the most specific match wins: at the first segment in which two
 * routes differ, a literal beats a parameter, and a parameter beats the greedy end.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
 */
export function createRouter(
  routes: readonly RouteDefinition[],
): (method: string, path: string) => Match | undefined {
  const compiled = routes.filter(({ path }) => path !== '$default').map(compile);
  const literal = new Map<string, RouteDefinition>();
  for (const { route, segments, greedy } of compiled) {
    if (!greedy && !segments.some(isParameter)) literal.set(`${route.method} /${segments.join('/')}`, route);
  }
  const patterns = compiled
    .filter(({ route }) => route.path.includes('{'))
    .sort((a, b) => Number(a.greedy) - Number(b.greedy) || moreSpecific(a, b));
  const fallback = routes.find(({ path }) => path === '$default');

  return (method, path) => {
    const known = literal.get(`${method} ${path}`);
    if (known !== undefined) return { route: known, parameters: {} };
    const segments = split(path);
    const key = `/${segments.join('/')}`;
    const exact = literal.get(`${method} ${key}`) ?? literal.get(`ANY ${key}`);
    if (exact !== undefined) return { route: exact, parameters: {} };
    const match = firstFit(patterns, method, segments);
    return match ?? (fallback === undefined ? undefined : { route: fallback, parameters: {} });
  };
}

/** The first pattern that fits; among equal patterns the one for the method itself beats `ANY`. */
function firstFit(
  patterns: readonly CompiledRoute[],
  method: string,
  segments: readonly string[],
): Match | undefined {
  let any: Match | undefined;
  for (const candidate of patterns) {
    const { route } = candidate;
    if (route.method !== method && route.method !== 'ANY') continue;
    if (any !== undefined && !samePattern(any.route, route)) continue;
    const parameters = fit(candidate, segments);
    if (parameters === undefined) continue;
    if (route.method === method) return { route, parameters };
    any ??= { route, parameters };
  }
  return any;
}

function compile(route: RouteDefinition): CompiledRoute {
  const segments = split(route.path);
  return { route, segments, greedy: /^\{[^}]*\+\}$/.test(segments.at(-1) ?? '') };
}

/** A trailing slash makes no difference to HTTP APIs. */
function split(path: string): string[] {
  const segments = path.split('/').slice(1);
  if (segments.at(-1) === '') segments.pop();
  return segments;
}

function isParameter(segment: string): boolean {
  return segment.startsWith('{') && segment.endsWith('}');
}

/** Negative when the first route is more specific than the second. */
function moreSpecific(a: CompiledRoute, b: CompiledRoute): number {
  const ranks = ({ segments }: CompiledRoute) => segments.map(vagueness);
  const [own, other] = [ranks(a), ranks(b)];
  const at = own.findIndex((rank, i) => rank !== other[i]);
  return at === -1 ? 0 : (own[at] ?? 0) - (other[at] ?? 3);
}

function vagueness(segment: string): number {
  if (!isParameter(segment)) return 0;
  return segment.endsWith('+}') ? 2 : 1;
}

function samePattern(a: RouteDefinition, b: RouteDefinition): boolean {
  return a.path.replaceAll(/\{[^}+]*/g, '{') === b.path.replaceAll(/\{[^}+]*/g, '{');
}

function fit(
  { segments, greedy }: CompiledRoute,
  path: readonly string[],
): Record<string, string> | undefined {
  if (greedy ? path.length < segments.length : path.length !== segments.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [i, segment] of segments.entries()) {
    if (greedy && i === segments.length - 1) {
      parameters[segment.slice(1, -2)] = path.slice(i).join('/');
    } else if (isParameter(segment)) {
      if (path[i] === '') return undefined;
      parameters[segment.slice(1, -1)] = path[i] ?? '';
    } else if (segment !== path[i]) {
      return undefined;
    }
  }
  return parameters;
}
