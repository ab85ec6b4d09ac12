import type { SqsMessage } from './sqs-client.ts';

/** A message, and the record that a function gets of it. */
export interface Received {
  readonly message: SqsMessage;
  readonly record: object;
}

/** What a mapping says of its batches. */
export interface BatchOptions {
  /** Messages, 1 to 10 000. */
  readonly batchSize: number;
  /** Time to gather messages, 0 to 300. */
  readonly windowSeconds: number;
  /** Milliseconds of a clock that never jumps. */
  readonly clock: () => number;
}

/** Gathers messages until there are enough, they are large enough, or the first one has waited for the window. */
export interface Batch {
  size(): number;
  /** How long the next long poll may take, in whole seconds. */
  waitSeconds(longest: number): number;
  add(received: readonly Received[]): void;
  /** The next batch that is ready; empty: none is. */
  take(): readonly Received[];
  /** The next batch, ready or not. */
  takeEarly(): readonly Received[];
}

/** Of the event's JSON; an invocation takes 6 MB. */
const MAX_BYTES = 6_291_456 - 1_024;

/** Makes an empty batch. */
export function createBatch({ batchSize, windowSeconds, clock }: BatchOptions): Batch {
  const waiting: (Received & { readonly bytes: number })[] = [];
  let endsAt = 0;
  return {
    size: () => waiting.length,
    waitSeconds: (longest) =>
      waiting.length === 0 ? longest : Math.min(longest, Math.max(0, Math.ceil((endsAt - clock()) / 1_000))),
    add: (received) => {
      if (waiting.length === 0) endsAt = clock() + windowSeconds * 1_000;
      for (const one of received) {
        waiting.push({ ...one, bytes: Buffer.byteLength(JSON.stringify(one.record)) + 1 });
      }
    },
    take: () => {
      const count = countOfNext();
      const isFull = count === batchSize || count < waiting.length;
      return isFull || clock() >= endsAt ? waiting.splice(0, count) : [];
    },
    takeEarly: () => waiting.splice(0, countOfNext()),
  };

  function countOfNext(): number {
    let count = 0;
    let bytes = 0;
    while (count < Math.min(batchSize, waiting.length)) {
      bytes += waiting[count]?.bytes ?? 0;
      if (count > 0 && bytes > MAX_BYTES) break;
      count += 1;
    }
    return count;
  }
}
