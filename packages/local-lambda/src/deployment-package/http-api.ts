import { LocalLambdaError } from '../local-lambda-error.ts';
import {
  type ApiDefinition,
  type CorsDefinition,
  type RouteDefinition,
  type StageDefinition,
  withoutRepeats,
} from './api.ts';
import { authorizationReader, type ReadAuthorization } from './authorizers.ts';
import { functionOfStages } from './function-of-uri.ts';
import type { FunctionDefinition } from './functions.ts';
import { type LoadedTemplate, type ResolvedResource, resourcesOfType } from './template.ts';
import { routeOrNotice, type Unserved } from './unserved.ts';

/** API Gateway waits at most 30 s for an integration of an HTTP API. */
const HTTP_TIMEOUT_MS = 30_000;

/**
 * Reads the HTTP APIs of the `AWS::ApiGatewayV2` resources with their routes.
 * @param onUnserved hears of APIs and routes that are left out.
 */
export function readHttpApis(
  loaded: LoadedTemplate,
  functions: readonly FunctionDefinition[],
  onUnserved: (unserved: Unserved) => void,
): ApiDefinition[] {
  const integrations = new Map(
    resourcesOfType(loaded, 'AWS::ApiGatewayV2::Integration').map((i) => [i.logicalId, i]),
  );
  const routes = resourcesOfType(loaded, 'AWS::ApiGatewayV2::Route');
  const authorizationOf = authorizationReader(loaded, functions);
  const stages = resourcesOfType(loaded, 'AWS::ApiGatewayV2::Stage');
  return resourcesOfType(loaded, 'AWS::ApiGatewayV2::Api')
    .filter(({ properties }) => properties['ProtocolType'] !== 'WEBSOCKET')
    .map((api) => {
      const isOwn = ({ properties }: ResolvedResource) => String(properties['ApiId']) === api.logicalId;
      const own = stages.filter(isOwn);
      const ownStages = own.length === 0 ? [{ name: '$default', variables: undefined }] : own.map(readStage);
      return {
        kind: 'http',
        id: api.logicalId,
        hostName: apiHostName(api.logicalId, loaded),
        stages: ownStages,
        routes: withoutRepeats(
          routes
            .filter(isOwn)
            .flatMap((route) =>
              routeOrNotice(route, onUnserved, () =>
                readRoute(route, { integrations, stages: ownStages, functions, authorizationOf }),
              ),
            ),
        ),
        cors: readCors(api.properties['CorsConfiguration']),
        binaryMediaTypes: [],
        apiKeys: [],
        accessLog: own.map(readAccessLog).find((log) => log !== undefined),
      };
    });
}

/** A name that a URL can hold. */
export function apiHostName(logicalId: string, { scope }: LoadedTemplate): string {
  return `${logicalId}.${scope.stackName}`.toLowerCase().replaceAll(/[^a-z0-9.-]/g, '-');
}

/** What a route is read with. */
interface Surroundings {
  readonly integrations: ReadonlyMap<string, ResolvedResource>;
  readonly stages: readonly StageDefinition[];
  readonly functions: readonly FunctionDefinition[];
  readonly authorizationOf: ReadAuthorization;
}

function readRoute(
  route: ResolvedResource,
  { integrations, stages, functions, authorizationOf }: Surroundings,
): RouteDefinition {
  const { logicalId, properties } = route;
  const path = `Resources.${logicalId}.Properties`;
  const target = String(properties['Target']);
  const integration = integrations.get(target.replace(/^integrations\//, ''));
  if (integration === undefined) {
    throw new LocalLambdaError(`${path}.Target: ${target} is no integration of this template`);
  }
  const at = `Resources.${integration.logicalId}.Properties`;
  const { IntegrationType, IntegrationUri, PayloadFormatVersion, TimeoutInMillis } = integration.properties;
  if (IntegrationType !== 'AWS_PROXY') {
    throw new LocalLambdaError(
      `${at}.IntegrationType: must be AWS_PROXY, is ${JSON.stringify(IntegrationType)}`,
    );
  }
  const routeKey = String(properties['RouteKey']);
  const [method = 'ANY', routePath = '$default'] =
    routeKey === '$default' ? ['ANY', '$default'] : routeKey.split(' ');
  return {
    method,
    path: routePath,
    routeKey,
    resourceId: routeKey,
    authorization: authorizationOf(route),
    ...functionOfStages(IntegrationUri, stages, functions, `${at}.IntegrationUri`),
    payloadFormat: PayloadFormatVersion === '1.0' ? '1.0' : '2.0',
    timeoutMs: Math.min(Number(TimeoutInMillis ?? HTTP_TIMEOUT_MS), HTTP_TIMEOUT_MS),
  };
}

/** A stage of an HTTP API; those of REST APIs have `Variables` in place of `StageVariables`. */
export function readStage({ properties }: ResolvedResource): StageDefinition {
  const { StageName = '$default', StageVariables, Variables = StageVariables } = properties;
  const variables = Object.entries(Object(Variables)).map(([name, value]) => [name, String(value)]);
  return {
    name: String(StageName),
    variables: variables.length === 0 ? undefined : Object.fromEntries(variables),
  };
}

/** The CORS settings of an HTTP API, or of a function's URL. */
export function readCors(cors: unknown): CorsDefinition | undefined {
  if (typeof cors !== 'object' || cors === null) return undefined;
  const list = (name: string): readonly string[] => {
    const value = (cors as Record<string, unknown>)[name];
    return Array.isArray(value) ? value.map(String) : [];
  };
  const { AllowCredentials, MaxAge } = cors as Record<string, unknown>;
  return {
    allowOrigins: list('AllowOrigins'),
    allowMethods: list('AllowMethods'),
    allowHeaders: list('AllowHeaders').map((name) => name.toLowerCase()),
    exposeHeaders: list('ExposeHeaders').map((name) => name.toLowerCase()),
    allowCredentials: AllowCredentials === true,
    maxAge: MaxAge === undefined ? undefined : Number(MaxAge),
  };
}

function readAccessLog({ properties }: ResolvedResource): ApiDefinition['accessLog'] {
  const settings = properties['AccessLogSettings'];
  if (typeof settings !== 'object' || settings === null) return undefined;
  const { DestinationArn, Format } = settings as Record<string, unknown>;
  const logGroup = /:log-group:([^:]+)/.exec(String(DestinationArn))?.[1];
  return logGroup === undefined ? undefined : { logGroup, format: String(Format) };
}
