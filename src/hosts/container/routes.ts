import type { AnyContext, PortableFunction } from '../../functions/catalogue.ts';

/** A function that a request is for, and the fields that its path gives. */
export interface RouteMatch {
  readonly portable: PortableFunction<AnyContext>;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Finds the function of a method and a path without query, percent-encoded; undefined: none. */
export type FindRoute = (method: string, path: string) => RouteMatch | undefined;

/** Makes the routes of functions, as the catalogue names them. */
export function createRoutes(functions: readonly PortableFunction<AnyContext>[]): FindRoute {
  const routes = functions.flatMap((portable) =>
    portable.routes.map((route) => {
      const [method = '', path = ''] = route.split(' ');
      return { portable, method, segments: path.split('/') };
    }),
  );
  return (method, path) => {
    const given = path.split('/');
    for (const { portable, segments, ...route } of routes) {
      if (route.method !== method || segments.length !== given.length) continue;
      const parameters: Record<string, string> = {};
      const fits = segments.every((segment, i) => {
        const text = given[i] ?? '';
        const name = /^\{(.+)\}$/.exec(segment)?.[1];
        if (name === undefined) return segment === text;
        parameters[name] = decoded(text);
        return text !== '';
      });
      if (fits) return { portable, parameters };
    }
    return undefined;
  };
}

/** The fields of a query: repeated ones are joined by commas, as API Gateway does. */
export function queryFields(query: string): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    fields[name] = Object.hasOwn(fields, name) ? `${fields[name]},${value}` : value;
  }
  return fields;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
