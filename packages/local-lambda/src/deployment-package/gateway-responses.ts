import type { GatewayResponseDefinition } from './api.ts';
import { parseMappedValue, parseTemplate } from './mapping-template.ts';
import { type LoadedTemplate, resourcesOfType } from './template.ts';
import { routeOrNotice, type Unserved } from './unserved.ts';

/**
 * The answers that a REST API gives by itself, where the template gives them another form, by their type
 * (`DEFAULT_4XX`, `UNAUTHORIZED`, …).
 * @param onUnserved hears of those that are left out.
 */
export function readGatewayResponses(
  loaded: LoadedTemplate,
  apiId: string,
  onUnserved: (unserved: Unserved) => void,
): ReadonlyMap<string, GatewayResponseDefinition> {
  const own = resourcesOfType(loaded, 'AWS::ApiGateway::GatewayResponse').filter(
    ({ properties }) => String(properties['RestApiId']) === apiId,
  );
  const all = own.flatMap((resource) =>
    routeOrNotice(resource, onUnserved, () => {
      const { ResponseType, StatusCode, ResponseParameters, ResponseTemplates } = resource.properties;
      const at = `Resources.${resource.logicalId}.Properties.ResponseTemplates`;
      const headers = Object.entries(Object(ResponseParameters) as object).flatMap(([name, value]) => {
        const [, header] = /^gatewayresponse\.header\.(.+)$/.exec(name) ?? [];
        const mapped = parseMappedValue(value);
        return header === undefined || mapped === undefined ? [] : [[header.toLowerCase(), mapped] as const];
      });
      const templates = Object.entries(Object(ResponseTemplates) as object).map(
        ([type, text]) => [type, parseTemplate(String(text), at)] as const,
      );
      const status = StatusCode === undefined ? undefined : Number(StatusCode);
      return [String(ResponseType), { status, headers, templates }] as const;
    }),
  );
  return new Map(all);
}
