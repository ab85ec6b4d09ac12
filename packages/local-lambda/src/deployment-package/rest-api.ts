import { LocalLambdaError } from '../local-lambda-error.ts';
import type { ApiDefinition, RouteDefinition } from './api.ts';
import type { FunctionDefinition } from './functions.ts';
import { apiHostName, functionOfUri, readStage } from './http-api.ts';
import { type LoadedTemplate, type ResolvedResource, resourcesOfType } from './template.ts';

/** API Gateway waits at most 29 s for an integration of a REST API. */
const REST_TIMEOUT_MS = 29_000;

/**
 * Reads the REST APIs of the `AWS::ApiGateway` resources, their methods as routes of payload format 1.0; of methods
 * that no Lambda answers, only `OPTIONS` with an integration of type `MOCK` is kept, which is how CORS is done.
 * @throws LocalLambdaError when a resource's parent is missing.
 */
export function readRestApis(
  loaded: LoadedTemplate,
  functions: readonly FunctionDefinition[],
): ApiDefinition[] {
  const resources = new Map(
    resourcesOfType(loaded, 'AWS::ApiGateway::Resource').map((r) => [r.logicalId, r]),
  );
  const methods = resourcesOfType(loaded, 'AWS::ApiGateway::Method');
  const stages = ['AWS::ApiGateway::Stage', 'AWS::ApiGateway::Deployment']
    .flatMap((type) => resourcesOfType(loaded, type))
    .filter(({ properties }) => properties['StageName'] !== undefined);
  return resourcesOfType(loaded, 'AWS::ApiGateway::RestApi').map((api) => {
    const isOwn = ({ properties }: ResolvedResource) => String(properties['RestApiId']) === api.logicalId;
    const own = stages.filter(isOwn);
    const types = api.properties['BinaryMediaTypes'];
    return {
      kind: 'rest',
      id: api.logicalId,
      hostName: apiHostName(api.logicalId, loaded),
      stages: own.length === 0 ? [{ name: 'prod', variables: undefined }] : own.map(readStage),
      routes: methods.filter(isOwn).flatMap((method) => readMethod(method, resources, functions) ?? []),
      cors: undefined,
      // A slash in such a type may be written `~1`.
      binaryMediaTypes: Array.isArray(types)
        ? types.map((type) => String(type).replace('~1', '/').toLowerCase())
        : [],
      accessLog: undefined,
    };
  });
}

function readMethod(
  { logicalId, properties }: ResolvedResource,
  resources: ReadonlyMap<string, ResolvedResource>,
  functions: readonly FunctionDefinition[],
): RouteDefinition | undefined {
  const integration = properties['Integration'] as Record<string, unknown> | undefined;
  const isMock = properties['HttpMethod'] === 'OPTIONS' && integration?.['Type'] === 'MOCK';
  if (integration === undefined || (integration['Type'] !== 'AWS_PROXY' && !isMock)) return undefined;
  const at = `Resources.${logicalId}.Properties`;
  const path = pathOf(String(properties['ResourceId']), resources, `${at}.ResourceId`);
  const method = String(properties['HttpMethod']);
  const fixed = isMock ? fixedAnswer(integration) : undefined;
  return {
    ...(fixed !== undefined && { fixed }),
    method,
    path,
    routeKey: `${method} ${path}`,
    resourceId: String(properties['ResourceId']),
    functionName:
      fixed !== undefined ? '' : functionOfUri(integration['Uri'], functions, `${at}.Integration.Uri`).name,
    payloadFormat: '1.0',
    timeoutMs: Math.min(Number(integration['TimeoutInMillis'] ?? REST_TIMEOUT_MS), REST_TIMEOUT_MS),
  };
}

/** The answer to `OPTIONS` is written in the template; header values stand there in single quotes: `'*'`. */
function fixedAnswer(integration: Readonly<Record<string, unknown>>): RouteDefinition['fixed'] {
  const responses = integration['IntegrationResponses'];
  const [response] = Array.isArray(responses) ? responses : [];
  const { StatusCode = 200, ResponseParameters } = Object(response) as Record<string, unknown>;
  const headers = Object.entries(Object(ResponseParameters)).flatMap(([name, value]) => {
    const header = /^method\.response\.header\.(.+)$/.exec(name)?.[1];
    const text = /^'(.*)'$/s.exec(String(value))?.[1];
    return header === undefined || text === undefined ? [] : [header.toLowerCase(), text];
  });
  return { status: Number(StatusCode), headers };
}

function pathOf(resourceId: string, resources: ReadonlyMap<string, ResolvedResource>, at: string): string {
  const parts: string[] = [];
  for (let id = resourceId; !id.endsWith('/'); ) {
    const resource = resources.get(id);
    if (resource === undefined || parts.length > 100) {
      throw new LocalLambdaError(`${at}: ${id} is no resource of this template's REST API`);
    }
    parts.unshift(String(resource.properties['PathPart']));
    id = String(resource.properties['ParentId']);
  }
  return `/${parts.join('/')}`;
}
