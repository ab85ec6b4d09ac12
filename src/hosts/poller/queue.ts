import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SQSClient,
  type SQSClientConfig,
} from '@aws-sdk/client-sqs';

/** A message that was received. */
export interface Received {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  /** What the sender says of the errand that it is part of. */
  readonly correlationId: string | undefined;
  readonly traceparent: string | undefined;
  /** How often it was received, this time included. */
  readonly receiveCount: number;
}

/** One queue of SQS. Every function rejects with what the SDK throws. */
export interface Queue {
  readonly name: string;
  readonly isFifo: boolean;
  /**
   * Looks whether it is there.
   * @returns whether it has a redrive policy; undefined: that is not known.
   */
  look(signal: AbortSignal): Promise<boolean | undefined>;
  /** Up to ten messages, after a long poll; they are out of sight for the visibility time-out. */
  receive(most: number, signal: AbortSignal): Promise<readonly Received[]>;
  /** Deletes up to ten. @returns why some could not be, one line. */
  remove(messages: readonly Received[]): Promise<string | undefined>;
  /** Sets for how many seconds up to ten stay out of sight. @returns why some could not be set, one line. */
  hide(
    messages: readonly { readonly message: Received; readonly seconds: number }[],
  ): Promise<string | undefined>;
  close(): void;
}

/** Where a queue is. */
export interface QueueOptions {
  /** Name or URL. */
  readonly queue: string;
  readonly client: Pick<SQSClientConfig, 'endpoint' | 'region' | 'credentials'>;
  readonly visibilitySeconds: number;
  /** Of a long poll, 0 to 20. */
  readonly waitSeconds: number;
}

/** Messages of one request, at most. */
export const BATCH_SIZE = 10;

const CONNECT_MS = 3_000;
const REQUEST_MS = 10_000;

/** Opens a queue; nothing is asked yet. */
export function openQueue({ queue, client, visibilitySeconds, waitSeconds }: QueueOptions): Queue {
  const sqs = new SQSClient({
    ...client,
    requestHandler: { connectionTimeout: CONNECT_MS },
  });
  const limit = () => ({ abortSignal: AbortSignal.timeout(REQUEST_MS) });
  const isUrl = /^https?:/.test(queue);
  let known = isUrl ? queue : undefined;
  const name = queue.split('/').at(-1) ?? queue;

  async function url(signal: AbortSignal): Promise<string> {
    known ??=
      (await sqs.send(new GetQueueUrlCommand({ QueueName: queue }), { abortSignal: signal })).QueueUrl ?? '';
    return known;
  }

  return {
    name,
    isFifo: name.endsWith('.fifo'),
    look: async (signal) => {
      const QueueUrl = await url(signal);
      try {
        const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['RedrivePolicy'] });
        return (await sqs.send(command, { abortSignal: signal })).Attributes?.['RedrivePolicy'] !== undefined;
      } catch (error) {
        // A consumer needs no permission to read attributes.
        if ((error as Error).name.startsWith('AccessDenied')) return undefined;
        throw error;
      }
    },
    receive: async (most, signal) => {
      const command = new ReceiveMessageCommand({
        QueueUrl: await url(signal),
        MaxNumberOfMessages: most,
        WaitTimeSeconds: waitSeconds,
        VisibilityTimeout: visibilitySeconds,
        MessageSystemAttributeNames: ['ApproximateReceiveCount'],
        MessageAttributeNames: ['correlationId', 'traceparent'],
      });
      const late = AbortSignal.timeout(REQUEST_MS + waitSeconds * 1000);
      const { Messages = [] } = await sqs.send(command, { abortSignal: AbortSignal.any([signal, late]) });
      return Messages.map(
        ({ MessageId = '', ReceiptHandle = '', Body = '', Attributes, MessageAttributes }) => ({
          messageId: MessageId,
          receiptHandle: ReceiptHandle,
          body: Body,
          correlationId: MessageAttributes?.['correlationId']?.StringValue,
          traceparent: MessageAttributes?.['traceparent']?.StringValue,
          receiveCount: Number(Attributes?.ApproximateReceiveCount ?? 1),
        }),
      );
    },
    remove: async (messages) => {
      const Entries = messages.map(({ receiptHandle }, i) => ({
        Id: String(i),
        ReceiptHandle: receiptHandle,
      }));
      const command = new DeleteMessageBatchCommand({ QueueUrl: known, Entries });
      return whyNot((await sqs.send(command, limit())).Failed);
    },
    hide: async (messages) => {
      const Entries = messages.map(({ message, seconds }, i) => ({
        Id: String(i),
        ReceiptHandle: message.receiptHandle,
        VisibilityTimeout: seconds,
      }));
      const command = new ChangeMessageVisibilityBatchCommand({ QueueUrl: known, Entries });
      return whyNot((await sqs.send(command, limit())).Failed);
    },
    close: () => sqs.destroy(),
  };
}

function whyNot(
  failed: readonly { readonly Code?: string | undefined; readonly Message?: string | undefined }[] = [],
): string | undefined {
  const [first] = failed;
  return first === undefined
    ? undefined
    : `${failed.length} refused: ${first.Code} ${first.Message ?? ''}`.trim();
}
