import type { ApiDefinition, FixedAnswer, RouteDefinition } from '../deployment-package/api.ts';
import type { AsyncConfig, Destination } from '../deployment-package/async-configs.ts';
import { DEFAULT_ASYNC_CONFIG } from '../deployment-package/async-configs.ts';
import { readCors } from '../deployment-package/http-api.ts';
import type { HostedFunction } from '../function-host.ts';
import { splitQualifier } from '../qualified-name.ts';
import type { Place } from './definition.ts';
import { qualifiersOf } from './definition.ts';
import type { ApiRecord, FunctionRecord, RouteRecord, UrlRecord } from './records.ts';
import { urlHostName } from './url-operations.ts';

/** Makes of records what the gateway serves; for what has not changed, the same objects again. */
export interface ApiDefinitions {
  ofUrls(record: FunctionRecord): readonly ApiDefinition[];
  ofApi(record: ApiRecord): ApiDefinition;
}

/** As API Gateway answers where it cannot reach a function. */
const FAILED: FixedAnswer = {
  status: 500,
  headers: ['content-type', 'application/json'],
  body: '{"message":"Internal Server Error"}',
};
const NONE = {
  stages: [{ name: '$default', variables: undefined }],
  binaryMediaTypes: [],
  apiKeys: [],
  accessLog: undefined,
};

/** @param hosted all functions that run. */
export function createApiDefinitions(
  place: Place,
  hosted: ReadonlyMap<string, HostedFunction>,
): ApiDefinitions {
  const known = new WeakMap<object, { readonly made: string; readonly api: ApiDefinition }>();

  function once(record: object, made: string, make: () => ApiDefinition): ApiDefinition {
    const before = known.get(record);
    if (before?.made === made) return before.api;
    const api = make();
    known.set(record, { made, api });
    return api;
  }

  function isThere(functionName: string): boolean {
    const [name, qualifier = '$LATEST'] = splitQualifier(functionName);
    return hosted.get(name)?.ofQualifier(qualifier) !== undefined;
  }

  return {
    ofUrls: ({ name, latest, urls }) =>
      Object.entries(urls).map(([qualifier, url]) =>
        once(url, String(latest.timeout), () =>
          urlApi(place, url, qualifier === '$LATEST' ? name : `${name}:${qualifier}`, latest.timeout),
        ),
      ),
    ofApi: (record) => {
      const routes = Object.values(record.routes).map((route) => ({
        route,
        functionName: calledBy(record, route),
      }));
      const missing = routes.filter(({ functionName }) => !isThere(functionName));
      return once(record, missing.map(({ route }) => route.id).join(), () => ({
        ...NONE,
        kind: 'http',
        id: record.id,
        hostName: apiHostName(place, record.id),
        stages: Object.values(record.stages).map(({ name, variables }) => ({
          name,
          variables: Object.keys(variables).length === 0 ? undefined : variables,
        })),
        routes: routes.map(({ route, functionName }) =>
          routeOf(record, route, functionName, isThere(functionName)),
        ),
        cors: readCors(record.cors),
      }));
    },
  };
}

/** The part of an API's endpoint before `.localhost`. */
export function apiHostName({ region }: Place, id: string): string {
  return `${id}.execute-api.${region}`;
}

/** The function in the URI of an integration, with its qualifier; empty: there is none. */
export function functionInUri(uri: string): string {
  return /^(?:arn:.*:function:)([\w-]+(?::[\w$-]+)?)(?:\/invocations)?$/.exec(uri)?.[1] ?? '';
}

function calledBy({ integrations }: ApiRecord, { target = '' }: RouteRecord): string {
  return functionInUri(integrations[target.replace(/^integrations\//, '')]?.uri ?? '');
}

function routeOf(
  { integrations }: ApiRecord,
  { routeKey, target = '', authorizationType }: RouteRecord,
  functionName: string,
  isThere: boolean,
): RouteDefinition {
  const [method = 'ANY', path = '$default'] =
    routeKey === '$default' ? ['ANY', '$default'] : routeKey.split(' ');
  const integration = integrations[target.replace(/^integrations\//, '')];
  return {
    method,
    path,
    routeKey,
    resourceId: routeKey,
    functionName,
    payloadFormat: integration?.payloadFormat ?? '2.0',
    timeoutMs: integration?.timeoutMs ?? 30_000,
    ...(authorizationType === 'AWS_IAM' && { authorization: { kind: 'iam' as const } }),
    ...(!isThere && { mock: () => FAILED }),
  };
}

function urlApi(place: Place, url: UrlRecord, functionName: string, timeoutSeconds: number): ApiDefinition {
  return {
    ...NONE,
    kind: 'url',
    id: url.id,
    hostName: urlHostName(place, url),
    byNameOnly: true,
    routes: [
      {
        method: 'ANY',
        path: '$default',
        routeKey: '$default',
        resourceId: '$default',
        functionName,
        payloadFormat: '2.0',
        streamed: url.invokeMode === 'RESPONSE_STREAM',
        // Nobody waits for less than the function may take.
        timeoutMs: timeoutSeconds * 1_000 + 1_000,
        authorization: url.authType === 'AWS_IAM' ? { kind: 'iam' } : undefined,
      },
    ],
    cors: readCors(url.cors),
  };
}

/** What becomes of asynchronous invocations of a function, by name and qualifier. */
export function asyncConfigsOf(record: FunctionRecord): [string, AsyncConfig][] {
  const { name, latest, invokeConfigs } = record;
  return Object.keys(qualifiersOf(record)).map((qualifier) => {
    const given = Object.hasOwn(invokeConfigs, qualifier) ? invokeConfigs[qualifier] : undefined;
    const { maximumRetryAttempts, maximumEventAgeInSeconds, onSuccess, onFailure } = given ?? {};
    return [
      `${name}:${qualifier}`,
      {
        maximumRetryAttempts: maximumRetryAttempts ?? DEFAULT_ASYNC_CONFIG.maximumRetryAttempts,
        maximumEventAgeSeconds: maximumEventAgeInSeconds ?? DEFAULT_ASYNC_CONFIG.maximumEventAgeSeconds,
        onSuccess: destinationOf(onSuccess),
        onFailure: destinationOf(onFailure),
        deadLetters: destinationOf(latest.deadLetterArn),
      },
    ];
  });
}

function destinationOf(arn: string | undefined): Destination | undefined {
  const service = /^arn:aws[\w-]*:(lambda|sqs|sns|events):/.exec(arn ?? '')?.[1];
  return arn === undefined || service === undefined
    ? undefined
    : { service: service as Destination['service'], arn };
}
