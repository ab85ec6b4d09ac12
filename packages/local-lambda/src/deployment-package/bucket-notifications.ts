import { LocalLambdaError } from '../local-lambda-error.ts';
import { functionOfUri } from './function-of-uri.ts';
import type { FunctionDefinition } from './functions.ts';
import { physicalName } from './intrinsics.ts';
import { DEPLOYMENT_BUCKETS } from './resource-types.ts';
import { type LoadedTemplate, type ResolvedResource, resourcesOfType } from './template.ts';
import { routeOrNotice, type Unserved } from './unserved.ts';

/** A function that hears of changes in a bucket. */
export interface BucketNotification {
  readonly bucket: string;
  readonly functionName: string;
  /** Such as `s3:ObjectCreated:*`. */
  readonly events: readonly string[];
  /** What keys begin and end with; empty: any. */
  readonly prefix: string;
  readonly suffix: string;
  /** What the event calls `configurationId`. */
  readonly id: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** The types of resources that notifications stand in, and how each is read. */
const READERS: Readonly<Record<string, (properties: Fields, bucket: string) => readonly Fields[]>> = {
  'AWS::S3::Bucket': ({ NotificationConfiguration }, bucket) =>
    list(NotificationConfiguration, 'LambdaConfigurations').map(({ Event, Function: target, Filter }) => ({
      bucket,
      target,
      events: Event,
      rules: list((Object(Filter) as Fields)['S3Key'], 'Rules'),
    })),
  // Of SAM.
  'AWS::Serverless::S3Event': ({ Bucket, Function: target, Events, Filter }) => [
    { bucket: Bucket, target, events: Events, rules: list((Object(Filter) as Fields)['S3Key'], 'Rules') },
  ],
  // Of the CDK.
  'Custom::S3BucketNotifications': ({ BucketName, NotificationConfiguration }) =>
    list(NotificationConfiguration, 'LambdaFunctionConfigurations').map((one) => ({
      bucket: BucketName,
      target: one['LambdaFunctionArn'],
      events: one['Events'],
      rules: list((Object(one['Filter']) as Fields)['Key'], 'FilterRules'),
      id: one['Id'],
    })),
  // Of the Serverless Framework, for a bucket that exists.
  'Custom::S3': (properties) =>
    list(properties, 'BucketConfigs').map(({ Event, Rules }) => ({
      bucket: properties['BucketName'],
      target: properties['FunctionName'],
      events: Event,
      rules: [Rules ?? []]
        .flat()
        .flatMap((rule) => Object.entries(Object(rule)).map(([Name, Value]) => ({ Name, Value }))),
    })),
};

const NO_ENDPOINT =
  'set AWS_ENDPOINT_URL_S3 to an S3 server on this machine, and its events come; or invoke the function with a sample event';
const FUNCTIONS_ONLY = 'the events of a bucket reach functions only';

/**
 * Reads the notifications of buckets that call functions.
 * @param on whether an S3 server is named; if not, a notice names each resource that has some.
 */
export function readBucketNotifications(
  loaded: LoadedTemplate,
  functions: readonly FunctionDefinition[],
  on: boolean,
  onUnserved: (unserved: Unserved) => void,
): BucketNotification[] {
  return Object.entries(READERS).flatMap(([type, read]) =>
    resourcesOfType(loaded, type).flatMap((resource) => {
      const { logicalId, properties } = resource;
      const isBucket = type === 'AWS::S3::Bucket';
      if (
        isBucket &&
        loaded.template.Resources[logicalId]?.Properties?.['NotificationConfiguration'] === undefined
      ) {
        return [];
      }
      const what = isBucket ? `${logicalId}.NotificationConfiguration` : `${logicalId} (${type})`;
      if (!on) {
        onUnserved({ what, notice: NO_ENDPOINT });
        return [];
      }
      const all = routeOrNotice(resource, onUnserved, () => {
        const raw = read(properties, isBucket ? physicalName(logicalId, loaded.scope) : '');
        return raw.map((one) => notificationOf(one, resource, functions));
      }).flat();
      for (const other of othersOf(properties))
        onUnserved({ what: `${what}.${other}`, notice: FUNCTIONS_ONLY });
      return all;
    }),
  );
}

/** The buckets of a template, by name. */
export function readBuckets(loaded: LoadedTemplate): string[] {
  return resourcesOfType(loaded, 'AWS::S3::Bucket')
    .filter(({ logicalId }) => !DEPLOYMENT_BUCKETS.includes(logicalId))
    .map(({ logicalId }) => physicalName(logicalId, loaded.scope));
}

/** What of the notifications goes elsewhere. */
function othersOf({ NotificationConfiguration }: Fields): string[] {
  const elsewhere = /^(?:Queue|Topic|EventBridge)Configuration/;
  return Object.keys(Object(NotificationConfiguration)).filter((name) => elsewhere.test(name));
}

function notificationOf(
  { bucket, target, events, rules, id }: Fields,
  { logicalId }: ResolvedResource,
  functions: readonly FunctionDefinition[],
): BucketNotification {
  const path = `Resources.${logicalId}.Properties`;
  const names = [events ?? []].flat().map(String);
  const unknown = names.find((name) => !/^s3:Object(?:Created|Removed):/.test(name));
  if (unknown !== undefined || names.length === 0 || typeof bucket !== 'string' || bucket === '') {
    throw new LocalLambdaError(
      `${path}: must have a bucket and events of s3:ObjectCreated and s3:ObjectRemoved, has ${JSON.stringify({ bucket, events })}`,
    );
  }
  const ruleOf = (wanted: string): string => {
    const rule = (rules as readonly Fields[]).find(({ Name }) => String(Name).toLowerCase() === wanted);
    return String(rule?.['Value'] ?? '');
  };
  return {
    bucket,
    functionName: functionOfUri(target, functions, path).functionName,
    events: names,
    prefix: ruleOf('prefix'),
    suffix: ruleOf('suffix'),
    id: String(id ?? logicalId),
  };
}

/** The objects of a list in an object, if they are there. */
function list(value: unknown, name: string): readonly Fields[] {
  return [(Object(value) as Fields)[name] ?? []].flat().map((one) => Object(one) as Fields);
}
