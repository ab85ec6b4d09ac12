import type { DestinationEndpoints } from '../deployment-package/async-configs.ts';
import { MAX_UNPACKED_BYTES } from '../deployment-package/unzip.ts';
import { functionArn } from './definition.ts';
import { LIST, PAGE, QUALIFIER, required } from './function-operations.ts';
import { invalid, ManagementError } from './management-error.ts';
import { MAX_ZIP_BYTES } from './new-version.ts';
import { type Operation, operation } from './operation.ts';
import { pageOf } from './page.ts';
import { existing, namedFunction, type Platform, versionOf } from './platform.ts';
import { type Given, shapeOf, text, whole } from './readers.ts';
import type { FunctionRecord, InvokeConfigRecord } from './records.ts';

const CONCURRENCY = '/2017-10-31/functions/{FunctionName}/concurrency';
const INVOKE_CONFIG = '/2019-09-25/functions/{FunctionName}/event-invoke-config';
const DESTINATION = shapeOf({
  Destination: text(
    /^$|^arn:aws[\w-]*:(?:lambda|sqs|sns|events):.+$/,
    'the ARN of a function, queue, topic or event bus',
  ),
});
const INVOKE_CONFIG_MEMBERS = {
  MaximumRetryAttempts: whole(0, 2),
  MaximumEventAgeInSeconds: whole(60, 21_600),
  DestinationConfig: shapeOf({ OnSuccess: DESTINATION, OnFailure: DESTINATION }),
};

/** What a function has beside its versions: reserved concurrency, and what becomes of its asynchronous invocations. */
export const SETTINGS_OPERATIONS: readonly Operation[] = [
  operation({
    name: 'GetAccountSettings',
    method: 'GET',
    path: '/2016-08-19/account-settings',
    status: 200,
    run: ({ platform }) => {
      const reserved = [...platform.hosted.values()].reduce(
        (sum, { definition }) => sum + (definition.reservedConcurrency ?? 0),
        0,
      );
      const versions = [...platform.functions.all.values()].flatMap((one) => [one.latest, ...one.versions]);
      return {
        // There is no limit of all code together here.
        AccountLimit: {
          CodeSizeUnzipped: MAX_UNPACKED_BYTES,
          CodeSizeZipped: MAX_ZIP_BYTES,
          ConcurrentExecutions: platform.maxEnvironments,
          UnreservedConcurrentExecutions: Math.max(0, platform.maxEnvironments - reserved),
        },
        AccountUsage: {
          TotalCodeSize: versions.reduce((sum, { codeSize }) => sum + codeSize, 0),
          FunctionCount: platform.hosted.size,
        },
      };
    },
  }),
  operation({
    name: 'PutFunctionConcurrency',
    method: 'PUT',
    path: CONCURRENCY,
    status: 200,
    body: { ReservedConcurrentExecutions: whole(0, 1_000) },
    run: ({ platform, path, body }) => {
      const { name } = namedFunction(path['FunctionName'] ?? '');
      const reserved = required(body.ReservedConcurrentExecutions, 'ReservedConcurrentExecutions');
      return platform.functions.change(name, (before) => ({
        record: { ...existing(platform, name, before), reservedConcurrency: reserved },
        answer: { ReservedConcurrentExecutions: reserved },
      }));
    },
  }),
  operation({
    name: 'GetFunctionConcurrency',
    method: 'GET',
    path: CONCURRENCY.replace('2017-10-31', '2019-09-30'),
    status: 200,
    run: ({ platform, path }) => {
      const { name } = namedFunction(path['FunctionName'] ?? '');
      const record = platform.functions.all.get(name);
      const reserved =
        record === undefined
          ? platform.hosted.get(name)?.definition.reservedConcurrency
          : record.reservedConcurrency;
      if (!platform.hosted.has(name)) existing(platform, name, record);
      return reserved === undefined ? {} : { ReservedConcurrentExecutions: reserved };
    },
  }),
  operation({
    name: 'DeleteFunctionConcurrency',
    method: 'DELETE',
    path: CONCURRENCY,
    status: 204,
    run: async ({ platform, path }) => {
      const { name } = namedFunction(path['FunctionName'] ?? '');
      await platform.functions.change(name, (before) => {
        const { reservedConcurrency: _reserved, ...record } = existing(platform, name, before);
        return { record, answer: undefined };
      });
      return undefined;
    },
  }),
  invokeConfigOperation('PutFunctionEventInvokeConfig', 'PUT', {}),
  invokeConfigOperation('UpdateFunctionEventInvokeConfig', 'POST', undefined),
  operation({
    name: 'GetFunctionEventInvokeConfig',
    method: 'GET',
    path: INVOKE_CONFIG,
    status: 200,
    query: QUALIFIER,
    run: ({ platform, path, query }) => {
      const { name, qualifier = '$LATEST' } = namedFunction(path['FunctionName'] ?? '', query.Qualifier);
      const record = existing(platform, name, platform.functions.all.get(name));
      return answerOf(platform, record, qualifier, configOf(platform, record, qualifier));
    },
  }),
  operation({
    name: 'DeleteFunctionEventInvokeConfig',
    method: 'DELETE',
    path: INVOKE_CONFIG,
    status: 204,
    query: QUALIFIER,
    run: async ({ platform, path, query }) => {
      const { name, qualifier = '$LATEST' } = namedFunction(path['FunctionName'] ?? '', query.Qualifier);
      await platform.functions.change(name, (before) => {
        const record = existing(platform, name, before);
        configOf(platform, record, qualifier);
        const { [qualifier]: _gone, ...invokeConfigs } = record.invokeConfigs;
        return { record: { ...record, invokeConfigs }, answer: undefined };
      });
      return undefined;
    },
  }),
  operation({
    name: 'ListFunctionEventInvokeConfigs',
    method: 'GET',
    path: `${INVOKE_CONFIG}/list`,
    status: 200,
    query: LIST,
    run: ({ platform, path, query }) => {
      const { name } = namedFunction(path['FunctionName'] ?? '');
      const record = existing(platform, name, platform.functions.all.get(name));
      const rows = Object.entries(record.invokeConfigs);
      const max = Math.min(query.MaxItems ?? PAGE, PAGE);
      const page = pageOf(rows, ([qualifier]) => qualifier, { marker: query.Marker, max });
      return {
        FunctionEventInvokeConfigs: page.items.map(([qualifier, config]) =>
          answerOf(platform, record, qualifier, config),
        ),
        ...(page.next !== undefined && { NextMarker: page.next }),
      };
    },
  }),
];

/** @param basis what holds for members that are not given; undefined: what held before. */
function invokeConfigOperation(
  name: string,
  method: 'POST' | 'PUT',
  basis: Partial<InvokeConfigRecord> | undefined,
): Operation {
  return operation({
    name,
    method,
    path: INVOKE_CONFIG,
    status: 200,
    query: QUALIFIER,
    body: INVOKE_CONFIG_MEMBERS,
    run: ({ platform, path, query, body }) => {
      const named = namedFunction(path['FunctionName'] ?? '', query.Qualifier);
      const { qualifier = '$LATEST' } = named;
      return platform.functions.change(named.name, (before) => {
        const record = existing(platform, named.name, before);
        versionOf(platform, record, qualifier);
        const config = withGiven(platform, basis ?? configOf(platform, record, qualifier), body);
        return {
          record: { ...record, invokeConfigs: { ...record.invokeConfigs, [qualifier]: config } },
          answer: answerOf(platform, record, qualifier, config),
        };
      });
    },
  });
}

function withGiven(
  platform: Platform,
  before: Partial<InvokeConfigRecord>,
  given: Given<typeof INVOKE_CONFIG_MEMBERS>,
): InvokeConfigRecord {
  const { OnSuccess, OnFailure } = given.DestinationConfig ?? {};
  const { onSuccess: oldSuccess, onFailure: oldFailure, ...rest } = before;
  const onSuccess = OnSuccess === undefined ? oldSuccess : OnSuccess.Destination;
  const onFailure = OnFailure === undefined ? oldFailure : OnFailure.Destination;
  for (const arn of [onSuccess, onFailure]) checkDestination(platform, arn);
  return {
    ...rest,
    lastModifiedMs: platform.now(),
    ...(given.MaximumRetryAttempts !== undefined && { maximumRetryAttempts: given.MaximumRetryAttempts }),
    ...(given.MaximumEventAgeInSeconds !== undefined && {
      maximumEventAgeInSeconds: given.MaximumEventAgeInSeconds,
    }),
    ...(onSuccess !== undefined && onSuccess !== '' && { onSuccess }),
    ...(onFailure !== undefined && onFailure !== '' && { onFailure }),
  };
}

/** Refuses what nothing here reaches: it is better told now than when the first event is lost. */
function checkDestination(platform: Platform, arn: string | undefined): void {
  const [, service = ''] = /^arn:aws[\w-]*:(\w+):/.exec(arn ?? '') ?? [];
  if (service === '' || service === 'lambda') return;
  const endpoint = `${service}Endpoint` as keyof DestinationEndpoints;
  if (platform.endpoints[endpoint] !== undefined) return;
  throw invalid(
    `DestinationConfig: ${arn} is not reached from here; start the host with a server for it (--aws-endpoint, --sqs-endpoint)`,
  );
}

function configOf(
  { place }: Platform,
  { name, invokeConfigs }: FunctionRecord,
  qualifier: string,
): InvokeConfigRecord {
  const found = Object.hasOwn(invokeConfigs, qualifier) ? invokeConfigs[qualifier] : undefined;
  if (found !== undefined) return found;
  throw new ManagementError(
    'ResourceNotFoundException',
    `The function ${functionArn(place, name)}:${qualifier} doesn't have an EventInvokeConfig`,
  );
}

function answerOf(
  { place }: Platform,
  { name }: FunctionRecord,
  qualifier: string,
  config: InvokeConfigRecord,
): object {
  const { maximumRetryAttempts, maximumEventAgeInSeconds, onSuccess, onFailure } = config;
  const destination = (arn: string | undefined) => (arn === undefined ? {} : { Destination: arn });
  return {
    LastModified: config.lastModifiedMs / 1_000,
    FunctionArn: `${functionArn(place, name)}:${qualifier}`,
    ...(maximumRetryAttempts !== undefined && { MaximumRetryAttempts: maximumRetryAttempts }),
    ...(maximumEventAgeInSeconds !== undefined && { MaximumEventAgeInSeconds: maximumEventAgeInSeconds }),
    DestinationConfig: { OnSuccess: destination(onSuccess), OnFailure: destination(onFailure) },
  };
}
