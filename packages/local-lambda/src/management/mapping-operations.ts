import { functionArn } from './definition.ts';
import { LIST, required } from './function-operations.ts';
import { arn } from './function-shapes.ts';
import { ManagementError } from './management-error.ts';
import { type Operation, operation } from './operation.ts';
import { pageOf } from './page.ts';
import { namedFunction, notFound, type Platform } from './platform.ts';
import { flag, listOf, oneOf, type Shape, shapeOf, textUpTo, unserved, whole } from './readers.ts';
import type { MappingRecord } from './records.ts';

const MAPPINGS = '/2015-03-31/event-source-mappings';
const ONE = `${MAPPINGS}/{UUID}`;
const PAGE = 100;
const NO_STREAM = 'queues of SQS have no such member';

const MEMBERS = {
  FunctionName: textUpTo(256, 1),
  Enabled: flag,
  BatchSize: whole(1, 10_000),
  MaximumBatchingWindowInSeconds: whole(0, 300),
  FilterCriteria: shapeOf({ Filters: listOf(shapeOf({ Pattern: textUpTo(4_096) }), 10) }),
  FunctionResponseTypes: listOf(oneOf('ReportBatchItemFailures'), 1),
  ScalingConfig: shapeOf({ MaximumConcurrency: whole(2, 1_000) }),
  KMSKeyArn: unserved('patterns are kept as they are here'),
  MetricsConfig: unserved('mappings have no metrics of their own here'),
  StartingPosition: unserved(NO_STREAM),
  MaximumRetryAttempts: unserved(NO_STREAM),
  DestinationConfig: unserved(NO_STREAM),
} satisfies Shape;

/** Event source mappings of queues. */
export const MAPPING_OPERATIONS: readonly Operation[] = [
  operation({
    name: 'CreateEventSourceMapping',
    method: 'POST',
    path: MAPPINGS,
    status: 202,
    body: { ...MEMBERS, EventSourceArn: arn('\\w+') },
    run: async ({ platform, body }) => {
      const { FunctionName, Enabled = true, ...properties } = body;
      required(body.EventSourceArn, 'EventSourceArn');
      const functionName = calledBy(platform, required(FunctionName, 'FunctionName'));
      const same = [...platform.mappings.all.values()].find(
        (one) =>
          one.functionName === functionName && one.properties['EventSourceArn'] === body.EventSourceArn,
      );
      if (same !== undefined) {
        throw new ManagementError(
          'ResourceConflictException',
          `The event source arn (" ${body.EventSourceArn} ") and function (" ${functionName} ") provided mapping already exists. Please update or delete the existing mapping with UUID ${same.uuid}`,
        );
      }
      const record: MappingRecord = {
        uuid: platform.newId(),
        functionName,
        properties: { BatchSize: 10, MaximumBatchingWindowInSeconds: 0, ...properties },
        enabled: Enabled,
        lastModifiedMs: platform.now(),
      };
      await platform.mappings.put(record);
      return answerOf(platform, record);
    },
  }),
  operation({
    name: 'UpdateEventSourceMapping',
    method: 'PUT',
    path: ONE,
    status: 202,
    body: MEMBERS,
    run: async ({ platform, path, body }) => {
      const before = mappingOf(platform, path['UUID'] ?? '');
      const { FunctionName, Enabled, ...properties } = body;
      const record: MappingRecord = {
        ...before,
        functionName: FunctionName === undefined ? before.functionName : calledBy(platform, FunctionName),
        properties: { ...before.properties, ...properties },
        enabled: Enabled ?? before.enabled,
        lastModifiedMs: platform.now(),
      };
      await platform.mappings.put(record);
      return answerOf(platform, record);
    },
  }),
  operation({
    name: 'GetEventSourceMapping',
    method: 'GET',
    path: ONE,
    status: 200,
    run: ({ platform, path }) => answerOf(platform, mappingOf(platform, path['UUID'] ?? '')),
  }),
  operation({
    name: 'DeleteEventSourceMapping',
    method: 'DELETE',
    path: ONE,
    status: 202,
    run: async ({ platform, path }) => {
      const record = mappingOf(platform, path['UUID'] ?? '');
      await platform.mappings.remove(record.uuid);
      return { ...answerOf(platform, record), State: 'Deleting' };
    },
  }),
  operation({
    name: 'ListEventSourceMappings',
    method: 'GET',
    path: MAPPINGS,
    status: 200,
    query: { ...LIST, FunctionName: textUpTo(256), EventSourceArn: textUpTo(256) },
    run: ({ platform, query }) => {
      const { EventSourceArn, FunctionName, Marker, MaxItems = PAGE } = query;
      const asked = FunctionName === undefined ? undefined : nameOf(FunctionName);
      const wanted = [...platform.mappings.all.values()].filter(
        ({ functionName, properties }) =>
          (asked === undefined || functionName === asked) &&
          (EventSourceArn === undefined || properties['EventSourceArn'] === EventSourceArn),
      );
      const page = pageOf(wanted, ({ uuid }) => uuid, { marker: Marker, max: Math.min(MaxItems, PAGE) });
      return {
        EventSourceMappings: page.items.map((record) => answerOf(platform, record)),
        ...(page.next !== undefined && { NextMarker: page.next }),
      };
    },
  }),
];

function mappingOf({ mappings }: Platform, uuid: string): MappingRecord {
  const found = mappings.all.get(uuid);
  if (found !== undefined) return found;
  throw new ManagementError(
    'ResourceNotFoundException',
    `The resource you requested does not exist: ${uuid}`,
  );
}

function nameOf(given: string): string {
  const { name, qualifier } = namedFunction(given);
  return qualifier === undefined ? name : `${name}:${qualifier}`;
}

/** What a mapping calls, which must be there. */
function calledBy(platform: Platform, given: string): string {
  const { name, qualifier } = namedFunction(given);
  const hosted = platform.hosted.get(name)?.ofQualifier(qualifier ?? '$LATEST');
  return hosted === undefined ? notFound(platform, name, qualifier) : nameOf(given);
}

function answerOf({ place }: Platform, record: MappingRecord): object {
  const [name = '', qualifier] = record.functionName.split(':');
  return {
    UUID: record.uuid,
    ...record.properties,
    EventSourceMappingArn: `arn:aws:lambda:${place.region}:${place.accountId}:event-source-mapping:${record.uuid}`,
    FunctionArn: `${functionArn(place, name)}${qualifier === undefined ? '' : `:${qualifier}`}`,
    LastModified: record.lastModifiedMs / 1_000,
    State: record.enabled ? 'Enabled' : 'Disabled',
    StateTransitionReason: 'USER_INITIATED',
  };
}
