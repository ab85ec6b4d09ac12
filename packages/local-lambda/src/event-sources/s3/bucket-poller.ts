import { setTimeout as sleep } from 'node:timers/promises';
import type { BucketNotification } from '../../deployment-package/bucket-notifications.ts';
import { backOff } from '../back-off.ts';
import {
  applyChange,
  type BucketChange,
  type BucketListing,
  type BucketState,
  bucketChanges,
  firstState,
} from './bucket-changes.ts';
import type { S3Client, S3Object } from './s3-client.ts';
import { eventNameFor, s3Event } from './s3-event.ts';

/** What looking at a bucket needs. */
export interface BucketPollerOptions {
  readonly bucket: string;
  readonly region: string;
  /** Whether a template says that it is to be created. */
  readonly isOwn: boolean;
  readonly notifications: readonly BucketNotification[];
  /** What it held before; it survives a reload. Undefined: what it holds at first is no news. */
  readonly known: BucketState | undefined;
  readonly onKnown: (state: BucketState) => void;
  readonly client: S3Client;
  /** Hands an event to the queue of asynchronous invocations; false: it is full. */
  readonly invokeLater: (functionName: string, payload: Buffer) => Promise<boolean>;
  readonly onNotice: (message: string) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly newId: () => string;
  readonly random: () => number;
}

/** Something that runs until it is stopped. */
export interface BucketPoller {
  /** Resolves when the bucket has been looked at for the first time, or that has failed. */
  readonly ready: Promise<void>;
  /** Resolves when nothing more comes of it. */
  stop(): Promise<void>;
}

const INTERVAL_MS = 1_000;
/** Looking takes at most this part of the time. */
const LOOKING_SHARE = 0.1;
const MAX_PAGES = 20;

/**
 * Looks at a bucket every second and invokes functions for what has changed. A bucket or server that is missing is
 * looked for again.
 */
export function pollBucket(options: BucketPollerOptions): BucketPoller {
  const { bucket, client, onNotice, now } = options;
  const prefix = commonPrefix(options.notifications.map((one) => one.prefix));
  const stopping = new AbortController();
  const { signal } = stopping;
  let sequence = BigInt(now()) << 12n;
  // Of other keys nothing is known.
  let known = options.known?.prefix === prefix ? options.known : undefined;
  let failures = 0;
  let isTold = false;
  let onReady = (): void => undefined;
  const ready = new Promise<void>((resolve) => {
    onReady = resolve;
  });

  async function run(): Promise<void> {
    while (!signal.aborted) {
      try {
        await findBucket();
        if (options.notifications.length === 0) return onReady();
        for (;;) {
          const startedMs = now();
          await look();
          onReady();
          const tookMs = now() - startedMs;
          await sleep(Math.max(INTERVAL_MS, tookMs / LOOKING_SHARE), undefined, { signal });
        }
      } catch (error) {
        onReady();
        if (signal.aborted) return;
        failures += 1;
        if (failures === 1) onNotice(`${bucket}: ${(error as Error).message}; it is tried again`);
        await backOff(failures, options.random, signal);
      }
    }
  }

  async function findBucket(): Promise<void> {
    if (await client.exists(bucket, signal)) return;
    if (!options.isOwn) throw new Error('there is no such bucket, and no template that creates it');
    await client.create(bucket, signal);
    // What was in a bucket that is gone was not removed one by one.
    known = { objects: new Map(), prefix, seenTo: undefined };
  }

  async function look(): Promise<void> {
    const listing = await listAll();
    if (failures > 0) onNotice(`${bucket}: it is there again`);
    failures = 0;
    if (known === undefined) known = firstState(listing, prefix);
    else {
      for (const change of bucketChanges(known, listing)) if (await tell(change)) applyChange(known, change);
    }
    options.onKnown(known);
  }

  async function listAll(): Promise<BucketListing> {
    const all: S3Object[] = [];
    let from: string | undefined;
    for (let pages = 0; pages < MAX_PAGES; pages += 1) {
      const page = await client.list(bucket, prefix, from, signal);
      all.push(...page.objects);
      from = page.next;
      if (from === undefined) return { objects: all, isCut: false };
    }
    if (!isTold) onNotice(`${bucket}: only its first ${all.length} objects are looked at for events`);
    isTold = true;
    return { objects: all, isCut: true };
  }

  /** False: the queue is full, and it is told when the bucket is looked at again. */
  async function tell(change: BucketChange): Promise<boolean> {
    for (const notification of options.notifications) {
      const eventName = eventNameFor(notification, change);
      if (eventName === undefined) continue;
      sequence += 1n;
      const settings = { ...options, timeMs: now(), id: options.newId(), sequence };
      const event = s3Event(eventName, notification.id, change, settings);
      const payload = Buffer.from(JSON.stringify(event));
      if (!(await options.invokeLater(notification.functionName, payload))) return false;
    }
    return true;
  }

  const running = run();
  return {
    ready,
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

/** What all texts begin with: no other keys need to be listed. */
function commonPrefix([first = '', ...others]: readonly string[]): string {
  let end = first.length;
  for (const other of others) while (!other.startsWith(first.slice(0, end))) end -= 1;
  return first.slice(0, end);
}
