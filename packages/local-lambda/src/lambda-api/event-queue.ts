import type { InvocationOutcome } from '../environments/invocation.ts';

/** One asynchronous invocation. */
export interface QueuedEvent {
  readonly functionArn: string;
  readonly requestId: string;
  readonly payload: Buffer;
  readonly run: () => Promise<InvocationOutcome>;
}

/** The queue of asynchronous invocations. */
export interface EventQueue {
  /** Takes an event; false when the queue is full. */
  add(event: QueuedEvent): boolean;
  /** Records what still waits for a retry as failed. */
  close(): void;
}

/** Lambda waits one minute and then two; here it is seconds, since somebody looks on. */
const RETRY_DELAYS_MS = [1_000, 2_000];
const MAX_EVENTS = 1_000;

/**
 * Makes the queue behind `InvocationType: Event`: an event that fails is tried twice more, then recorded.
 * @param onFailure gets the record that Lambda would send to an on-failure destination.
 */
export function createEventQueue(onFailure: (record: object) => void, now: () => number): EventQueue {
  let inside = 0;
  const waiting = new Map<NodeJS.Timeout, () => void>();

  function give(event: QueuedEvent, attempt: number): void {
    void event.run().then((outcome) => {
      if (outcome.errorType === undefined) {
        inside -= 1;
        return;
      }
      const delay = RETRY_DELAYS_MS[attempt - 1];
      const fail = (condition: string): void => {
        inside -= 1;
        onFailure(failureRecord(event, outcome, attempt, condition, now()));
      };
      if (delay === undefined) {
        fail('RetriesExhausted');
        return;
      }
      const timer = setTimeout(() => {
        waiting.delete(timer);
        give(event, attempt + 1);
      }, delay);
      waiting.set(timer, () => fail('HostStopped'));
    });
  }

  return {
    add: (event) => {
      if (inside >= MAX_EVENTS) return false;
      inside += 1;
      give(event, 1);
      return true;
    },
    close: () => {
      for (const [timer, fail] of waiting) {
        clearTimeout(timer);
        fail();
      }
      waiting.clear();
    },
  };
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
function failureRecord(
  event: QueuedEvent,
  outcome: InvocationOutcome,
  attempts: number,
  condition: string,
  nowMs: number,
): object {
  return {
    version: '1.0',
    timestamp: new Date(nowMs).toISOString(),
    requestContext: {
      requestId: event.requestId,
      functionArn: `${event.functionArn}:$LATEST`,
      condition,
      approximateInvokeCount: attempts,
    },
    requestPayload: JSON.parse(event.payload.toString('utf8') || 'null'),
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    responsePayload: JSON.parse(outcome.payload.toString('utf8') || 'null'),
  };
}
