import type { TemplateInput } from '../deployment-package/mapping-template.ts';
import { contextValue, headerOf } from './authorizers/identity.ts';
import { decode, type GatewayRequest, queryParameters } from './gateway-request.ts';

/** What mapping templates may ask of a request. */
export function templateInput(request: GatewayRequest): TemplateInput {
  const places = {
    path: (name: string) => {
      const { parameters } = request.match;
      return Object.hasOwn(parameters, name) ? decode(parameters[name] ?? '') : undefined;
    },
    querystring: (name: string) => queryParameters(request.rawQuery).findLast(([key]) => key === name)?.[1],
    header: (name: string) => headerOf(request, name),
  };
  return {
    context: (name) => contextValue(name, request),
    stageVariable: (name) => request.stage.variables?.[name],
    parameter: (place, name) =>
      place === undefined
        ? (places.path(name) ?? places.querystring(name) ?? places.header(name))
        : places[place](name),
    get body() {
      return request.body.toString('utf8');
    },
  };
}
