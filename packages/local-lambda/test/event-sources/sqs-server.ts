/** A small SQS server for tests, by the JSON protocol: long polls, visibility, redrive, FIFO groups. */
import { createHash, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

type Json = Readonly<Record<string, unknown>>;

interface Message {
  readonly id: string;
  readonly body: string;
  readonly attributes: Json | undefined;
  readonly group: string | undefined;
  readonly sentAt: number;
  count: number;
  handle: string;
  visibleAt: number;
}

interface Queue {
  readonly name: string;
  readonly attributes: Record<string, string>;
  messages: Message[];
}

interface MoreOfMessage {
  readonly group?: string;
  readonly attributes?: Json;
}

/** A running server, with what a test wants to know of it. */
export interface SqsServer {
  readonly endpoint: string;
  readonly queues: ReadonlyMap<string, Queue>;
  send(queue: string, body: string, more?: MoreOfMessage): string;
  /** Bodies of what is in a queue, taken or not. */
  bodies(queue: string): readonly string[];
  /** Makes what is taken visible, as if its time-out had passed. */
  expire(queue: string): void;
  /** Forgets a queue, as a server that was started anew. */
  lose(queue: string): void;
  /** Answers every request with 503 while it is on. */
  fail(on: boolean): void;
  /** Resolves when the condition holds; it is looked at after every request. */
  until(condition: () => boolean): Promise<void>;
  /** Requests that it got, by operation. */
  readonly requests: Readonly<Record<string, number>>;
  close(): Promise<void>;
}

const ACCOUNT = '000000000000';

/** Starts it on a free port of this machine. @param accessKeyId whose signatures it takes. */
export async function startSqsServer(accessKeyId = 'local-lambda'): Promise<SqsServer> {
  const queues = new Map<string, Queue>();
  const requests: Record<string, number> = {};
  const waiting = new Set<() => void>();
  let failing = false;
  const changed = (): void => {
    for (const check of waiting) check();
  };

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      const operation = String(request.headers['x-amz-target']).replace('AmazonSQS.', '');
      requests[operation] = (requests[operation] ?? 0) + 1;
      changed();
      const gone = new Promise<void>((resolve) => response.once('close', resolve));
      const input = JSON.parse(Buffer.concat(chunks).toString()) as Json;
      const [, signer] =
        /^AWS4-HMAC-SHA256 Credential=([^/]+)\/\d{8}\/[\w-]+\/sqs\/aws4_request, /.exec(
          request.headers.authorization ?? '',
        ) ?? [];
      const [status, answer] =
        failing || signer !== accessKeyId ? [503, {}] : await answerTo(operation, input, gone);
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify(answer));
      changed();
    });
  });

  async function answerTo(operation: string, input: Json, gone: Promise<void>): Promise<[number, Json]> {
    const name = String(input['QueueName'] ?? String(input['QueueUrl']).split('/').at(-1));
    if (operation === 'CreateQueue') {
      const Attributes = Object(input['Attributes']) as Record<string, string>;
      queues.set(name, { name, attributes: { VisibilityTimeout: '30', ...Attributes }, messages: [] });
      return [200, { QueueUrl: urlOf(name) }];
    }
    const queue = queues.get(name);
    if (queue === undefined) return [400, { __type: 'com.amazonaws.sqs#QueueDoesNotExist' }];
    switch (operation) {
      case 'GetQueueUrl':
        return [200, { QueueUrl: urlOf(name) }];
      case 'GetQueueAttributes':
        return [200, { Attributes: { ...queue.attributes, QueueArn: arnOf(name) } }];
      case 'ReceiveMessage': {
        let taken = take(queue, Number(input['MaxNumberOfMessages']));
        const timer = AbortSignal.timeout(Number(input['WaitTimeSeconds']) * 1_000 + 1);
        let isGone = false;
        void gone.then(() => {
          isGone = true;
          changed();
        });
        timer.addEventListener('abort', changed);
        await until(() => {
          if (taken.length === 0 && !isGone) taken = take(queue, Number(input['MaxNumberOfMessages']));
          return taken.length > 0 || timer.aborted || isGone;
        });
        return [200, taken.length === 0 ? {} : { Messages: taken.map(describe) }];
      }
      case 'SendMessage':
        send(name, String(input['MessageBody']), { attributes: Object(input['MessageAttributes']) });
        return [200, { MessageId: queue.messages.at(-1)?.id }];
      case 'DeleteMessageBatch': {
        const handles = handlesOf(input);
        queue.messages = queue.messages.filter(({ handle }) => !handles.includes(handle));
        return [200, { Successful: handles.map((_handle, i) => ({ Id: String(i) })), Failed: [] }];
      }
      case 'ChangeMessageVisibilityBatch': {
        const entries = input['Entries'] as { ReceiptHandle: string; VisibilityTimeout: number }[];
        for (const { ReceiptHandle, VisibilityTimeout } of entries) {
          const message = queue.messages.find(({ handle }) => handle === ReceiptHandle);
          if (message !== undefined) message.visibleAt = Date.now() + VisibilityTimeout * 1_000;
          setTimeout(changed, VisibilityTimeout * 1_000 + 1).unref();
        }
        return [200, { Successful: entries.map((_entry, i) => ({ Id: String(i) })), Failed: [] }];
      }
      default:
        return [400, { __type: 'com.amazonaws.sqs#UnsupportedOperation' }];
    }
  }

  function send(name: string, body: string, { group, attributes }: MoreOfMessage = {}): string {
    const id = randomUUID();
    const message = { id, body, attributes, group, sentAt: Date.now(), count: 0, handle: '', visibleAt: 0 };
    queues.get(name)?.messages.push(message);
    changed();
    return id;
  }

  function take(queue: Queue, max: number): Message[] {
    const now = Date.now();
    const locked = new Set(
      queue.messages.filter(({ visibleAt }) => visibleAt > now).map(({ group }) => group),
    );
    const free = queue.messages.filter(
      ({ visibleAt, group }) => visibleAt <= now && (group === undefined || !locked.has(group)),
    );
    const { maxReceiveCount, deadLetterTargetArn } = JSON.parse(queue.attributes['RedrivePolicy'] ?? '{}');
    const spent = free.filter(({ count }) => count >= (maxReceiveCount ?? Number.POSITIVE_INFINITY));
    queue.messages = queue.messages.filter((message) => !spent.includes(message));
    queues.get(String(deadLetterTargetArn).split(':').at(-1) ?? '')?.messages.push(...spent);
    const taken = free.filter((message) => !spent.includes(message)).slice(0, max);
    for (const message of taken) {
      message.count += 1;
      message.handle = randomUUID();
      message.visibleAt = now + Number(queue.attributes['VisibilityTimeout']) * 1_000;
    }
    return taken;
  }

  function until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (!condition()) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
    });
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const urlOf = (name: string): string => `${endpoint}/${ACCOUNT}/${name}`;
  return {
    endpoint,
    queues,
    requests,
    until,
    send,
    bodies: (name) => (queues.get(name)?.messages ?? []).map(({ body }) => body),
    expire: (name) => {
      for (const message of queues.get(name)?.messages ?? []) message.visibleAt = 0;
      changed();
    },
    lose: (name) => void queues.delete(name),
    fail: (on) => {
      failing = on;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function arnOf(name: string): string {
  return `arn:aws:sqs:eu-west-3:${ACCOUNT}:${name}`;
}

function handlesOf(input: Json): string[] {
  return (input['Entries'] as { ReceiptHandle: string }[]).map(({ ReceiptHandle }) => ReceiptHandle);
}

function describe({ id, body, attributes, group, sentAt, count, handle }: Message): Json {
  return {
    MessageId: id,
    ReceiptHandle: handle,
    Body: body,
    MD5OfBody: createHash('md5').update(body).digest('hex'),
    Attributes: {
      ApproximateReceiveCount: String(count),
      SentTimestamp: String(sentAt),
      ...(group !== undefined && { MessageGroupId: group }),
    },
    ...(attributes !== undefined && { MessageAttributes: attributes }),
  };
}
