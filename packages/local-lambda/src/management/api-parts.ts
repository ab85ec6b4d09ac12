import { apiHostName, functionInUri } from './api-definitions.ts';
import { invalid, ManagementError } from './management-error.ts';
import { pageOf } from './page.ts';
import type { Platform } from './platform.ts';
import type { ApiRecord, IntegrationRecord, RouteRecord, StageRecord } from './records.ts';

/** The API that a path names. @throws ManagementError when there is none. */
export function apiOf({ apis }: Platform, { apiId = '' }: Readonly<Record<string, string>>): ApiRecord {
  const found = apis.all.get(apiId);
  if (found !== undefined) return found;
  throw new ManagementError('NotFoundException', `Invalid API identifier specified ${apiId}`);
}

/** A part of an API. @throws ManagementError when there is none. */
export function partOf<T>(parts: Readonly<Record<string, T>>, id: string, kind: string): T {
  const found = Object.hasOwn(parts, id) ? parts[id] : undefined;
  if (found !== undefined) return found;
  throw new ManagementError(
    'NotFoundException',
    `Unable to find ${kind} by key ${id} within the provided resources`,
  );
}

/** Refuses a route that another one is already, or that leads nowhere. @param api without the route. */
export function checkRoute(api: ApiRecord, routeKey: string, target: string | undefined): void {
  if (Object.values(api.routes).some((one) => one.routeKey === routeKey)) {
    throw new ManagementError('ConflictException', `Route with key ${routeKey} already exists for this API`);
  }
  if (target !== undefined) partOf(api.integrations, target.replace('integrations/', ''), 'Integration');
}

/** Ten characters, as API Gateway's own. */
export function shortId({ newId }: Platform): string {
  return newId().replaceAll('-', '').slice(0, 10);
}

/** The time in ISO 8601. */
export function isoNow({ now }: Platform): string {
  return new Date(now()).toISOString();
}

/** A new integration with API Gateway's defaults. */
export function newIntegration(
  platform: Platform,
  given: {
    readonly integrationUri: string;
    readonly payloadFormatVersion?: '1.0' | '2.0';
    readonly timeoutInMillis?: number;
    readonly description?: string;
  },
): IntegrationRecord {
  if (functionInUri(given.integrationUri) === '') throw invalid('integrationUri: names no function');
  return {
    id: shortId(platform),
    uri: given.integrationUri,
    payloadFormat: given.payloadFormatVersion ?? '2.0',
    timeoutMs: given.timeoutInMillis ?? 30_000,
    description: given.description ?? '',
  };
}

/** A new route. */
export function newRoute(
  platform: Platform,
  given: {
    readonly routeKey: string;
    readonly target?: string;
    readonly authorizationType?: 'NONE' | 'AWS_IAM';
  },
): RouteRecord {
  const { routeKey, target, authorizationType = 'NONE' } = given;
  return { id: shortId(platform), routeKey, authorizationType, ...(target !== undefined && { target }) };
}

/** A new stage. */
export function newStage(
  platform: Platform,
  name: string,
  variables: StageRecord['variables'],
  description = '',
): StageRecord {
  return { name, variables, description, created: isoNow(platform) };
}

/** As templates write it, which is how the gateway reads it. */
export function capitalized(cors: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(cors).map(([name, value]) => [name.charAt(0).toUpperCase() + name.slice(1), value]),
  );
}

/** An API as API Gateway answers it. */
export function apiAnswer(
  platform: Platform,
  { id, name, description, created, cors, tags }: ApiRecord,
): object {
  const { protocol, port } = new URL(platform.url());
  return {
    apiId: id,
    apiEndpoint: `${protocol}//${apiHostName(platform.place, id)}.localhost:${port}`,
    name,
    protocolType: 'HTTP',
    routeSelectionExpression: '$request.method $request.path',
    apiKeySelectionExpression: '$request.header.x-api-key',
    createdDate: created,
    description,
    disableExecuteApiEndpoint: false,
    tags,
    ...(cors !== undefined && {
      corsConfiguration: Object.fromEntries(
        Object.entries(cors).map(([key, value]) => [key.charAt(0).toLowerCase() + key.slice(1), value]),
      ),
    }),
  };
}

/** An integration as API Gateway answers it. */
export function integrationAnswer({
  id,
  uri,
  payloadFormat,
  timeoutMs,
  description,
}: IntegrationRecord): object {
  return {
    integrationId: id,
    integrationType: 'AWS_PROXY',
    integrationUri: uri,
    integrationMethod: 'POST',
    connectionType: 'INTERNET',
    payloadFormatVersion: payloadFormat,
    timeoutInMillis: timeoutMs,
    description,
  };
}

/** A route as API Gateway answers it. */
export function routeAnswer({ id, routeKey, target, authorizationType }: RouteRecord): object {
  return {
    routeId: id,
    routeKey,
    ...(target !== undefined && { target }),
    authorizationType,
    apiKeyRequired: false,
  };
}

/** A stage as API Gateway answers it. */
export function stageAnswer({ name, variables, description, created, updated }: StageRecord): object {
  return {
    stageName: name,
    // What is changed is served at once.
    autoDeploy: true,
    createdDate: created,
    lastUpdatedDate: updated ?? created,
    description,
    stageVariables: variables,
    routeSettings: {},
    defaultRouteSettings: { detailedMetricsEnabled: false },
    tags: {},
  };
}

/** One page of parts, as API Gateway answers it. */
export function paged<T>(
  all: readonly T[],
  query: { readonly nextToken?: string; readonly maxResults?: number },
  keyOf: (item: T) => string,
  show: (item: T) => object,
): object {
  const page = pageOf(all, keyOf, { marker: query.nextToken, max: query.maxResults ?? 500 });
  return { items: page.items.map(show), ...(page.next !== undefined && { nextToken: page.next }) };
}
