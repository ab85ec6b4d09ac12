import { LocalLambdaError } from '../local-lambda-error.ts';
import { physicalName } from './intrinsics.ts';
import { type LoadedTemplate, resourcesOfType } from './template.ts';

/** An `AWS::SQS::Queue` as `CreateQueue` takes it. */
export interface QueueDefinition {
  readonly logicalId: string;
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** What its `RedrivePolicy` says, its dead-letter queue by ARN. */
  readonly redrive?: { readonly targetArn: string; readonly maxReceiveCount: number };
}

/** Properties that are attributes of `CreateQueue` by the same name; others do not change what functions see. */
const ATTRIBUTES = [
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'DelaySeconds',
  'FifoQueue',
  'FifoThroughputLimit',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'ReceiveMessageWaitTimeSeconds',
  'VisibilityTimeout',
];

/**
 * Reads the queues of a template.
 * @throws LocalLambdaError naming a property that cannot be resolved here.
 */
export function readQueues(loaded: LoadedTemplate): QueueDefinition[] {
  return resourcesOfType(loaded, 'AWS::SQS::Queue').map(({ logicalId, properties }) => {
    const given = ATTRIBUTES.filter((name) => properties[name] !== undefined);
    const attributes = given.map((name) => [name, String(properties[name])] as const);
    const path = `Resources.${logicalId}.Properties.RedrivePolicy`;
    const redrive = readRedrive(properties['RedrivePolicy'], path);
    return {
      logicalId,
      name: physicalName(logicalId, loaded.scope),
      // `FifoQueue: false` is refused by CreateQueue.
      attributes: Object.fromEntries(
        attributes.filter(([name, value]) => name !== 'FifoQueue' || value === 'true'),
      ),
      ...(redrive !== undefined && { redrive }),
    };
  });
}

function readRedrive(value: unknown, path: string): QueueDefinition['redrive'] {
  if (value === undefined) return undefined;
  const { deadLetterTargetArn, maxReceiveCount } = Object(value) as Readonly<Record<string, unknown>>;
  const count = Number(maxReceiveCount ?? 10);
  if (typeof deadLetterTargetArn === 'string' && Number.isInteger(count) && count > 0) {
    return { targetArn: deadLetterTargetArn, maxReceiveCount: count };
  }
  throw new LocalLambdaError(
    `${path}: must have a deadLetterTargetArn and a maxReceiveCount of 1 to 1000, is ${JSON.stringify(value)}`,
  );
}
