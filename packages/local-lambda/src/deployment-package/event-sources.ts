import { type BucketNotification, readBucketNotifications, readBuckets } from './bucket-notifications.ts';
import type { FunctionDefinition } from './functions.ts';
import { type QueueDefinition, readQueues } from './queues.ts';
import { DEPLOYMENT_BUCKETS } from './resource-types.ts';
import { readSchedules, type ScheduleDefinition } from './schedules.ts';
import { readSqsMappings, type SqsMapping } from './sqs-mappings.ts';
import { type LoadedTemplate, resourcesOfType } from './template.ts';
import type { Unserved } from './unserved.ts';

/** What calls the functions of templates beside their APIs, and what it is about. */
export interface EventSources {
  readonly queues: readonly QueueDefinition[];
  readonly sqsMappings: readonly SqsMapping[];
  readonly schedules: readonly ScheduleDefinition[];
  /** Names of the templates' buckets. */
  readonly buckets: readonly string[];
  readonly notifications: readonly BucketNotification[];
}

/** What of the options decides which sources are served. */
export interface SourceSettings {
  readonly sqsEndpoint?: string | undefined;
  readonly s3Endpoint?: string | undefined;
  /** Whether schedules run. */
  readonly schedules?: boolean;
}

const NO_SQS =
  'set AWS_ENDPOINT_URL_SQS to an SQS server on this machine, and it is created there when it is missing';
const NO_S3 =
  'set AWS_ENDPOINT_URL_S3 to an S3 server on this machine, and it is created there when it is missing';
const NO_MESSAGES =
  'set AWS_ENDPOINT_URL_SQS to an SQS server on this machine, and its messages come; or invoke the function with a sample event';

/**
 * Reads the event sources of templates.
 * @param onUnserved hears of those that cannot be served, or only with an option that is not given.
 * @throws LocalLambdaError naming a property of a queue that cannot be resolved here.
 */
export function readEventSources(
  templates: readonly LoadedTemplate[],
  functions: readonly FunctionDefinition[],
  { sqsEndpoint, s3Endpoint, schedules: on = false }: SourceSettings,
  onUnserved: (unserved: Unserved) => void,
): EventSources {
  const schedules = templates.flatMap((loaded) => readSchedules(loaded, functions, on, onUnserved));
  const sqsMappings = templates.flatMap((loaded) => readSqsMappings(loaded, functions, onUnserved));
  const notifications = templates.flatMap((loaded) =>
    readBucketNotifications(loaded, functions, s3Endpoint !== undefined, onUnserved),
  );
  const named = (type: string, notice: string): void => {
    for (const { logicalId } of templates.flatMap((loaded) => resourcesOfType(loaded, type))) {
      if (!DEPLOYMENT_BUCKETS.includes(logicalId)) onUnserved({ what: `${logicalId} (${type})`, notice });
    }
  };
  if (sqsEndpoint === undefined) {
    for (const { logicalId } of sqsMappings) {
      onUnserved({ what: `${logicalId} (AWS::Lambda::EventSourceMapping)`, notice: NO_MESSAGES });
    }
    named('AWS::SQS::Queue', NO_SQS);
  }
  if (s3Endpoint === undefined) named('AWS::S3::Bucket', NO_S3);
  return {
    queues: sqsEndpoint === undefined ? [] : templates.flatMap(readQueues),
    sqsMappings: sqsEndpoint === undefined ? [] : sqsMappings,
    schedules,
    buckets: s3Endpoint === undefined ? [] : templates.flatMap(readBuckets),
    notifications,
  };
}
