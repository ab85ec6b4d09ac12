import { type AwsServer, sendSigned } from '../aws-request.ts';

/** A message as `ReceiveMessage` answers it. */
export interface SqsMessage {
  readonly MessageId: string;
  readonly ReceiptHandle: string;
  readonly Body: string;
  readonly MD5OfBody?: string;
  readonly MD5OfMessageAttributes?: string;
  readonly Attributes?: Readonly<Record<string, string>>;
  readonly MessageAttributes?: Readonly<Record<string, SqsMessageAttribute>>;
}

/** A message's own attribute. */
export interface SqsMessageAttribute {
  readonly StringValue?: string;
  /** In base64. */
  readonly BinaryValue?: string;
  readonly DataType: string;
}

/** The operations of SQS that event sources and destinations need; all reject when the server fails or does not answer in time. */
export interface SqsClient {
  /** The URL of a queue; undefined when there is none of that name. */
  queueUrl(name: string, signal: AbortSignal): Promise<string | undefined>;
  /** Creates a queue; answers with its URL. */
  createQueue(
    name: string,
    attributes: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<string>;
  attributes(url: string, signal: AbortSignal): Promise<Readonly<Record<string, string>>>;
  /** Takes up to ten messages; waits for the first one up to `waitSeconds`, 0 to 20. */
  receive(
    url: string,
    wanted: { readonly max: number; readonly waitSeconds: number },
    signal: AbortSignal,
  ): Promise<readonly SqsMessage[]>;
  send(
    url: string,
    body: string,
    attributes: Readonly<Record<string, SqsMessageAttribute>>,
    signal: AbortSignal,
  ): Promise<void>;
  /** Deletes up to ten messages; answers with the handles of those that are still there. */
  delete(url: string, handles: readonly string[], signal: AbortSignal): Promise<readonly string[]>;
}

/** Beside the time that a long poll takes, in ms. */
const ANSWER_LIMIT_MS = 10_000;

type Json = Readonly<Record<string, unknown>>;

/**
 * Makes a client of an SQS server, by the JSON protocol that AWS's SDKs speak since the end of 2023.
 * @param now milliseconds since the epoch.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-making-api-requests-json.html
 */
export function createSqsClient(server: AwsServer, now: () => number): SqsClient {
  async function call(
    operation: string,
    input: Json,
    signal: AbortSignal,
    waitMs = 0,
  ): Promise<Json | string> {
    const { status, body } = await sendSigned(
      server,
      {
        method: 'POST',
        path: '/',
        headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${operation}` },
        body: JSON.stringify(input),
      },
      now(),
      { signal, limitMs: ANSWER_LIMIT_MS + waitMs },
    );
    const answer = parse(body);
    if (status === 200 && answer !== undefined) return answer;
    const { __type, message, Message } = answer ?? {};
    const code = String(__type ?? `HTTP ${status}`).replace(/^.*#/, '');
    if (MISSING.has(code)) return code;
    throw new Error(`${operation}: ${code}${message || Message ? `: ${message ?? Message}` : ''}`);
  }

  async function done(operation: string, input: Json, signal: AbortSignal, waitMs?: number): Promise<Json> {
    const answer = await call(operation, input, signal, waitMs);
    if (typeof answer === 'string') throw new Error(`${operation}: ${answer}`);
    return answer;
  }

  return {
    queueUrl: async (name, signal) => {
      const answer = await call('GetQueueUrl', { QueueName: name }, signal);
      return typeof answer === 'string' ? undefined : queueUrl(answer, server.endpoint);
    },
    createQueue: async (name, attributes, signal) => {
      const answer = await done('CreateQueue', { QueueName: name, Attributes: attributes }, signal);
      return queueUrl(answer, server.endpoint);
    },
    attributes: async (url, signal) => {
      const { Attributes } = await done(
        'GetQueueAttributes',
        { QueueUrl: url, AttributeNames: ['All'] },
        signal,
      );
      return Object(Attributes) as Record<string, string>;
    },
    receive: async (url, { max, waitSeconds }, signal) => {
      const input = {
        QueueUrl: url,
        MaxNumberOfMessages: max,
        WaitTimeSeconds: waitSeconds,
        // Servers of before 2024 know only the first name.
        AttributeNames: ['All'],
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      };
      const { Messages } = await done('ReceiveMessage', input, signal, waitSeconds * 1_000);
      return (Messages ?? []) as SqsMessage[];
    },
    send: async (url, body, attributes, signal) => {
      const input = { QueueUrl: url, MessageBody: body, MessageAttributes: attributes };
      await done('SendMessage', input, signal);
    },
    delete: async (url, handles, signal) => {
      const Entries = handles.map((ReceiptHandle, i) => ({ Id: String(i), ReceiptHandle }));
      const { Failed } = await done('DeleteMessageBatch', { QueueUrl: url, Entries }, signal);
      return ((Failed ?? []) as { Id: string }[]).flatMap(({ Id }) => handles[Number(Id)] ?? []);
    },
  };
}

const MISSING = new Set(['QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue']);

/** A server in a container may know itself by a name that this machine does not: only the path counts. */
function queueUrl({ QueueUrl }: Json, endpoint: string): string {
  return new URL(new URL(String(QueueUrl)).pathname, endpoint).href;
}

function parse(body: string): Json | undefined {
  if (body === '') return {};
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}
