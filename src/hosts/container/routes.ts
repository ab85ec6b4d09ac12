import type { AnyContext, HttpBinding, PortableFunction } from '../../functions/catalogue.ts';

/** A function that HTTP reaches. */
export type RoutedFunction = PortableFunction<AnyContext> & { readonly http: HttpBinding };

/** A function that a request is for, and the fields that its path gives. */
export interface RouteMatch {
  readonly portable: RoutedFunction;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Finds the function of a method and a path without query, percent-encoded; undefined: none. */
export type FindRoute = (method: string, path: string) => RouteMatch | undefined;

/** Makes the routes of functions, as the catalogue names them; a function without routes has none here. */
export function createRoutes(functions: readonly PortableFunction<AnyContext>[]): FindRoute {
  const routes = functions.filter(isRouted).flatMap((portable) =>
    portable.http.routes.map((route) => {
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

function isRouted(portable: PortableFunction<AnyContext>): portable is RoutedFunction {
  return portable.http !== undefined;
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
