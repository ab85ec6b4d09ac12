import type { AsyncConfig } from '../deployment-package/async-configs.ts';
import type { Deliver } from '../destinations/deliver.ts';
import type { EventConclusion } from '../destinations/record.ts';
import { failure, type Invocation, type InvocationOutcome } from '../environments/invocation.ts';
import type { EventBus } from '../events/event-bus.ts';
import type { OfInvocation } from '../events/platform-event.ts';
import type { OnFault } from '../fault-boundary.ts';

/** One asynchronous invocation. */
export interface QueuedEvent {
  readonly functionName: string;
  /** With the alias or version by which it is called, if any. */
  readonly functionArn: string;
  /** What the qualifier means; undefined: `$LATEST`. */
  readonly version?: string;
  /** How many functions handed it on to each other. */
  readonly hops?: number;
  readonly invocation: Omit<Invocation, 'settle'>;
}

/** The queue of asynchronous invocations. It belongs to the host, so that a reload keeps what waits. */
export interface EventQueue {
  /** Takes an event; false when the queue is full or closed. */
  add(event: QueuedEvent): boolean;
  /** Resolves when nothing waits, is in flight or is to be tried again. */
  empty(): Promise<void>;
  /** Takes and repeats nothing more; resolves when what is in flight has ended and everybody has been told of it. */
  close(): Promise<void>;
}

/** What a queue needs. */
export interface EventQueueOptions {
  /** Invokes the function as it is now; may reject. */
  readonly run: (event: QueuedEvent) => Promise<InvocationOutcome>;
  /** What the templates say of such invocations of the function. */
  readonly configOf: (event: QueuedEvent) => AsyncConfig;
  /** Gets every event that has ended. */
  readonly deliver: Deliver;
  readonly onFault: OnFault;
  readonly events: EventBus;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Lambda waits one minute and then two; here it is seconds, since somebody looks on. Ages of events count as there. */
const RETRY_DELAYS = [
  { hereMs: 1_000, onAwsMs: 60_000 },
  { hereMs: 2_000, onAwsMs: 120_000 },
];
const MAX_EVENTS = 1_000;
/** Of all payloads together. */
const MAX_BYTES = 67_108_864;

interface Accepted extends QueuedEvent {
  /** When it was accepted, in ms since the epoch. */
  readonly queuedMs: number;
}

/** Makes the queue behind `InvocationType: Event`: an event that fails is tried again, as often as its configuration says. */
export function createEventQueue(options: EventQueueOptions): EventQueue {
  const { run, configOf, deliver, onFault, events: bus, now } = options;
  const waiting = new Map<NodeJS.Timeout, () => void>();
  const whenEmpty: (() => void)[] = [];
  let events = 0;
  let bytes = 0;
  let closed = false;

  async function attempt(event: Accepted, count: number, waitedMs: number): Promise<void> {
    const { queuedMs } = event;
    bus.emit({ type: 'async-tried', timeMs: now(), ...about(event), queuedMs, attempt: count });
    const outcome = await runOnce({ ...event, invocation: { ...event.invocation, attempt: count } });
    const { maximumRetryAttempts, maximumEventAgeSeconds } = configOf(event);
    const end = (condition: EventConclusion['condition']): void => {
      conclude(event, { condition, attempts: count, outcome });
    };
    if (outcome.errorType === undefined) return end('Success');
    const delay = count > maximumRetryAttempts ? undefined : RETRY_DELAYS[count - 1];
    if (delay === undefined) return end('RetriesExhausted');
    const waited = waitedMs + delay.onAwsMs;
    if (waited >= maximumEventAgeSeconds * 1_000) return end('EventAgeExceeded');
    if (closed) return end('HostStopped');
    const timer = setTimeout(() => {
      waiting.delete(timer);
      start(event, count + 1, waited);
    }, delay.hereMs);
    waiting.set(timer, () => end('HostStopped'));
  }

  /** The event leaves when everybody has been told. */
  function conclude(event: Accepted, conclusion: EventConclusion): void {
    deliver(event, conclusion, configOf(event))
      .catch((error) => onFault(`the event ${event.invocation.requestId}`, error))
      .finally(() => leave(event));
    const { condition } = conclusion;
    bus.emit({ type: 'async-ended', timeMs: now(), ...about(event), queuedMs: event.queuedMs, condition });
  }

  async function runOnce(event: QueuedEvent): Promise<InvocationOutcome> {
    try {
      return await run(event);
    } catch (error) {
      return failure('ServiceException', (error as Error).message);
    }
  }

  function start(event: Accepted, count: number, waitedMs: number): void {
    attempt(event, count, waitedMs).catch((error) =>
      onFault(`the event ${event.invocation.requestId}`, error),
    );
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
      const queuedMs = now();
      bus.emit({ type: 'async-queued', timeMs: queuedMs, ...about(event) });
      start({ ...event, queuedMs }, 1, 0);
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

function about({ functionName, version = '$LATEST', invocation }: QueuedEvent): OfInvocation {
  const { requestId, traceId } = invocation;
  return { functionName, version, requestId, traceId };
}
