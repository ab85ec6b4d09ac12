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
  }) => Promise<boolean>;
  readonly send: SendMessage;
  readonly onNotice: (message: string) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Tells everybody who is to know how an event ended; never rejects. Resolves with whether a destination got it. */
export type Deliver = (
  event: QueuedEvent,
  conclusion: EventConclusion,
  config: AsyncConfig,
) => Promise<boolean>;

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
    const isTaken = await hand(event, succeeded ? onSuccess : failures, {
      body,
      subject: `Lambda Function Invocation Result - ${kind}`,
      attributes: {},
    });
    if (succeeded) return isTaken;
    const { payload } = event.invocation;
    const attributes = deadLetterAttributes(event, conclusion);
    const letter = { body: payload.toString('utf8'), subject: undefined, attributes };
    return (await hand(event, deadLetters, letter)) || isTaken;
  };

  async function hand(event: QueuedEvent, to: Destination | undefined, message: Message): Promise<boolean> {
    if (to === undefined) return false;
    const lost = (reason: string): boolean => {
      onNotice(
        `${event.functionName}: what became of ${event.invocation.requestId} does not reach ${to.arn}: ${reason}`,
      );
      return false;
    };
    if (to.service === 'lambda') {
      const { traceId } = event.invocation;
      const hops = (event.hops ?? 0) + 1;
      if (hops > MAX_HOPS) return lost(`functions have called each other ${MAX_HOPS} times in a row`);
      const isTaken = await enqueue({
        functionArn: to.arn,
        hops,
        payload: Buffer.from(message.body),
        traceId,
      });
      return isTaken || lost('too many events are waiting');
    }
    return send(to, message, event.functionArn).then(
      () => true,
      (error: Error) => lost(error.message),
    );
  }
}
