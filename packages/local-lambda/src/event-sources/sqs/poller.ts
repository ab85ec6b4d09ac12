import type { SqsMapping } from '../../deployment-package/sqs-mappings.ts';
import { hostFault, type InvocationOutcome } from '../../environments/invocation.ts';
import { createTellOnce } from '../../tell-once.ts';
import { backOff } from '../back-off.ts';
import { type Batch, createBatch, type Received } from './batch.ts';
import { CHUNK, deleteMessages } from './delete-messages.ts';
import type { FoundQueue, Queues } from './queues.ts';
import type { SqsClient } from './sqs-client.ts';
import { batchResult, sqsRecord } from './sqs-event.ts';

/** What a poller needs. */
export interface PollerOptions {
  readonly mapping: SqsMapping;
  readonly client: SqsClient;
  readonly queues: Queues;
  /** Batches at once, at least 1. */
  readonly concurrency: number;
  /** Invokes the mapping's function. */
  readonly invoke: (payload: Buffer) => Promise<InvocationOutcome>;
  readonly onNotice: (message: string) => void;
  /** Hears of the queue when it is found, at first and after each failure. */
  readonly onQueue: (queue: FoundQueue) => void;
  /** Milliseconds of a clock that never jumps. */
  readonly clock: () => number;
  readonly random: () => number;
}

/** Carries messages from one queue to one function. */
export interface Poller {
  /** Takes no more messages; resolves, within a few seconds, when the function has been invoked with all that was taken. */
  stop(): Promise<void>;
  /** Resolves when the batches in flight have ended. */
  ended(): Promise<void>;
}

/**
 * How long a long poll lasts: a stop waits for it, since messages that a server hands to a request which has been
 * given up count as received, and may be on their way to the dead-letter queue without having been seen.
 */
const POLL_SECONDS = 1;
/** A server that does not answer keeps a stop for so long. */
const STOP_LIMIT_MS = 3_000;

/** Starts to poll; a queue that fails or is missing is tried again for as long as the host runs. */
export function startPoller(options: PollerOptions): Poller {
  const { mapping, client, clock } = options;
  const { queueName, functionName, batchSize, windowSeconds } = mapping;
  const fifo = queueName.endsWith('.fifo');
  const stop = new AbortController();
  const stopping = stop.signal;
  const cutting = new AbortController();
  /** Ends the wait for a place. */
  let wake = (): void => undefined;
  stopping.addEventListener('abort', () => wake());
  const inFlight = new Set<Promise<void>>();
  const tellOnce = createTellOnce(options.onNotice);
  let failures = 0;

  async function run(): Promise<void> {
    while (!stopping.aborted) {
      try {
        const queue = await options.queues.find(queueName, cutting.signal);
        options.onQueue(queue);
        await poll(queue.url);
      } catch (error) {
        if (stopping.aborted) return;
        failures += 1;
        if (failures === 1) {
          options.onNotice(`${queueName}: ${(error as Error).message}; it is tried again`);
        }
        await backOff(failures, options.random, stopping);
      }
    }
  }

  async function poll(url: string): Promise<void> {
    const batch = createBatch({ ...mapping, clock });
    try {
      while (!stopping.aborted) {
        await freePlace();
        if (stopping.aborted) return;
        batch.add(await receive(url, batch));
        await serveReady(url, () => batch.take());
      }
    } finally {
      await serveReady(url, () => batch.takeEarly());
    }
  }

  /** Takes what fits; deletes what no filter lets pass, as Lambda does. */
  async function receive(url: string, batch: Batch): Promise<readonly Received[]> {
    // The messages of one group must not be in two batches at once, so a FIFO queue fills one after the other.
    const places = fifo || windowSeconds > 0 ? 1 : options.concurrency - inFlight.size;
    const max = Math.min(CHUNK, batchSize * places - batch.size());
    const waitSeconds = batch.waitSeconds(POLL_SECONDS);
    const messages = await client.receive(url, { max, waitSeconds }, cutting.signal);
    if (failures > 0) options.onNotice(`${queueName}: it is there again`);
    failures = 0;
    const all = messages.map((message) => ({ message, record: sqsRecord(message, mapping.queueArn) }));
    const dropped = all.filter((one) => !passes(one)).map(({ message }) => message);
    if (dropped.length > 0) track(deleteMessages(client, url, dropped, options.random));
    return all.filter(passes);
  }

  async function serveReady(url: string, take: () => readonly Received[]): Promise<void> {
    for (;;) {
      await freePlace();
      const ready = take();
      if (ready.length === 0) return;
      track(serve(url, ready));
    }
  }

  function passes({ record }: Received): boolean {
    return mapping.filters.length === 0 || mapping.filters.some((filter) => filter(record));
  }

  /** Once it stops, the last batch does not wait: the function may take minutes. */
  async function freePlace(): Promise<void> {
    while (inFlight.size >= options.concurrency && !stopping.aborted) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }

  function track(work: Promise<void>): void {
    const tracked = work
      .catch((error: Error) => options.onNotice(`${queueName}: ${error.message}`))
      .finally(() => {
        inFlight.delete(tracked);
        wake();
      });
    inFlight.add(tracked);
  }

  async function serve(url: string, batch: readonly Received[]): Promise<void> {
    const payload = Buffer.from(JSON.stringify({ Records: batch.map(({ record }) => record) }));
    const outcome = await options.invoke(payload).catch((error: Error) => hostFault(error.message));
    const messages = batch.map(({ message }) => message);
    const ids = messages.map(({ MessageId }) => MessageId);
    const { failed, problem } = batchResult(outcome, mapping.reportsFailures, ids);
    if (problem !== undefined) tellOnce(`${functionName}: its answer ${problem}: the whole batch has failed`);
    const done = messages.filter(({ MessageId }) => !failed.has(MessageId));
    await deleteMessages(client, url, done, options.random);
  }

  const running = run();
  return {
    stop: async () => {
      stop.abort();
      const late = setTimeout(() => cutting.abort(), STOP_LIMIT_MS);
      await running;
      clearTimeout(late);
    },
    ended: async () => {
      await Promise.all(inFlight);
    },
  };
}
