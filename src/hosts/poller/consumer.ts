import { setTimeout as sleep } from 'node:timers/promises';
import { backOffMs } from '../back-off.ts';
import { createBatcher } from './batcher.ts';
import { BATCH_SIZE, type Queue, type Received } from './queue.ts';
import { dueForExtension, type Hidden, handBackSeconds, LOOK_PART } from './visibility.ts';

/** What a consumer works with. */
export interface ConsumerOptions {
  readonly queue: Queue;
  /** Calls the function of a message; whether it succeeded. */
  readonly serve: (message: Received) => Promise<boolean>;
  /** Messages that are served at once, at least 1. */
  readonly concurrency: number;
  /** Calls under way, those included whose message has been handed back since they took too long. */
  readonly underWay: () => number;
  readonly visibilitySeconds: number;
  /** Milliseconds of a clock that never jumps. */
  readonly clock: () => number;
  readonly random: () => number;
  /** Hears what an operator must know of the queue. */
  readonly onTrouble: (message: string, error?: unknown) => void;
  readonly onDeleted: (count: number) => void;
  readonly onHandedBack: (count: number) => void;
}

/** Carries messages from one queue to their functions. */
export interface Consumer {
  /** When the queue was asked last, in ms of the clock. */
  readonly askedAt: () => number;
  /** Whether the queue answered last. */
  readonly isAnswered: () => boolean;
  /** Whether it takes no more since so many messages are served. */
  readonly isFull: () => boolean;
  /** Asks for no more messages. */
  drain(): void;
  /** Resolves when everything that was received has been served, and deleted or handed back. */
  ended(): Promise<void>;
}

type Held = Received & Hidden;

/** What is gathered into one request waits so long, in ms. */
const LINGER_MS = 20;
/** Room for less than a whole request waits so long for calls that are about to end, in ms. */
const ROOM_LINGER_MS = 5;
/** A queue that is not empty answers within this time: what it hands out then is served, not left out of sight. */
const LAST_ANSWER_MS = 500;
const MOST_RECEIVERS = 10;
/** While so many wait to be deleted, no more are received. */
const MOST_UNDELETED = 200;
const DELETE_ATTEMPTS = 5;
/** Calls that took too long end without a sign. */
const ROOM_LOOK_MS = 1_000;

/** Starts to poll. A queue that fails is asked again, for as long as the consumer runs. */
export function startConsumer(options: ConsumerOptions): Consumer {
  const { queue, concurrency, clock, random, onTrouble, visibilitySeconds } = options;
  const visibilityMs = visibilitySeconds * 1000;
  // A message of a FIFO queue that fails would take those behind it along to the dead letters, untried.
  const batchSize = queue.isFifo ? 1 : BATCH_SIZE;
  const wholeRequest = Math.min(batchSize, concurrency);
  const mostReceivers = Math.min(MOST_RECEIVERS, Math.ceil(concurrency / batchSize));
  const draining = new AbortController();
  const cutting = new AbortController();
  const held = new Set<Held>();
  const serving = new Set<Promise<void>>();
  const receiving = new Set<Promise<void>>();
  let reserved = 0;
  /** Requests at once: one more after each full answer, one when the queue is empty. */
  let receivers = 1;
  let failures = 0;
  let answered = false;
  let askedAt = clock();
  let lingering: NodeJS.Timeout | undefined;

  const deletions = createBatcher<Held>({ size: BATCH_SIZE, lingerMs: LINGER_MS, send: remove });
  const returns = createBatcher<Held>({ size: BATCH_SIZE, lingerMs: LINGER_MS, send: handBack });
  const keeper = setInterval(() => void extend(), visibilityMs * LOOK_PART);
  const looker = setInterval(poll, ROOM_LOOK_MS);
  poll();

  function room(): number {
    return concurrency - reserved - Math.max(held.size, options.underWay());
  }

  function poll(): void {
    while (!draining.signal.aborted && receiving.size < receivers && room() > 0) {
      if (deletions.pending() > MOST_UNDELETED) return;
      const most = Math.min(batchSize, room());
      reserved += most;
      const received = receive(most).finally(() => {
        receiving.delete(received);
        pollSoon();
      });
      receiving.add(received);
    }
  }

  /** Calls of a batch end one by one: a request for each place would cost as much as one for all of them. */
  function pollSoon(): void {
    if (room() >= wholeRequest) {
      clearTimeout(lingering);
      lingering = undefined;
      poll();
    } else {
      lingering ??= setTimeout(() => {
        lingering = undefined;
        poll();
      }, ROOM_LINGER_MS);
    }
  }

  async function receive(most: number): Promise<void> {
    try {
      askedAt = clock();
      const messages = await queue.receive(most, cutting.signal);
      reserved -= most;
      if (failures > 0) onTrouble('the queue answers again');
      failures = 0;
      answered = true;
      if (messages.length === most) receivers = Math.min(mostReceivers, receivers + 1);
      if (messages.length === 0) receivers = 1;
      accept(messages);
    } catch (error) {
      if (cutting.signal.aborted) return;
      reserved -= most;
      answered = false;
      receivers = 1;
      failures += 1;
      if (failures === 1) onTrouble('the queue does not answer; it is asked again', error);
      await sleep(backOffMs(failures, random), undefined, { signal: draining.signal }).catch(() => undefined);
    }
  }

  function accept(messages: readonly Received[]): void {
    const hiddenAt = clock();
    for (const message of messages) {
      const work = serve({ ...message, hiddenAt });
      serving.add(work);
      void work.finally(() => serving.delete(work));
    }
  }

  async function serve(message: Held): Promise<void> {
    held.add(message);
    const succeeded = await options.serve(message).catch((error) => {
      onTrouble('a message met a fault of the host, and goes back', error);
      return false;
    });
    held.delete(message);
    if (succeeded) deletions.add(message);
    else returns.add(message);
    pollSoon();
  }

  async function remove(messages: readonly Held[]): Promise<void> {
    const mayWaitUntil = Math.min(...messages.map(({ hiddenAt }) => hiddenAt)) + visibilityMs;
    let problem: unknown;
    for (let attempt = 1; attempt <= DELETE_ATTEMPTS; attempt += 1) {
      try {
        problem = await queue.remove(messages);
        if (problem === undefined) return options.onDeleted(messages.length);
      } catch (error) {
        problem = error;
      }
      const waitMs = backOffMs(attempt, random);
      if (clock() + waitMs > mayWaitUntil) break;
      await sleep(waitMs);
    }
    onTrouble('messages that were served could not be deleted: the queue delivers them again', problem);
  }

  async function handBack(messages: readonly Held[]): Promise<void> {
    const entries = messages.map((message) => ({
      message,
      seconds: handBackSeconds(message.receiveCount, visibilitySeconds),
    }));
    const problem = await hide(entries);
    if (problem === undefined) options.onHandedBack(messages.length);
    else onTrouble(`messages could not be handed back: they return within ${visibilitySeconds} s`, problem);
  }

  async function extend(): Promise<void> {
    const now = clock();
    const due = dueForExtension(held, now, visibilityMs);
    for (let i = 0; i < due.length; i += BATCH_SIZE) {
      const messages = due.slice(i, i + BATCH_SIZE);
      const problem = await hide(messages.map((message) => ({ message, seconds: visibilitySeconds })));
      if (problem === undefined) for (const message of messages) message.hiddenAt = now;
      // What ended meanwhile may be gone from the queue.
      else if (messages.some((message) => held.has(message))) {
        onTrouble(
          'messages that are being served could not be kept from others: they may be served twice',
          problem,
        );
      }
    }
  }

  /** @returns what went wrong. */
  async function hide(entries: Parameters<Queue['hide']>[0]): Promise<unknown> {
    try {
      return await queue.hide(entries);
    } catch (error) {
      return error;
    }
  }

  return {
    askedAt: () => askedAt,
    isAnswered: () => answered,
    isFull: () => Math.max(held.size, options.underWay()) >= concurrency,
    drain: () => {
      draining.abort();
      clearInterval(looker);
      setTimeout(() => cutting.abort(), LAST_ANSWER_MS).unref();
    },
    ended: async () => {
      await Promise.all(receiving);
      while (serving.size > 0) await Promise.all(serving);
      await Promise.all([deletions.flush(), returns.flush()]);
      clearInterval(keeper);
    },
  };
}
