// One consumer of a queue in a process of its own: the poller with an empty function, or a bare loop of the SDK.
import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SQSClient,
  type SQSClientConfig,
} from '@aws-sdk/client-sqs';
import { resolveOptions } from '@sheep-shed/options';
import type { AnyContext, PortableFunction } from '../../src/functions/catalogue.ts';
import { optionsOf } from '../../src/hosts/host-options.ts';
import { poller } from '../../src/hosts/poller/poller.ts';
import { runHost } from '../../src/hosts/run-host.ts';

/** What a consumer is told. */
export interface Order {
  readonly kind: 'poller' | 'bare loop';
  readonly queueUrl: string;
  readonly endpoint: string;
  /** It ends after so many. */
  readonly messages: number;
  /** Calls at once; a bare loop asks for ten at once as often as goes into it. */
  readonly concurrency: number;
  /** Root of the poller's log groups. */
  readonly logs: string;
  /** How long the poller's function takes, in ms. */
  readonly callMs?: number;
  /** Waits so long before it stops, in ms: it stands in a long poll then. */
  readonly restMs?: number;
  /** Stops after so many calls, in the middle of others. */
  readonly stopAfter?: number;
}

/** What came of it. */
export interface Consumed {
  /** From the first message to the last. */
  readonly ms: number;
  /** From the first message to the end. */
  readonly cpuMs: number;
  /** Of each message, from its sending to its call, in ms. */
  readonly delaysMs: readonly number[];
  /** Largest resident set, in MB. */
  readonly peakMb: number;
  /** From the order to stop until everything was closed; 0 of a bare loop. */
  readonly stopMs: number;
}

const KEY = { accessKeyId: 'test', secretAccessKey: 'test' };
const REGION = 'eu-west-3';

process.on('disconnect', () => process.exit());
const order = JSON.parse(process.argv[2] ?? '') as Order;
const done = Promise.withResolvers<void>();
const delaysMs: number[] = [];
let firstAt = 0;
let lastAt = 0;
let cpuBefore: NodeJS.CpuUsage | undefined;
let stopMs = 0;

/** Tells the parent of each answer to a deletion, whoever asked. */
subscribe('http.client.response.finish', (message) => {
  const { request } = message as { readonly request: ClientRequest };
  if (request.getHeader('x-amz-target') === 'AmazonSQS.DeleteMessageBatch') process.send?.('deleted');
});

if (order.kind === 'poller') await pollerUntilDone();
else await bareLoops();
const { user, system } = process.cpuUsage(cpuBefore);
const consumed: Consumed = {
  ms: lastAt - firstAt,
  cpuMs: (user + system) / 1000,
  delaysMs,
  peakMb: process.resourceUsage().maxRSS / 1024,
  stopMs,
};
process.send?.(consumed, () => process.exit());

function count(sentAt: number): void {
  firstAt ||= performance.now();
  cpuBefore ??= process.cpuUsage();
  lastAt = performance.now();
  delaysMs.push(Date.now() - sentAt);
  if (delaysMs.length === (order.stopAfter ?? order.messages)) done.resolve();
}

async function pollerUntilDone(): Promise<void> {
  const empty: PortableFunction<AnyContext> = {
    name: 'echo',
    scope: 'hosts only',
    run: async (event) => {
      if (order.callMs !== undefined) await sleep(order.callMs);
      count((event as { readonly sentAt: number }).sentAt);
    },
    needs: [],
    options: {},
  };
  const values = resolveOptions(optionsOf(poller.options), {
    flags: {
      function: ['echo'],
      queue: [order.queueUrl],
      queueEndpoint: [order.endpoint],
      region: [REGION],
      accessKeyId: [KEY.accessKeyId],
      secretAccessKey: [KEY.secretAccessKey],
      concurrency: [String(order.concurrency)],
      logs: [order.logs],
      port: ['0'],
    },
  });
  const host = await runHost(
    'poller',
    poller,
    values,
    {
      random: Math.random,
      clock: () => performance.now(),
      now: Date.now,
      memorySizeMb: 512,
      peakMb: () => Math.ceil(process.resourceUsage().maxRSS / 1024),
      out: () => undefined,
      err: (line) => process.stderr.write(`${line}\n`),
    },
    [empty],
  );
  process.send?.('ready');
  await done.promise;
  if (order.restMs !== undefined) await sleep(order.restMs);
  const stopFrom = performance.now();
  await host.stop();
  stopMs = performance.now() - stopFrom;
}

/** Receives ten, deletes ten, and so on: no function, no record, nothing that could fail. */
async function bareLoops(): Promise<void> {
  const config: SQSClientConfig = { endpoint: order.endpoint, region: REGION, credentials: KEY };
  const sqs = new SQSClient(config);
  const QueueUrl = order.queueUrl;
  const stop = new AbortController();
  void done.promise.then(() => setTimeout(() => stop.abort(), 100));
  const loop = async (): Promise<void> => {
    while (delaysMs.length < order.messages) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 20 }),
        { abortSignal: stop.signal },
      );
      for (const { Body = '' } of Messages) count(JSON.parse(Body).event.sentAt);
      if (Messages.length === 0) continue;
      const Entries = Messages.map(({ ReceiptHandle }, i) => ({ Id: `${i}`, ReceiptHandle }));
      await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    }
  };
  process.send?.('ready');
  const loops = Array.from({ length: Math.ceil(order.concurrency / 10) }, loop);
  await Promise.all(loops.map((one) => one.catch((error) => stop.signal.aborted || Promise.reject(error))));
}
