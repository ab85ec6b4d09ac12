import type { Destination, DestinationEndpoints } from '../deployment-package/async-configs.ts';
import type { QueueDefinition } from '../deployment-package/queues.ts';
import { type AwsServer, sendSigned } from '../event-sources/aws-request.ts';
import { createQueues } from '../event-sources/sqs/queues.ts';
import { createSqsClient } from '../event-sources/sqs/sqs-client.ts';

/** What goes to a destination. */
export interface Message {
  readonly body: string;
  /** Of EventBridge, what the event is about. */
  readonly subject: string | undefined;
  readonly attributes: Readonly<Record<string, { readonly DataType: string; readonly StringValue: string }>>;
}

/** Sends a message to a queue, a topic or a bus; rejects when the server does not take it. @param from ARN of the function. */
export type SendMessage = (to: Destination, message: Message, from: string) => Promise<void>;

/** What sending needs. */
export interface SendOptions {
  readonly endpoints: DestinationEndpoints;
  readonly credentials: AwsServer['credentials'];
  /** The queues of the templates, which are created when they are missing. */
  readonly queues: () => readonly QueueDefinition[];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

const LIMIT_MS = 10_000;

/** Makes what sends to the servers of AWS's protocols that there are. */
export function createSendMessage({ endpoints, credentials, queues, now }: SendOptions): SendMessage {
  return async (to, message, from) => {
    const [, , , region = ''] = to.arn.split(':');
    const { service } = to;
    const endpoint = service === 'lambda' ? undefined : endpoints[`${service}Endpoint`];
    if (endpoint === undefined) throw new Error('there is no server of it');
    const server: AwsServer = { endpoint, service, region, credentials };
    if (service === 'sqs') return sendToQueue(server, to.arn, message);
    await (service === 'sns' ? publish(server, to.arn, message) : putEvent(server, to.arn, message, from));
  };

  async function sendToQueue(server: AwsServer, arn: string, message: Message): Promise<void> {
    const client = createSqsClient(server, now);
    const signal = AbortSignal.timeout(LIMIT_MS);
    const { url } = await createQueues(queues(), client).find(arn.slice(arn.lastIndexOf(':') + 1), signal);
    await client.send(url, message.body, message.attributes, signal);
  }

  /** @see https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
  function publish(server: AwsServer, TopicArn: string, { body, attributes }: Message): Promise<string> {
    const form = new URLSearchParams({ Action: 'Publish', Version: '2010-03-31', TopicArn, Message: body });
    for (const [i, [name, { DataType, StringValue }]] of Object.entries(attributes).entries()) {
      const entry = `MessageAttributes.entry.${i + 1}`;
      form.set(`${entry}.Name`, name);
      form.set(`${entry}.Value.DataType`, DataType);
      form.set(`${entry}.Value.StringValue`, StringValue);
    }
    return post(server, { 'content-type': 'application/x-www-form-urlencoded' }, form.toString());
  }

  /** @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
  async function putEvent(
    server: AwsServer,
    arn: string,
    { body, subject }: Message,
    from: string,
  ): Promise<void> {
    const EventBusName = arn.slice(arn.indexOf('/') + 1);
    const entry = { Source: 'lambda', DetailType: subject, Detail: body, Resources: [from], EventBusName };
    const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AWSEvents.PutEvents' };
    const answer = JSON.parse(await post(server, headers, JSON.stringify({ Entries: [entry] })));
    const [{ ErrorCode, ErrorMessage } = {}]: { ErrorCode?: string; ErrorMessage?: string }[] =
      answer.Entries ?? [];
    if (ErrorCode !== undefined) throw new Error(`${ErrorCode}: ${ErrorMessage}`);
  }

  async function post(
    server: AwsServer,
    headers: Readonly<Record<string, string>>,
    body: string,
  ): Promise<string> {
    const limits = { signal: AbortSignal.timeout(LIMIT_MS), limitMs: LIMIT_MS };
    const answer = await sendSigned(server, { method: 'POST', path: '/', headers, body }, now(), limits);
    if (answer.status === 200) return answer.body;
    throw new Error(`HTTP ${answer.status}: ${answer.body.slice(0, 200)}`);
  }
}
