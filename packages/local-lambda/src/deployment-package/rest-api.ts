import { LocalLambdaError } from '../local-lambda-error.ts';
import { type ApiDefinition, type RouteDefinition, type StageDefinition, withoutRepeats } from './api.ts';
import { readApiKeys } from './api-keys.ts';
import { authorizationReader, type ReadAuthorization } from './authorizers.ts';
import { functionOfStages } from './function-of-uri.ts';
import type { FunctionDefinition } from './functions.ts';
import { readGatewayResponses } from './gateway-responses.ts';
import { apiHostName, readStage } from './http-api.ts';
import { readMock } from './mock-integration.ts';
import { type ReadValidation, validationReader } from './request-validation.ts';
import { type LoadedTemplate, type ResolvedResource, resourcesOfType } from './template.ts';
import { routeOrNotice, type Unserved } from './unserved.ts';

/** API Gateway waits at most 29 s for an integration of a REST API, and 15 minutes for one that streams. */
const REST_TIMEOUT_MS = 29_000;
const STREAM_TIMEOUT_MS = 900_000;

/**
 * Reads the REST APIs of the `AWS::ApiGateway` resources, their methods as routes of payload format 1.0.
 * @param onUnserved hears of methods that are left out.
 */
export function readRestApis(
  loaded: LoadedTemplate,
  functions: readonly FunctionDefinition[],
  onUnserved: (unserved: Unserved) => void,
): ApiDefinition[] {
  const resources = new Map(
    resourcesOfType(loaded, 'AWS::ApiGateway::Resource').map((r) => [r.logicalId, r]),
  );
  const methods = resourcesOfType(loaded, 'AWS::ApiGateway::Method');
  const authorizationOf = authorizationReader(loaded, functions);
  const stages = ['AWS::ApiGateway::Stage', 'AWS::ApiGateway::Deployment']
    .flatMap((type) => resourcesOfType(loaded, type))
    .filter(({ properties }) => properties['StageName'] !== undefined);
  return resourcesOfType(loaded, 'AWS::ApiGateway::RestApi').map((api) => {
    const isOwn = ({ properties }: ResolvedResource) => String(properties['RestApiId']) === api.logicalId;
    const own = stages.filter(isOwn);
    const types = api.properties['BinaryMediaTypes'];
    const ownStages = own.length === 0 ? [{ name: 'prod', variables: undefined }] : own.map(readStage);
    const validationOf = validationReader(loaded, api.logicalId);
    return {
      kind: 'rest',
      id: api.logicalId,
      hostName: apiHostName(api.logicalId, loaded),
      stages: ownStages,
      routes: withoutRepeats(
        methods
          .filter(isOwn)
          .flatMap((method) =>
            routeOrNotice(method, onUnserved, () =>
              readMethod(method, { resources, stages: ownStages, functions, authorizationOf, validationOf }),
            ),
          ),
      ),
      cors: undefined,
      gatewayResponses: readGatewayResponses(loaded, api.logicalId, onUnserved),
      apiKeys: readApiKeys(loaded, api.logicalId),
      // A slash in such a type may be written `~1`.
      binaryMediaTypes: Array.isArray(types)
        ? types.map((type) => String(type).replace('~1', '/').toLowerCase())
        : [],
      accessLog: undefined,
    };
  });
}

/** What a method is read with. */
interface Surroundings {
  readonly resources: ReadonlyMap<string, ResolvedResource>;
  readonly stages: readonly StageDefinition[];
  readonly functions: readonly FunctionDefinition[];
  readonly authorizationOf: ReadAuthorization;
  readonly validationOf: ReadValidation;
}

function readMethod(
  resource: ResolvedResource,
  { resources, stages, functions, authorizationOf, validationOf }: Surroundings,
): RouteDefinition {
  const { logicalId, properties } = resource;
  const integration = Object(properties['Integration']) as Record<string, unknown>;
  const at = `Resources.${logicalId}.Properties`;
  const path = pathOf(String(properties['ResourceId']), resources, `${at}.ResourceId`);
  const method = String(properties['HttpMethod']);
  const streamed = String(integration['ResponseTransferMode']).toUpperCase() === 'STREAM';
  const maxMs = streamed ? STREAM_TIMEOUT_MS : REST_TIMEOUT_MS;
  const route = {
    method,
    path,
    routeKey: `${method} ${path}`,
    resourceId: String(properties['ResourceId']),
    authorization: authorizationOf(resource),
    validation: validationOf(resource),
    apiKeyRequired: String(properties['ApiKeyRequired']) === 'true',
    payloadFormat: '1.0',
    streamed,
    timeoutMs: Math.min(Number(integration['TimeoutInMillis'] ?? REST_TIMEOUT_MS), maxMs),
  } as const;
  switch (integration['Type']) {
    case 'AWS_PROXY':
      return {
        ...route,
        ...functionOfStages(integration['Uri'], stages, functions, `${at}.Integration.Uri`),
      };
    case 'MOCK':
      return { ...route, functionName: '', mock: readMock(integration, `${at}.Integration`) };
    default:
      throw new LocalLambdaError(
        `${at}.Integration.Type: must be AWS_PROXY or MOCK, is ${JSON.stringify(integration['Type'])}`,
      );
  }
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
