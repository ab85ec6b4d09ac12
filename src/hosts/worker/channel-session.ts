import type { ConfirmChannel, ConsumeMessage, Message, Options } from 'amqplib';
import { createAckWindow } from './ack-window.ts';

/** One channel, as long as it lives: nothing is settled on another than it came from. */
export interface ChannelSession {
  readonly isOpen: () => boolean;
  /** The channel is gone: what is said from now on is dropped, and the broker delivers again what is open. */
  end(): void;
  /** Acknowledges, once: together with others, at the latest {@link ACK_DELAY_MS} later. */
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

/** An acknowledgement waits so long for a reply that it can be written with: alone it costs as much as that. */
const ACK_DELAY_MS = 2;

/**
 * Wraps a channel.
 * @param prefetch deliveries that the broker leaves open: it goes on when they are acknowledged, so no more than a
 * quarter of them wait. 0: none waits.
 * @param onFault takes what amqplib throws on a channel that is closing.
 */
export function createSession(
  channel: ConfirmChannel,
  prefetch: number,
  onFault: (error: unknown) => void,
): ChannelSession {
  const mostWaiting = Math.floor(prefetch / 4);
  const window = createAckWindow();
  let whenSettled: (() => void)[] = [];
  let isOpen = true;
  let timer: NodeJS.Timeout | undefined;
  let unconfirmed = 0;

  return {
    isOpen: () => isOpen,
    end() {
      isOpen = false;
      clearTimeout(timer);
      timer = undefined;
      tellSettled();
    },
    acknowledge(message) {
      if (!isOpen || !window.ack(message.fields.deliveryTag)) return;
      if (window.waiting() > mostWaiting) flush();
      else timer ??= setTimeout(flush, ACK_DELAY_MS);
    },
    reject(message, isRequeued) {
      if (!isOpen || !window.settleOtherwise(message.fields.deliveryTag)) return false;
      attempt(() => channel.nack(message, false, isRequeued));
      return true;
    },
    publish(queue, content, properties, onDone) {
      if (!isOpen) return;
      if (timer !== undefined) flush();
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

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
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
    if (isOpen && (unconfirmed > 0 || timer !== undefined)) return;
    for (const resolve of whenSettled) resolve();
    whenSettled = [];
  }
}

/** What amqplib reads of a message that is acknowledged. */
function tagged(deliveryTag: number): Message {
  return { fields: { deliveryTag } } as Message;
}
