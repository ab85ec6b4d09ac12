import { failure, type Invocation, type InvocationOutcome } from '../environments/invocation.ts';
import type { OnFault } from '../fault-boundary.ts';

/** One asynchronous invocation. */
export interface QueuedEvent {
  readonly functionName: string;
  readonly functionArn: string;
  readonly invocation: Omit<Invocation, 'settle'>;
}

/** The queue of asynchronous invocations. It belongs to the host, so that a reload keeps what waits. */
export interface EventQueue {
  /** Takes an event; false when the queue is full or closed. */
  add(event: QueuedEvent): boolean;
  /** Resolves when nothing waits, is in flight or is to be tried again. */
  empty(): Promise<void>;
  /** Takes and repeats nothing more; resolves when what is in flight has ended and all failures are recorded. */
  close(): Promise<void>;
}

/** What a queue needs. */
export interface EventQueueOptions {
  /** Invokes the function as it is now; may reject. */
  readonly run: (event: QueuedEvent) => Promise<InvocationOutcome>;
  /** Gets the record that Lambda would send to an on-failure destination. */
  readonly onFailure: (record: object) => void;
  readonly onFault: OnFault;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Lambda waits one minute and then two; here it is seconds, since somebody looks on. */
const RETRY_DELAYS_MS = [1_000, 2_000];
const MAX_EVENTS = 1_000;
/** Of all payloads together. */
const MAX_BYTES = 67_108_864;

/** Makes the queue behind `InvocationType: Event`: an event that fails is tried twice more, then recorded. */
export function createEventQueue({ run, onFailure, onFault, now }: EventQueueOptions): EventQueue {
  const waiting = new Map<NodeJS.Timeout, () => void>();
  const whenEmpty: (() => void)[] = [];
  let events = 0;
  let bytes = 0;
  let closed = false;

  async function attempt(event: QueuedEvent, count: number): Promise<void> {
    const outcome = await runOnce(event);
    if (outcome.errorType === undefined) return leave(event);
    const delay = RETRY_DELAYS_MS[count - 1];
    const give = (condition: string): void => {
      leave(event);
      onFailure(failureRecord(event, outcome, count, condition, now()));
    };
    if (delay === undefined) return give('RetriesExhausted');
    if (closed) return give('HostStopped');
    const timer = setTimeout(() => {
      waiting.delete(timer);
      start(event, count + 1);
    }, delay);
    waiting.set(timer, () => give('HostStopped'));
  }

  async function runOnce(event: QueuedEvent): Promise<InvocationOutcome> {
    try {
      return await run(event);
    } catch (error) {
      return failure('ServiceException', (error as Error).message);
    }
  }

  function start(event: QueuedEvent, count: number): void {
    attempt(event, count).catch((error) => onFault(`the event ${event.invocation.requestId}`, error));
  }

  function leave({ invocation }: QueuedEvent): void {
    events -= 1;
    bytes -= invocation.payload.length;
    if (events > 0) return;
    for (const resolve of whenEmpty.splice(0)) resolve();
  }

  async function empty(): Promise<void> {
    if (events > 0) await new Promise<void>((resolve) => whenEmpty.push(resolve));
  }

  return {
    add: (event) => {
      const { length } = event.invocation.payload;
      if (closed || events >= MAX_EVENTS || bytes + length > MAX_BYTES) return false;
      events += 1;
      bytes += length;
      start(event, 1);
      return true;
    },
    empty,
    close: async () => {
      closed = true;
      for (const [timer, give] of waiting) {
        clearTimeout(timer);
        give();
      }
      waiting.clear();
      await empty();
    },
  };
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
function failureRecord(
  { functionArn, invocation: { requestId, payload } }: QueuedEvent,
  outcome: InvocationOutcome,
  attempts: number,
  condition: string,
  nowMs: number,
): object {
  return {
    version: '1.0',
    timestamp: new Date(nowMs).toISOString(),
    requestContext: {
      requestId,
      functionArn: `${functionArn}:$LATEST`,
      condition,
      approximateInvokeCount: attempts,
    },
    requestPayload: jsonOrText(payload),
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    responsePayload: jsonOrText(outcome.payload),
  };
}

/** A runtime may answer with anything. */
function jsonOrText(payload: Buffer): unknown {
  const text = payload.toString('utf8');
  try {
    return JSON.parse(text || 'null');
  } catch {
    return text;
  }
}
