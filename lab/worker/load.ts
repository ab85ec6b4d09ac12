import { setTimeout as sleep } from 'node:timers/promises';
import type { ConfirmChannel } from 'amqplib';
import { connect } from 'amqplib';
import { quantileOf } from '../../bench/statistics/quantile.ts';
import { cpuTimeUs } from '../host/process-figures.ts';
import type { EchoWorker } from './workers.ts';

const BODY = Buffer.alloc(5_000, 'x');
const REPLY_TO = 'amq.rabbitmq.reply-to';
const WAIT_MS = 60_000;

/** What one measurement found. */
export interface Loaded {
  readonly perSecond: number;
  /** Of the worker's process. */
  readonly cpuUs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** What loads workers; the same for all of them. */
export interface Load {
  /** Keeps so many requests in flight for so long. */
  inFlight(worker: EchoWorker, requests: number, seconds: number): Promise<Loaded>;
  /** Fills the worker's queue while it stands still, and lets it go. */
  drain(worker: EchoWorker, messages: number): Promise<Loaded>;
  close(): Promise<void>;
}

/** Opens a client that sends 5 KB and counts the replies; requests are persistent, as the earlier client's. */
export async function openLoad(url: string): Promise<Load> {
  const connection = await connect(url, { noDelay: true });
  const channel: ConfirmChannel = await connection.createConfirmChannel();
  const sentAt = new Map<string, number>();
  let onReply: (latencyMs: number) => void = () => undefined;
  let count = 0;
  await channel.consume(
    REPLY_TO,
    (reply) => {
      const id = String(reply?.properties.correlationId);
      const at = sentAt.get(id);
      if (at === undefined || reply?.content.length !== BODY.length) return;
      sentAt.delete(id);
      onReply(performance.now() - at);
    },
    { noAck: true },
  );
  const send = (queue: string): void => {
    count += 1;
    const correlationId = String(count);
    sentAt.set(correlationId, performance.now());
    const properties = { correlationId, replyTo: REPLY_TO, deliveryMode: 2 };
    channel.publish('', queue, BODY, { ...properties, contentType: 'application/octet-stream' });
  };
  return {
    inFlight: ({ queue, pid }, requests, seconds) =>
      measure(pid, async (latencies) => {
        const end = performance.now() + seconds * 1000;
        const done = Promise.withResolvers<void>();
        onReply = (latencyMs) => {
          latencies.push(latencyMs);
          if (performance.now() < end) send(queue);
          else if (sentAt.size === 0) done.resolve();
        };
        for (let i = 0; i < requests; i += 1) send(queue);
        await within(done.promise);
      }),
    async drain({ queue, pid }, messages) {
      process.kill(pid, 'SIGSTOP');
      for (let i = 0; i < messages; i += 1) send(queue);
      await channel.waitForConfirms();
      return measure(pid, async (latencies) => {
        const done = Promise.withResolvers<void>();
        onReply = (latencyMs) => {
          latencies.push(latencyMs);
          if (latencies.length === messages) done.resolve();
        };
        process.kill(pid, 'SIGCONT');
        await within(done.promise);
      });
    },
    close: () => connection.close(),
  };
}

async function measure(pid: number, work: (latencies: number[]) => Promise<void>): Promise<Loaded> {
  const latencies: number[] = [];
  const [from, cpuFrom] = [performance.now(), cpuTimeUs(pid)];
  await work(latencies);
  const seconds = (performance.now() - from) / 1000;
  return {
    perSecond: latencies.length / seconds,
    cpuUs: (cpuTimeUs(pid) - cpuFrom) / latencies.length,
    p50Ms: quantileOf(latencies, 0.5) ?? Number.NaN,
    p99Ms: quantileOf(latencies, 0.99) ?? Number.NaN,
  };
}

async function within(work: Promise<void>): Promise<void> {
  const over = new AbortController();
  const late = sleep(WAIT_MS, undefined, { signal: over.signal }).then(() => {
    throw new Error(`replies are missing after ${WAIT_MS / 1000} s`);
  });
  late.catch(() => undefined);
  await Promise.race([work, late]);
  over.abort();
}
