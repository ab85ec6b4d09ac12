import { type Filter, readSqsPattern } from '../event-sources/filter-pattern.ts';
import { LocalLambdaError } from '../local-lambda-error.ts';
import { functionOfUri } from './function-of-uri.ts';
import type { FunctionDefinition } from './functions.ts';
import { type LoadedTemplate, resourcesOfType } from './template.ts';
import { routeOrNotice, type Unserved } from './unserved.ts';

/** An `AWS::Lambda::EventSourceMapping` of a queue, with Lambda's defaults filled in. */
export interface SqsMapping {
  readonly logicalId: string;
  readonly functionName: string;
  /** Of the function, in seconds. */
  readonly timeoutSeconds: number;
  readonly queueArn: string;
  readonly queueName: string;
  /** Messages, 1 to 10 000. */
  readonly batchSize: number;
  /** Time to gather messages, 0 to 300. */
  readonly windowSeconds: number;
  /** Whether the function says which messages failed (`ReportBatchItemFailures`). */
  readonly reportsFailures: boolean;
  /** A message that passes none is deleted; without filters all pass. */
  readonly filters: readonly Filter[];
  /** Batches at once, 2 to 1000; undefined: the template does not say. */
  readonly maximumConcurrency: number | undefined;
}

const NO_STREAM = 'nothing here sends its events; invoke the function with a sample event instead';

/**
 * Reads the event source mappings of a template that have a queue as source; one that is disabled is left out.
 * @param onUnserved hears of mappings of other sources, and of those that cannot be served.
 */
export function readSqsMappings(
  loaded: LoadedTemplate,
  functions: readonly FunctionDefinition[],
  onUnserved: (unserved: Unserved) => void,
): SqsMapping[] {
  return resourcesOfType(loaded, 'AWS::Lambda::EventSourceMapping').flatMap((resource) =>
    routeOrNotice(resource, onUnserved, () => {
      const { logicalId, properties } = resource;
      return readSqsMapping(logicalId, properties, functions, `Resources.${logicalId}.Properties.`);
    }).flatMap((mapping) => {
      if (mapping === undefined) {
        onUnserved({ what: `${resource.logicalId} (${resource.type})`, notice: NO_STREAM });
      }
      return mapping === undefined || String(resource.properties['Enabled']) === 'false' ? [] : [mapping];
    }),
  );
}

/**
 * Reads one mapping; undefined: its source is no queue.
 * @param id its own.
 * @param path stands before the names of its properties in messages.
 * @throws LocalLambdaError naming the property, its value and what is allowed.
 */
export function readSqsMapping(
  id: string,
  properties: Readonly<Record<string, unknown>>,
  functions: readonly FunctionDefinition[],
  path: string,
): SqsMapping | undefined {
  // Mappings of Kafka and MQ may have none.
  const { EventSourceArn } = properties;
  if (typeof EventSourceArn !== 'string' || !EventSourceArn.startsWith('arn:aws:sqs:')) return undefined;
  const queueName = EventSourceArn.slice(EventSourceArn.lastIndexOf(':') + 1);
  const fifo = queueName.endsWith('.fifo');
  const owner = functionOfUri(properties['FunctionName'], functions, `${path}FunctionName`);
  const batchSize = whole(properties['BatchSize'] ?? 10, 1, fifo ? 10 : 10_000, `${path}BatchSize`);
  const window = 'MaximumBatchingWindowInSeconds';
  const windowSeconds = whole(properties[window] ?? 0, 0, fifo ? 0 : 300, `${path}${window}`);
  if (batchSize > 10 && windowSeconds === 0) {
    throw new LocalLambdaError(`${path}${window}: must be 1 to 300 for a BatchSize above 10, is 0`);
  }
  const { MaximumConcurrency } = Object(properties['ScalingConfig']) as Record<string, unknown>;
  const { Filters = [] } = Object(properties['FilterCriteria']) as { Filters?: readonly unknown[] };
  return {
    logicalId: id,
    functionName: owner.functionName,
    timeoutSeconds: owner.definition.timeoutSeconds,
    queueArn: EventSourceArn,
    queueName,
    batchSize,
    windowSeconds,
    reportsFailures: [properties['FunctionResponseTypes']].flat().includes('ReportBatchItemFailures'),
    filters: [Filters].flat().map((one, i) => {
      const { Pattern } = Object(one) as { Pattern?: unknown };
      return readSqsPattern(Pattern, `${path}FilterCriteria.Filters[${i}].Pattern`);
    }),
    maximumConcurrency:
      MaximumConcurrency === undefined
        ? undefined
        : whole(MaximumConcurrency, 2, 1_000, `${path}ScalingConfig.MaximumConcurrency`),
  };
}

function whole(value: unknown, min: number, max: number, path: string): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= min && number <= max) return number;
  throw new LocalLambdaError(
    `${path}: must be an integer from ${min} to ${max}, is ${JSON.stringify(value)}`,
  );
}
