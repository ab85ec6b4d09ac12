import {
  CloudFormationClient,
  CreateStackCommand,
  UpdateStackCommand,
  waitUntilStackCreateComplete,
  waitUntilStackUpdateComplete,
} from '@aws-sdk/client-cloudformation';

/** A CloudFormation template, as far as it is read here. */
export interface ResourceTemplate {
  readonly Resources: Readonly<
    Record<
      string,
      {
        readonly Type: string;
        readonly Properties?: Readonly<Record<string, unknown>>;
        readonly DependsOn?: unknown;
      }
    >
  >;
}

const KEPT = new Set(['AWS::DynamoDB::Table', 'AWS::S3::Bucket', 'AWS::SQS::Queue', 'AWS::SQS::QueuePolicy']);
const DEPLOYMENT = /^ServerlessDeployment/;
const LIMIT_SECONDS = 60;

/** Whether a template has what only a server of S3 or SQS can serve. */
export function needsEmulator({ Resources }: ResourceTemplate): boolean {
  return Object.entries(Resources).some(
    ([id, { Type }]) => !DEPLOYMENT.test(id) && /^AWS::(S3::Bucket|SQS::Queue)$/.test(Type),
  );
}

/**
 * The tables, queues and buckets of a template, with the names by which local-lambda knows them, and for pages of any
 * origin, since the API is on this machine.
 */
export function emulatedResources({ Resources }: ResourceTemplate): ResourceTemplate {
  const kept = Object.entries(Resources).filter(([id, { Type }]) => KEPT.has(Type) && !DEPLOYMENT.test(id));
  const named = kept.map(([id, resource]) => {
    const {
      DeletionPolicy: _deletion,
      UpdateReplacePolicy: _replace,
      ...rest
    } = resource as Record<string, unknown>;
    return [id, { ...rest, Properties: { ...nameOf(id, resource.Type), ...resource.Properties } }];
  });
  const text = JSON.stringify({ Resources: Object.fromEntries(named) })
    // The name that CloudFormation would make.
    .replaceAll(/\$\{AWS::StackName\}-([a-z]+)-\*/g, '$1')
    .replaceAll(/"AllowedOrigins":\[.*?\],"AllowedMethods"/g, '"AllowedOrigins":["*"],"AllowedMethods"');
  return JSON.parse(text) as ResourceTemplate;
}

/**
 * Makes what a template has of tables, queues and buckets, or changes it where it is there already.
 * @param credentials of the emulator's root user.
 */
export async function provision(
  template: ResourceTemplate,
  place: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  },
): Promise<void> {
  const client = new CloudFormationClient(place);
  const stack = { StackName: 'sheep-shed-local' };
  const given = { ...stack, TemplateBody: JSON.stringify(emulatedResources(template)) };
  const waiter = { client, maxWaitTime: LIMIT_SECONDS, minDelay: 1, maxDelay: 1 };
  try {
    await client.send(new CreateStackCommand(given));
    await waitUntilStackCreateComplete(waiter, stack);
  } catch (error) {
    if ((error as Error).name !== 'AlreadyExistsException') throw error;
    const isUpdated = await client.send(new UpdateStackCommand(given)).then(
      () => true,
      (why: Error) => {
        if (/No updates/.test(why.message)) return false;
        throw why;
      },
    );
    if (isUpdated) await waitUntilStackUpdateComplete(waiter, stack);
  } finally {
    client.destroy();
  }
}

function nameOf(logicalId: string, type: string): Readonly<Record<string, string>> {
  if (type === 'AWS::S3::Bucket') return { BucketName: logicalId.toLowerCase() };
  return type === 'AWS::SQS::Queue' ? { QueueName: logicalId } : {};
}
