import type { FunctionDefinition } from './functions.ts';
import { type QueueDefinition, readQueues } from './queues.ts';
import { readSchedules, type ScheduleDefinition } from './schedules.ts';
import { readSqsMappings, type SqsMapping } from './sqs-mappings.ts';
import { type LoadedTemplate, resourcesOfType } from './template.ts';
import type { Unserved } from './unserved.ts';

/** What calls the functions of templates beside their APIs, and what it is about. */
export interface EventSources {
  readonly queues: readonly QueueDefinition[];
  readonly sqsMappings: readonly SqsMapping[];
  readonly schedules: readonly ScheduleDefinition[];
}

/** What of the options decides which sources are served. */
export interface SourceSettings {
  readonly sqsEndpoint?: string | undefined;
  /** Whether schedules run. */
  readonly schedules?: boolean;
}

const NO_SQS =
  'set AWS_ENDPOINT_URL_SQS to an SQS server on this machine, and it is created there when it is missing';
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
  { sqsEndpoint, schedules: on = false }: SourceSettings,
  onUnserved: (unserved: Unserved) => void,
): EventSources {
  const schedules = templates.flatMap((loaded) => readSchedules(loaded, functions, on, onUnserved));
  const sqsMappings = templates.flatMap((loaded) => readSqsMappings(loaded, functions, onUnserved));
  if (sqsEndpoint !== undefined) return { queues: templates.flatMap(readQueues), sqsMappings, schedules };
  for (const { logicalId } of sqsMappings) {
    onUnserved({ what: `${logicalId} (AWS::Lambda::EventSourceMapping)`, notice: NO_MESSAGES });
  }
  for (const loaded of templates) {
    for (const { logicalId, type } of resourcesOfType(loaded, 'AWS::SQS::Queue')) {
      onUnserved({ what: `${logicalId} (${type})`, notice: NO_SQS });
    }
  }
  return { queues: [], sqsMappings: [], schedules };
}
