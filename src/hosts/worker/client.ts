import { randomUUID } from 'node:crypto';
import type { ConfirmChannel, ConsumeMessage, Message, SocketOptions } from 'amqplib';
import { BROKER_ADDRESS, isQueueName, QUEUE_NAME, readBrokerAddress } from './broker-address.ts';
import { AmqpClientError } from './client-error.ts';
import { type BrokerConnection, keepConnected } from './connection.ts';
import { type MessageBody, readResult, writeEvent } from './message.ts';
import { DEFAULT_QUEUE_PREFIX } from './queue-prefix.ts';

/** What a client is opened with. */
export interface AmqpClientOptions {
  /** Such as `amqp://user:password@127.0.0.1:5672`. */
  readonly url: string;
  /** Certificates, for an `amqps://` broker that no public authority vouches for. */
  readonly tls?: Pick<SocketOptions, 'ca' | 'cert' | 'key'>;
  /** As the worker has it. */
  readonly queuePrefix?: string;
  /** Calls that may wait for their reply at once; default 1000. */
  readonly maxPending?: number;
  /** How long opening may take, in ms; default 10 000. */
  readonly openTimeoutMs?: number;
  /** Takes what happens to the connection, such as its loss. */
  readonly notice?: (line: string) => void;
}

/** What one call may say. */
export interface AmqpCallOptions {
  /** The call has failed if there is no reply by then; default 30 000. The worker then does not begin it either. */
  readonly timeoutMs?: number;
  /** On a queue with priorities: 0 to 255. */
  readonly priority?: number;
  /** Whether a durable queue keeps the request when its broker starts again; default true. */
  readonly persistent?: boolean;
  /** The trace that the call is part of, as W3C Trace Context writes it. */
  readonly traceparent?: string;
}

/** Calls functions that AMQP workers serve. */
export interface AmqpClient {
  /**
   * Calls a function and waits for its reply.
   * @param event is sent as JSON, a `bigint` as the number that it is; a `Uint8Array` is sent as bytes.
   * @returns its result: integers beyond 2^53 are a `bigint`, what is not JSON is a `Buffer`.
   * @throws AmqpClientError
   */
  call(functionName: string, event?: unknown, options?: AmqpCallOptions): Promise<unknown>;
  /** Calls that wait for their reply. */
  readonly pending: () => number;
  /** Rejects what is pending, and closes the connection. */
  close(): Promise<void>;
}

interface Pending {
  resolve(result: unknown): void;
  reject(error: AmqpClientError): void;
  readonly timer: NodeJS.Timeout;
}

/** https://www.rabbitmq.com/docs/direct-reply-to */
const DIRECT_REPLY_TO = 'amq.rabbitmq.reply-to';
const MAX_PENDING = 1_000;
const TIMEOUT_MS = 30_000;
const OPEN_TIMEOUT_MS = 10_000;
/** Of Node's timers. */
const LONGEST_TIMEOUT_MS = 2_147_483_647;

/**
 * Opens a client. It opens its connection again whenever that is lost.
 * @throws AmqpClientError `INVALID_ADDRESS`, `CONNECTION_LOST`: the broker cannot be reached, or refuses.
 */
export async function openAmqpClient(options: AmqpClientOptions): Promise<AmqpClient> {
  const { url, tls, queuePrefix = DEFAULT_QUEUE_PREFIX, maxPending = MAX_PENDING } = options;
  const address = readBrokerAddress(url);
  if (address === undefined) throw new AmqpClientError('INVALID_ADDRESS', `url must be ${BROKER_ADDRESS}`);
  const notice = options.notice ?? (() => undefined);
  const calls = new Map<string, Pending>();
  const name = randomUUID();
  let count = 0;
  let isClosed = false;
  let channel: ConfirmChannel | undefined;

  const connection = keepConnected({
    address,
    ...(tls !== undefined && { tls }),
    setUp: async (opened) => {
      await opened.consume(DIRECT_REPLY_TO, (reply) => reply !== null && answered(reply), { noAck: true });
      opened.on('return', ({ properties, fields }: Message) =>
        rejectCall(
          String(properties.correlationId),
          new AmqpClientError('NO_SUCH_QUEUE', `there is no queue ${fields.routingKey}: no worker serves it`),
        ),
      );
      channel = opened;
    },
    onLost: (reason) => {
      channel = undefined;
      rejectAll('CONNECTION_LOST', `the connection is lost, and with it the reply: ${reason.message}`);
    },
    onBlocked: (reason) => {
      if (reason !== undefined) notice(`the broker takes no requests: ${reason}`);
    },
    onFault: (error) => notice(`a fault of the client: ${error}`),
    notice,
    random: Math.random,
  });
  await opened(connection, address.shown, options.openTimeoutMs ?? OPEN_TIMEOUT_MS);

  return {
    call: (functionName, event, callOptions = {}) =>
      new Promise((resolve, reject) => {
        const queue = `${queuePrefix}${functionName}`;
        // Not at once: a loop of calls that all fail would leave replies and the connection no turn.
        const refuse = (error: AmqpClientError): void => void setImmediate(reject, error);
        const refusal = refusalOf(queue) ?? misuseOf(callOptions);
        if (refusal !== undefined) refuse(refusal);
        else send(queue, event, callOptions, { resolve, reject: refuse });
      }),
    pending: () => calls.size,
    close: async () => {
      isClosed = true;
      rejectAll('CLOSED', 'the client was closed');
      await connection.close();
    },
  };

  function refusalOf(queue: string): AmqpClientError | undefined {
    if (!isQueueName(queue)) {
      return new AmqpClientError(
        'INVALID_ADDRESS',
        `prefix and function must be the name of a queue, ${QUEUE_NAME}; got ${JSON.stringify(queue)}`,
      );
    }
    if (isClosed) return new AmqpClientError('CLOSED', 'the client was closed');
    if (channel === undefined) return new AmqpClientError('CONNECTION_LOST', 'there is no connection');
    if (calls.size >= maxPending) {
      return new AmqpClientError('TOO_MANY_PENDING', `${maxPending} calls already wait for their reply`);
    }
    return undefined;
  }

  function send(
    queue: string,
    event: unknown,
    { timeoutMs = TIMEOUT_MS, priority, persistent = true, traceparent }: AmqpCallOptions,
    { resolve, reject }: Pick<Pending, 'resolve' | 'reject'>,
  ): void {
    const body = bodyOf(event);
    if (body instanceof AmqpClientError) {
      reject(body);
      return;
    }
    const { content, contentType } = body;
    count += 1;
    const correlationId = `${name}-${count}`;
    const timer = setTimeout(() => {
      const late = new AmqpClientError('TIMEOUT', `${queue} did not reply within ${timeoutMs} ms`);
      rejectCall(correlationId, late);
    }, timeoutMs);
    calls.set(correlationId, { resolve, reject, timer });
    const properties = {
      correlationId,
      replyTo: DIRECT_REPLY_TO,
      mandatory: true,
      persistent,
      // The broker drops it when nobody waits any more; the worker does by the deadline, which it can also see.
      expiration: Math.max(1, Math.ceil(timeoutMs)),
      headers: {
        'x-deadline': Date.now() + Math.ceil(timeoutMs),
        ...(traceparent !== undefined && { traceparent }),
      },
      ...(contentType !== undefined && { contentType }),
      ...(priority !== undefined && { priority }),
    };
    try {
      channel?.publish('', queue, content, properties);
    } catch (cause) {
      // It is closing, and has not said so yet.
      rejectCall(
        correlationId,
        new AmqpClientError('CONNECTION_LOST', 'the connection is closing', { cause }),
      );
    }
  }

  function answered({ properties: { correlationId, contentType, type }, content }: ConsumeMessage): void {
    const call = take(String(correlationId));
    // A reply that was sent twice, or too late.
    if (call === undefined) return;
    try {
      const result = readResult(content, contentType);
      if (type === 'error') call.reject(failureOf(result));
      else call.resolve(result);
    } catch (cause) {
      call.reject(new AmqpClientError('UNREADABLE_REPLY', 'the reply cannot be read', { cause }));
    }
  }

  function take(correlationId: string): Pending | undefined {
    const call = calls.get(correlationId);
    if (call === undefined) return undefined;
    calls.delete(correlationId);
    clearTimeout(call.timer);
    return call;
  }

  function rejectCall(correlationId: string, error: AmqpClientError): void {
    take(correlationId)?.reject(error);
  }

  function rejectAll(code: 'CONNECTION_LOST' | 'CLOSED', message: string): void {
    for (const correlationId of [...calls.keys()]) {
      rejectCall(correlationId, new AmqpClientError(code, message));
    }
  }
}

/** What a request with such options would break; undefined: nothing. */
function misuseOf({ timeoutMs, priority, traceparent }: AmqpCallOptions): AmqpClientError | undefined {
  const wrong = (what: string, allowed: string, given: unknown) =>
    new AmqpClientError('INVALID_CALL', `${what} must be ${allowed}; got ${String(given)}`);
  if (
    timeoutMs !== undefined &&
    !(typeof timeoutMs === 'number' && timeoutMs > 0 && timeoutMs <= LONGEST_TIMEOUT_MS)
  ) {
    return wrong('timeoutMs', `a number above 0, to ${LONGEST_TIMEOUT_MS}`, timeoutMs);
  }
  if (priority !== undefined && !(Number.isInteger(priority) && priority >= 0 && priority <= 255)) {
    return wrong('priority', 'a whole number from 0 to 255', priority);
  }
  if (traceparent !== undefined && typeof traceparent !== 'string') {
    return wrong('traceparent', 'a text', traceparent);
  }
  return undefined;
}

function bodyOf(event: unknown): MessageBody | AmqpClientError {
  if (typeof event === 'symbol' || typeof event === 'function') {
    return new AmqpClientError('INVALID_CALL', `the event must be bytes or JSON; got a ${typeof event}`);
  }
  try {
    return writeEvent(event);
  } catch (cause) {
    const reason = (cause as Error).message;
    return new AmqpClientError('INVALID_CALL', `the event cannot be written as JSON: ${reason}`, { cause });
  }
}

async function opened(connection: BrokerConnection, place: string, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const reason = connection.problem()?.message ?? 'it does not answer';
      reject(new Error(`no connection to ${place} within ${limitMs} ms: ${reason}`));
    }, limitMs);
  });
  try {
    await Promise.race([connection.ready, late]);
  } catch (cause) {
    await connection.close();
    throw new AmqpClientError('CONNECTION_LOST', (cause as Error).message, { cause });
  } finally {
    clearTimeout(timer);
  }
}

function failureOf(body: unknown): AmqpClientError {
  const { errorType, errorMessage, code } = (body ?? {}) as Readonly<Record<string, unknown>>;
  return new AmqpClientError('CALL_FAILED', String(errorMessage), {
    errorType: String(errorType),
    functionCode: String(code),
  });
}
