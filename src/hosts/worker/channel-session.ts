import type { ConfirmChannel, ConsumeMessage, Message, Options } from 'amqplib';
import { createAckWindow } from './ack-window.ts';

/** One channel, as long as it lives: nothing is settled on another than it came from. */
export interface ChannelSession {
  readonly isOpen: () => boolean;
  /** The channel is gone: what is said from now on is dropped, and the broker delivers again what is open. */
  end(): void;
  /** Acknowledges, once; with others, in the next turn of the event loop. */
  acknowledge(message: ConsumeMessage): void;
  /** Sends a message to where its queue has dead letters, or back to the queue. @returns false: it was settled before. */
  reject(message: ConsumeMessage, isRequeued: boolean): boolean;
  /** Publishes, and tells once whether the broker has it; never after the end. */
  publish(
    queue: string,
    content: Buffer,
    properties: Options.Publish,
    onDone: (isDone: boolean) => void,
  ): void;
  /** Resolves when all that was published is confirmed, and all acknowledgements are written, or at the end. */
  settled(): Promise<void>;
}

/** Wraps a channel. @param onFault takes what amqplib throws on a channel that is closing. */
export function createSession(channel: ConfirmChannel, onFault: (error: unknown) => void): ChannelSession {
  const window = createAckWindow();
  const settled = new WeakSet<ConsumeMessage>();
  let whenSettled: (() => void)[] = [];
  let isOpen = true;
  let isFlushing = false;
  let unconfirmed = 0;

  return {
    isOpen: () => isOpen,
    end() {
      isOpen = false;
      tellSettled();
    },
    acknowledge(message) {
      if (!begin(message)) return;
      window.ack(message.fields.deliveryTag);
      if (isFlushing) return;
      isFlushing = true;
      setImmediate(flush);
    },
    reject(message, isRequeued) {
      if (!begin(message)) return false;
      window.settledOtherwise(message.fields.deliveryTag);
      attempt(() => channel.nack(message, false, isRequeued));
      return true;
    },
    publish(queue, content, properties, onDone) {
      if (!isOpen) return;
      attempt(() => {
        channel.publish('', queue, content, properties, (refused: unknown) => {
          unconfirmed -= 1;
          if (isOpen) onDone(refused === null || refused === undefined);
          tellSettled();
        });
        unconfirmed += 1;
      });
    },
    settled: () =>
      new Promise((resolve) => {
        whenSettled.push(resolve);
        tellSettled();
      }),
  };

  function begin(message: ConsumeMessage): boolean {
    if (!isOpen || settled.has(message)) return false;
    settled.add(message);
    return true;
  }

  function flush(): void {
    isFlushing = false;
    const { upTo, singles } = window.flush();
    attempt(() => {
      if (!isOpen) return;
      if (upTo !== undefined) channel.ack(tagged(upTo), true);
      for (const tag of singles) channel.ack(tagged(tag));
    });
    tellSettled();
  }

  function attempt(action: () => void): void {
    try {
      action();
    } catch (error) {
      onFault(error);
    }
  }

  function tellSettled(): void {
    if (isOpen && (unconfirmed > 0 || isFlushing)) return;
    for (const resolve of whenSettled) resolve();
    whenSettled = [];
  }
}

/** What amqplib reads of a message that is acknowledged. */
function tagged(deliveryTag: number): Message {
  return { fields: { deliveryTag } } as Message;
}
