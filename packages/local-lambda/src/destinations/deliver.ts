import type { AsyncConfig, Destination } from '../deployment-package/async-configs.ts';
import type { QueuedEvent } from '../lambda-api/event-queue.ts';
import { deadLetterAttributes, destinationRecord, type EventConclusion } from './record.ts';
import type { Message, SendMessage } from './send-message.ts';

/** What is done with events that have ended. */
export interface DeliverOptions {
  /** Hears of every failure. */
  readonly onFailure: (record: object) => void;
  /** Hands a record to another function; false: the queue is full. */
  readonly enqueue: (to: {
    readonly functionArn: string;
    readonly hops: number;
    readonly payload: Buffer;
    /** The trace of the event, which goes on. */
    readonly traceId: string;
  }) => boolean;
  readonly send: SendMessage;
  readonly onNotice: (message: string) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Tells everybody who is to know how an event ended; never rejects. */
export type Deliver = (event: QueuedEvent, conclusion: EventConclusion, config: AsyncConfig) => Promise<void>;

/** As Lambda's detection of loops, which stops a chain of functions after about so many calls. */
const MAX_HOPS = 16;

/** Makes what hands on the records of asynchronous invocations, and their dead letters. */
export function createDeliver({ onFailure, enqueue, send, onNotice, now }: DeliverOptions): Deliver {
  return async (event, conclusion, { onSuccess, onFailure: failures, deadLetters }) => {
    const record = destinationRecord(event, conclusion, now());
    const succeeded = conclusion.condition === 'Success';
    if (!succeeded) onFailure(record);
    const body = JSON.stringify(record);
    const kind = succeeded ? 'Success' : 'Failure';
    await hand(event, succeeded ? onSuccess : failures, {
      body,
      subject: `Lambda Function Invocation Result - ${kind}`,
      attributes: {},
    });
    if (succeeded) return;
    const { payload } = event.invocation;
    const attributes = deadLetterAttributes(event, conclusion);
    await hand(event, deadLetters, { body: payload.toString('utf8'), subject: undefined, attributes });
  };

  async function hand(event: QueuedEvent, to: Destination | undefined, message: Message): Promise<void> {
    if (to === undefined) return;
    const lost = (reason: string) =>
      onNotice(
        `${event.functionName}: what became of ${event.invocation.requestId} does not reach ${to.arn}: ${reason}`,
      );
    if (to.service === 'lambda') {
      const { traceId } = event.invocation;
      const hops = (event.hops ?? 0) + 1;
      if (hops > MAX_HOPS) lost(`functions have called each other ${MAX_HOPS} times in a row`);
      else if (!enqueue({ functionArn: to.arn, hops, payload: Buffer.from(message.body), traceId })) {
        lost('too many events are waiting');
      }
      return;
    }
    await send(to, message, event.functionArn).catch((error: Error) => lost(error.message));
  }
}
