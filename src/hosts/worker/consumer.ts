import type { ConfirmChannel, ConsumeMessage, Options } from 'amqplib';
import type { Log } from '../../domain/log.ts';
import type { AnyContext, PortableFunction } from '../../functions/catalogue.ts';
import type { Calls } from '../calls.ts';
import { explained } from '../failure.ts';
import { type ChannelSession, createSession } from './channel-session.ts';
import { countedAgain, type Envelope, readEnvelope } from './envelope.ts';
import { type MessageBody, type ReplyCode, readEvent, writeError, writeResult } from './message.ts';

/** What requests are served with. */
export interface ConsumerOptions {
  readonly calls: Calls;
  readonly concurrency: number;
  /** Acknowledge before the call, so that none is made twice; else after the reply is confirmed. */
  readonly isAtMostOnce: boolean;
  /** Deliveries of one request after which it is given up. */
  readonly attempts: number;
  readonly logFor: (functionName: string, requestId: string, correlationId: string) => Log;
  readonly onFault: (error: unknown) => void;
  /** Is told of each request that came to nothing, and of each that will come again. */
  readonly onUnserved: (why: 'expired' | 'dead-lettered' | 'requeued') => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Serves the requests of one channel after the other. */
export interface Consumer {
  /** From now on deliveries come from this channel, and nothing is said any more on the one before. */
  attach(channel: ConfirmChannel): void;
  /** The channel is gone; calls under way end, and their requests are delivered again. */
  detach(): void;
  /** Takes a delivery of the channel that is attached; never throws. */
  deliver(portable: PortableFunction<AnyContext>, message: ConsumeMessage): void;
  /** Begins no more calls until {@link resume}. */
  pause(): void;
  resume(): void;
  /** Begins no more calls at all: what has not begun goes back to the queue when the channel closes. */
  drain(): void;
  /** Resolves when every reply that was written is confirmed and every acknowledgement written. */
  settled(): Promise<void>;
}

interface Delivery {
  readonly portable: PortableFunction<AnyContext>;
  readonly message: ConsumeMessage;
  readonly session: ChannelSession;
  readonly receivedAt: number;
}

/** Makes what serves requests: each gets a reply, or goes where its queue sends what cannot be served. */
export function createConsumer(options: ConsumerOptions): Consumer {
  const { calls, concurrency, isAtMostOnce, attempts, now, onFault, onUnserved } = options;
  let session: ChannelSession | undefined;
  let waiting: Delivery[] = [];
  let isPaused = false;
  let isDraining = false;
  let isWaitingForRoom = false;
  /** Acknowledged, but not begun. */
  let beginning = 0;
  /** Begun, and its reply not written. */
  let serving = 0;
  const whenServed: (() => void)[] = [];

  return {
    attach(channel) {
      session = createSession(channel, isAtMostOnce ? 0 : concurrency, onFault);
    },
    detach() {
      session?.end();
      session = undefined;
      waiting = [];
    },
    deliver(portable, message) {
      if (session === undefined || isDraining) return;
      waiting.push({ portable, message, session, receivedAt: now() });
      pump();
    },
    pause() {
      isPaused = true;
    },
    resume() {
      isPaused = false;
      pump();
    },
    drain() {
      isDraining = true;
      waiting = [];
    },
    settled: async () => {
      if (serving > 0) await new Promise<void>((resolve) => whenServed.push(resolve));
      await session?.settled();
    },
  };

  function pump(): void {
    while (waiting.length > 0 && !isPaused && !isDraining) {
      if (calls.underWay() + beginning >= concurrency) {
        pumpWhenThereIsRoom();
        return;
      }
      const delivery = waiting.shift() as Delivery;
      if (isAtMostOnce) beginAcknowledged(delivery);
      else begin(delivery);
    }
  }

  function begin(delivery: Delivery): void {
    serving += 1;
    serve(delivery)
      .catch(onFault)
      .finally(() => {
        serving -= 1;
        if (serving === 0) for (const resolve of whenServed.splice(0)) resolve();
      });
  }

  function pumpWhenThereIsRoom(): void {
    if (isWaitingForRoom) return;
    isWaitingForRoom = true;
    const again = (): void => {
      isWaitingForRoom = false;
      pump();
    };
    calls.room().then(again, onFault);
  }

  function beginAcknowledged(delivery: Delivery): void {
    beginning += 1;
    delivery.session.acknowledge(delivery.message);
    // It is written in the next turn of the event loop: by the one after, the broker has it.
    setImmediate(() =>
      setImmediate(() => {
        beginning -= 1;
        begin(delivery);
        pump();
      }),
    );
  }

  async function serve(delivery: Delivery): Promise<void> {
    const { portable, message } = delivery;
    const envelope = readEnvelope(message, delivery.receivedAt);
    const { requestId, correlationId, deadline } = envelope;
    const log = options.logFor(portable.name, requestId, correlationId);
    if (isRefused(delivery, envelope, log)) return;
    let event: unknown;
    try {
      event = readEvent(message.content, message.properties);
      const limitMs = deadline === undefined ? undefined : deadline - now();
      const calling = calls.call(portable, event, { requestId, correlationId, limitMs });
      if (calling === undefined) requeue(delivery);
      else reply(delivery, envelope, writeResult(await calling));
    } catch (error) {
      failed(delivery, envelope, error, event, log);
    }
    if (waiting.length > 0) pump();
  }

  /** Settles what is not to be called, or not now. */
  function isRefused(delivery: Delivery, envelope: Envelope, log: Log): boolean {
    const { refusal, deadline, deliveries, isUncounted } = envelope;
    if (refusal !== undefined) {
      log.error('the request cannot be answered', { reason: refusal });
      giveUp(delivery);
      return true;
    }
    if (deadline !== undefined && deadline <= now()) {
      onUnserved('expired');
      reply(delivery, envelope, failure('EXPIRED', 'the request came after its deadline'));
      return true;
    }
    if (isAtMostOnce) return false;
    if (isUncounted && deliveries + 1 < attempts) {
      const { session: from, message } = delivery;
      // A classic queue does not count: the request goes back to it with its count, as a quorum queue's would.
      from.publish(message.fields.routingKey, message.content, countedAgain(message, envelope), (isDone) =>
        isDone ? acknowledge(delivery) : requeue(delivery),
      );
      return true;
    }
    if (!isUncounted && deliveries < attempts) return false;
    log.error(`the request was delivered ${attempts} times and never answered`);
    reply(delivery, envelope, failure('TOO_MANY_ATTEMPTS', `given up after ${attempts} attempts`), giveUp);
    return true;
  }

  function failed(delivery: Delivery, envelope: Envelope, error: unknown, event: unknown, log: Log): void {
    const { name, code, message } = explained(error, log);
    const hint =
      code === 'INVALID_INPUT' && event instanceof Uint8Array
        ? ' (the event came as bytes; with content_type application/json it is JSON)'
        : '';
    if (envelope.replyTo !== undefined) {
      reply(delivery, envelope, writeError({ errorType: name, errorMessage: `${message}${hint}`, code }));
    } else if (code === 'INTERNAL_ERROR') {
      // Nobody hears of it, and it may succeed next time.
      requeue(delivery);
    } else {
      log.error('the request has no reply_to to be told that it cannot succeed', { code, reason: message });
      giveUp(delivery);
    }
  }

  /** Sends a reply, and settles the request when the broker has it. */
  function reply(
    delivery: Delivery,
    { replyTo, traceparent }: Envelope,
    { content, contentType, type }: MessageBody,
    settle: (delivery: Delivery) => void = acknowledge,
  ): void {
    if (replyTo === undefined) {
      settle(delivery);
      return;
    }
    const { correlationId, deliveryMode } = delivery.message.properties;
    const properties: Options.Publish = { type };
    if (correlationId !== undefined) properties.correlationId = correlationId;
    if (contentType !== undefined) properties.contentType = contentType;
    if (traceparent !== undefined) properties.headers = { traceparent };
    if (deliveryMode === 2) properties.deliveryMode = 2;
    delivery.session.publish(replyTo, content, properties, (isDone) =>
      isDone ? settle(delivery) : requeue(delivery),
    );
  }

  function acknowledge({ session: from, message }: Delivery): void {
    from.acknowledge(message);
  }

  /** Sends a request to where its queue has dead letters. */
  function giveUp({ session: from, message }: Delivery): void {
    if (from.reject(message, false)) onUnserved('dead-lettered');
  }

  function requeue({ session: from, message }: Delivery): void {
    if (from.reject(message, true)) onUnserved('requeued');
  }
}

function failure(code: ReplyCode, errorMessage: string): MessageBody {
  return writeError({ errorType: 'WorkerError', errorMessage, code });
}
