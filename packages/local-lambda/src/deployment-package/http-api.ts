import { LocalLambdaError } from '../local-lambda-error.ts';
import type { FunctionDefinition } from './functions.ts';
import { type LoadedTemplate, type ResolvedResource, resourcesOfType } from './template.ts';

/** API Gateway waits at most 30 s for an integration of an HTTP API. */
const HTTP_TIMEOUT_MS = 30_000;

/** One route of an HTTP or REST API with the function behind it. */
export interface RouteDefinition {
  /** `GET`, … or `ANY`; `$default` has `ANY`. */
  readonly method: string;
  /** Such as `/sheep/{tattoo}` or `/any/{proxy+}`; `$default` matches what no other route does. */
  readonly path: string;
  /** As API Gateway names it: `GET /sheep/{tattoo}` or `$default`. */
  readonly routeKey: string;
  readonly functionName: string;
  readonly payloadFormat: '1.0' | '2.0';
  /** Milliseconds that API Gateway waits for the function, 50 to 30 000. */
  readonly timeoutMs: number;
  readonly apiId: string;
  readonly stage: string;
  /** What a REST API answers by itself (an integration of type `MOCK`), in place of a function; names and values in turn. */
  readonly fixed?: { readonly status: number; readonly headers: readonly string[] };
}

/** CORS settings of an HTTP API, as in its `CorsConfiguration`. */
export interface CorsDefinition {
  readonly allowOrigins: readonly string[];
  readonly allowMethods: readonly string[];
  readonly allowHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  readonly allowCredentials: boolean;
  /** Seconds; undefined: no `access-control-max-age`. */
  readonly maxAge: number | undefined;
}

/** One API of a deployment package. */
export interface ApiDefinition {
  readonly kind: 'http' | 'rest';
  /** Its logical id and its stack's name, such as `HttpApi.orders-dev`, in lower case; part of a host name. */
  readonly hostName: string;
  readonly routes: readonly RouteDefinition[];
  readonly cors: CorsDefinition | undefined;
  /** Format and log group of the access log, where the stage has one. */
  readonly accessLog: { readonly logGroup: string; readonly format: string } | undefined;
}

/**
 * Reads the HTTP APIs of the `AWS::ApiGatewayV2` resources with their routes; an integration that is no Lambda
 * proxy is an error.
 * @throws LocalLambdaError naming the resource and property.
 */
export function readHttpApis(
  loaded: LoadedTemplate,
  functions: readonly FunctionDefinition[],
): ApiDefinition[] {
  const integrations = new Map(
    resourcesOfType(loaded, 'AWS::ApiGatewayV2::Integration').map((i) => [i.logicalId, i]),
  );
  const routes = resourcesOfType(loaded, 'AWS::ApiGatewayV2::Route');
  const stages = resourcesOfType(loaded, 'AWS::ApiGatewayV2::Stage');
  return resourcesOfType(loaded, 'AWS::ApiGatewayV2::Api')
    .filter(({ properties }) => properties['ProtocolType'] === 'HTTP')
    .map((api) => {
      const isOwn = ({ properties }: ResolvedResource) => String(properties['ApiId']) === api.logicalId;
      return {
        kind: 'http',
        hostName: apiHostName(api.logicalId, loaded),
        routes: routes.filter(isOwn).map((route) => readRoute(route, integrations, functions)),
        cors: readCors(api),
        accessLog: readAccessLog(stages.find(isOwn)),
      };
    });
}

/** A name that a URL can hold. */
export function apiHostName(logicalId: string, { scope }: LoadedTemplate): string {
  return `${logicalId}.${scope.stackName}`.toLowerCase().replaceAll(/[^a-z0-9.-]/g, '-');
}

/** Finds the function that an integration's URI means: the function's ARN, alone or inside an API Gateway URI. */
export function functionOfUri(
  uri: unknown,
  functions: readonly FunctionDefinition[],
  path: string,
): FunctionDefinition {
  const arn = String(uri);
  const found = functions.find(
    // A version or an alias may stand behind it.
    (f) => arn === f.arn || arn.includes(`${f.arn}/`) || arn.includes(`${f.arn}:`),
  );
  if (found !== undefined) return found;
  throw new LocalLambdaError(`${path}: ${arn} is no function of this template`);
}

function readRoute(
  { logicalId, properties }: ResolvedResource,
  integrations: ReadonlyMap<string, ResolvedResource>,
  functions: readonly FunctionDefinition[],
): RouteDefinition {
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
    functionName: functionOfUri(IntegrationUri, functions, `${at}.IntegrationUri`).name,
    payloadFormat: PayloadFormatVersion === '1.0' ? '1.0' : '2.0',
    timeoutMs: Math.min(Number(TimeoutInMillis ?? HTTP_TIMEOUT_MS), HTTP_TIMEOUT_MS),
    apiId: String(properties['ApiId']),
    stage: '$default',
  };
}

function readCors(api: ResolvedResource): CorsDefinition | undefined {
  const cors = api.properties['CorsConfiguration'];
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

function readAccessLog(stage: ResolvedResource | undefined): ApiDefinition['accessLog'] {
  const settings = stage?.properties['AccessLogSettings'];
  if (typeof settings !== 'object' || settings === null) return undefined;
  const { DestinationArn, Format } = settings as Record<string, unknown>;
  const logGroup = /:log-group:([^:]+)/.exec(String(DestinationArn))?.[1];
  return logGroup === undefined ? undefined : { logGroup, format: String(Format) };
}
