import type { AsyncConfig } from '../deployment-package/async-configs.ts';
import type { Deliver } from '../destinations/deliver.ts';
import type { EventConclusion } from '../destinations/record.ts';
import { failure, type Invocation, type InvocationOutcome } from '../environments/invocation.ts';
import type { AcceptedEvent } from '../event-journal/event-journal.ts';
import { createFailedEvents, type FailedEvent } from '../event-journal/failed-events.ts';
import type { Journal } from '../event-journal/journal.ts';
import type { EventBus } from '../events/event-bus.ts';
import type { OfInvocation } from '../events/platform-event.ts';
import type { OnFault } from '../fault-boundary.ts';
import { createBacklogs, type EventLimits } from './event-backlogs.ts';
import { type EventDelay, retryDelay, throttleDelay } from './event-delays.ts';

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

/** Why an event is not taken. */
export interface EventRefusal {
  /** 429: one function has too many; 503: the whole host has, or it cannot keep them. */
  readonly status: 429 | 503;
  readonly message: string;
}

/** The queue of asynchronous invocations. It belongs to the host, so that a reload keeps what waits. */
export interface EventQueue {
  /** Takes an event; when it resolves with undefined and there is a journal, the event survives the host. */
  add(event: QueuedEvent): Promise<EventRefusal | undefined>;
  /** Goes on with the events of the journal. */
  resume(): void;
  /** The events that failed for good and that nobody else got, the oldest first; undefined: of all functions. */
  failed(functionName?: string): readonly FailedEvent[];
  /** Tries failed events again from the beginning. @returns how many, and why no more. */
  redrive(functionName?: string): Promise<{ readonly sent: number; readonly refusal?: string }>;
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
  /** Keeps the events; undefined: they end with the host. */
  readonly journal: Journal<AcceptedEvent> | undefined;
  readonly limits: EventLimits;
  readonly onFault: OnFault;
  readonly onNotice: (message: string) => void;
  readonly events: EventBus;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** From 0 to below 1. */
  readonly random: () => number;
}

/** Makes the queue behind `InvocationType: Event`: an event that fails is tried again, as often as its configuration says. */
export function createEventQueue(options: EventQueueOptions): EventQueue {
  const { run, configOf, deliver, journal, onFault, events: bus, now, random } = options;
  const backlogs = createBacklogs<AcceptedEvent>(options.limits, (accepted) => void attempt(accepted));
  const failedEvents = createFailedEvents(journal, options.onNotice);
  const waiting = new Map<NodeJS.Timeout, AcceptedEvent>();
  let closed = false;

  /** Never rejects. */
  async function attempt(accepted: AcceptedEvent): Promise<void> {
    const { event } = accepted;
    // Many may end at once without having run.
    await undefined;
    try {
      if (isTooOld(accepted)) {
        conclude(accepted, 'EventAgeExceeded', failure('EventAgeExceeded', 'the event became too old'));
        return;
      }
      if (closed) {
        stop(accepted, failure('ServiceException', 'local-lambda is stopping'));
        return;
      }
      const count = accepted.attempts + 1;
      bus.emit({
        type: 'async-tried',
        timeMs: now(),
        ...about(event),
        queuedMs: accepted.queuedMs,
        attempt: count,
      });
      const outcome = await runOnce({ ...event, invocation: { ...event.invocation, attempt: count } });
      judge(accepted, outcome);
    } catch (error) {
      onFault(`the event ${event.invocation.requestId}`, error);
    } finally {
      backlogs.ended(event.functionName);
    }
  }

  function judge(accepted: AcceptedEvent, outcome: InvocationOutcome): void {
    if (closed && journal !== undefined && outcome.refusal === 'host-fault') {
      stop(accepted, outcome);
      return;
    }
    // Throttling is no attempt: as on Lambda it is tried again for as long as the event may grow old.
    const isThrottled = outcome.refusal === 'throttled' && outcome.isForGood !== true;
    const attempts = accepted.attempts + (isThrottled ? 0 : 1);
    const tried = { ...accepted, attempts };
    const delay = isThrottled
      ? throttleDelay(accepted.waitedMs, random)
      : delayOfRetry(accepted.event, attempts, outcome);
    if (outcome.errorType === undefined) conclude(tried, 'Success', outcome);
    else if (delay === undefined) conclude(tried, 'RetriesExhausted', outcome);
    else {
      const waitedMs = accepted.waitedMs + delay.onAwsMs;
      const later = { ...tried, waitedMs, dueMs: now() + delay.hereMs };
      if (isTooOld(later)) conclude(tried, 'EventAgeExceeded', outcome);
      else if (closed) stop(tried, outcome);
      else {
        const { dueMs } = later;
        journal?.change(accepted.event.invocation.requestId, { attempts, waitedMs, dueMs });
        wait(later);
      }
    }
  }

  function delayOfRetry(
    event: QueuedEvent,
    attempts: number,
    { isForGood }: InvocationOutcome,
  ): EventDelay | undefined {
    if (isForGood === true || attempts > configOf(event).maximumRetryAttempts) return undefined;
    return retryDelay(attempts, random);
  }

  function wait(accepted: AcceptedEvent): void {
    const timer = setTimeout(
      () => {
        waiting.delete(timer);
        backlogs.push(accepted.event.functionName, accepted);
      },
      Math.max(0, accepted.dueMs - now()),
    );
    waiting.set(timer, accepted);
  }

  function isTooOld({ event, waitedMs, queuedMs }: AcceptedEvent): boolean {
    return Math.max(waitedMs, now() - queuedMs) >= configOf(event).maximumEventAgeSeconds * 1_000;
  }

  /** The host ends: what is kept goes on with the next one, all else is told of. */
  function stop(accepted: AcceptedEvent, outcome: InvocationOutcome): void {
    if (journal !== undefined) backlogs.leave(accepted.event);
    else conclude(accepted, 'HostStopped', outcome);
  }

  /** The event leaves when everybody has been told. */
  function conclude(
    { event, attempts, queuedMs }: AcceptedEvent,
    condition: EventConclusion['condition'],
    outcome: InvocationOutcome,
  ): void {
    const { requestId } = event.invocation;
    const conclusion = { condition, attempts, outcome };
    void deliver(event, conclusion, configOf(event))
      .then((isReached) => {
        if (condition === 'Success' || isReached) journal?.remove(requestId);
        else failedEvents.keep(event, conclusion, now());
      })
      .catch((error) => onFault(`the event ${requestId}`, error))
      .finally(() => backlogs.leave(event));
    bus.emit({ type: 'async-ended', timeMs: now(), ...about(event), queuedMs, condition });
  }

  async function runOnce(event: QueuedEvent): Promise<InvocationOutcome> {
    try {
      return await run(event);
    } catch (error) {
      return failure('ServiceException', (error as Error).message);
    }
  }

  function begin(accepted: AcceptedEvent): void {
    bus.emit({ type: 'async-queued', timeMs: accepted.queuedMs, ...about(accepted.event) });
    if (accepted.dueMs > now()) wait(accepted);
    else backlogs.push(accepted.event.functionName, accepted);
  }

  async function add(event: QueuedEvent): Promise<EventRefusal | undefined> {
    if (closed) return { status: 503, message: 'local-lambda is stopping' };
    const refusal = backlogs.enter(event);
    if (refusal !== undefined) return refusal;
    const queuedMs = now();
    const accepted = { event, queuedMs, attempts: 0, waitedMs: 0, dueMs: 0, failure: undefined };
    try {
      await journal?.put(event.invocation.requestId, accepted);
    } catch (error) {
      backlogs.leave(event);
      return { status: 503, message: `The event cannot be kept: ${(error as Error).message}` };
    }
    begin(accepted);
    return undefined;
  }

  return {
    add,
    resume: () => {
      for (const accepted of journal?.entries.values() ?? []) {
        if (accepted.failure !== undefined) continue;
        // What was accepted once is not refused now.
        backlogs.enter(accepted.event, true);
        begin(accepted);
      }
    },
    failed: failedEvents.list,
    redrive: async (functionName) => {
      let sent = 0;
      for (const { requestId } of failedEvents.list(functionName)) {
        const event = journal?.entries.get(requestId)?.event;
        const refusal = event === undefined ? undefined : await add(event);
        if (refusal !== undefined) return { sent, refusal: refusal.message };
        if (event !== undefined) sent += 1;
      }
      return { sent };
    },
    empty: backlogs.empty,
    close: async () => {
      closed = true;
      const stopped = failure('ServiceException', 'local-lambda is stopping');
      for (const [timer, accepted] of waiting) {
        clearTimeout(timer);
        stop(accepted, stopped);
      }
      waiting.clear();
      await backlogs.empty();
      await journal?.close();
    },
  };
}

function about({ functionName, version = '$LATEST', invocation }: QueuedEvent): OfInvocation {
  const { requestId, traceId } = invocation;
  return { functionName, version, requestId, traceId };
}
