import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { Option } from '@sheep-shed/options';
import { wholeNumber } from '@sheep-shed/options/readers';
import { renderTable } from '../../bench/reports/table.ts';
import { ratioInterval } from '../../bench/statistics/ratio.ts';
import { startTestEmulator } from '../../test/with-emulator.ts';
import { experiment, type Lab, takeTurns } from '../experiment.ts';
import { median } from '../median.ts';
import type { Consumed, Order } from './consumer-child.ts';

const OPTIONS = {
  rounds: {
    help: 'rounds in which they take turns',
    default: 9,
    ...wholeNumber(1, 100),
  } satisfies Option<number>,
  messages: {
    help: 'messages in a full queue',
    default: 2000,
    ...wholeNumber(10, 100_000),
  } satisfies Option<number>,
  single: {
    help: 'messages sent one by one',
    default: 100,
    ...wholeNumber(1, 10_000),
  } satisfies Option<number>,
  concurrency: { help: 'calls at once', default: 20, ...wholeNumber(1, 1_000) } satisfies Option<number>,
};

const CHILD = join(import.meta.dirname, 'consumer-child.ts');
const KINDS = ['bare loop', 'poller'] as const;
const SENDERS = 4;
/** A call that a stop finds under way. */
const CALL_MS = 200;
const STOPS = 5;
const REST_MS = 500;
/** MiniStack looks every 100 ms for messages to a long poll: pauses before single messages meet all of that time. */
const GAPS_MS = { step: 37, below: 150 };

/** The poller with an empty function beside a loop of the SDK that receives and deletes: a full queue, then single messages. */
export const poller = experiment(OPTIONS, async ({ rounds, messages, single, concurrency }, lab) => {
  const { endpoint, close } = await startTestEmulator();
  lab.atEnd(close);
  const sqs = new SQSClient({
    endpoint,
    region: 'eu-west-3',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const order = { endpoint, concurrency, logs: join(lab.folder, 'logs') };
  const drained = await takeTurns(KINDS, rounds, lab.signal, async (kind, round) => {
    lab.progress.step(`round ${round + 1} of ${rounds}: ${kind}, a full queue`);
    const queueUrl = await makeQueue(sqs, `drain-${KINDS.indexOf(kind)}-${round}`);
    await fill(sqs, queueUrl, messages);
    const { ended } = start({ ...order, kind, queueUrl, messages }, lab);
    const consumed = await ended;
    await sqs.send(new DeleteQueueCommand({ QueueUrl: queueUrl }));
    return consumed;
  });
  const one = await takeTurns(KINDS, 1, lab.signal, async (kind) => {
    lab.progress.step(`${kind}, single messages`);
    const queueUrl = await makeQueue(sqs, `single-${KINDS.indexOf(kind)}`);
    const { child, ready, ended } = start(
      { ...order, kind, queueUrl, messages: single, restMs: REST_MS },
      lab,
    );
    await ready;
    const doneMs: number[] = [];
    for (let i = 0; i < single; i += 1) {
      await sleep((GAPS_MS.step * i) % GAPS_MS.below);
      const deleted = onceDeleted(child);
      const from = performance.now();
      await send(sqs, queueUrl, 1);
      await Promise.race([deleted, ended]);
      doneMs.push(performance.now() - from);
    }
    return { doneMs, ...(await ended) };
  });
  const stops: number[] = [];
  for (let i = 0; i < STOPS; i += 1) {
    lab.progress.step(`stop ${i + 1} of ${STOPS} of a poller under load`);
    const queueUrl = await makeQueue(sqs, `stop-${i}`);
    const stopAfter = 5 * concurrency;
    await fill(sqs, queueUrl, 2 * stopAfter);
    const busy = { ...order, kind: 'poller', queueUrl, messages: 2 * stopAfter } as const;
    stops.push((await start({ ...busy, callMs: CALL_MS, stopAfter }, lab).ended).stopMs);
  }
  const rate = ({ ms }: Consumed) => ((messages - 1) * 1000) / ms;
  const rows = KINDS.map((kind) => {
    const runs = drained.get(kind) ?? [];
    const singles = one.get(kind) ?? [];
    const calls = singles.flatMap(({ delaysMs }) => delaysMs);
    const [first = Number.NaN, ...others] = singles.flatMap(({ doneMs }) => doneMs);
    const inOrder = others.sort((a, b) => a - b);
    return [
      kind,
      median(runs.map(rate)).toFixed(0),
      ((median(runs.map(({ cpuMs }) => cpuMs)) * 1000) / messages).toFixed(0),
      median(calls).toFixed(0),
      median(inOrder).toFixed(0),
      inOrder.at(Math.floor(0.99 * inOrder.length))?.toFixed(0) ?? '-',
      first.toFixed(0),
      median(runs.map(({ peakMb }) => peakMb)).toFixed(0),
    ];
  });
  const header = [
    'consumer',
    'messages/s',
    'CPU µs a message',
    'send to call ms',
    'send to done ms p50',
    'p99',
    'first',
    'memory MB',
  ];
  lab.say(`${messages} messages, ${concurrency} at once, medians of ${rounds} rounds\n`);
  lab.say(renderTable(header, rows));
  const ratesOf = (kind: (typeof KINDS)[number]) => (drained.get(kind) ?? []).map(rate);
  const { ratio, low, high } = ratioInterval(ratesOf('bare loop'), ratesOf('poller'));
  const [said, from, to] = [ratio, low, high].map((value) => value.toFixed(2));
  lab.say(`\npoller over bare loop, messages/s: ${said} (95 % interval ${from} to ${to}); the aim is 0.85`);
  const idle = (one.get('poller') ?? []).map(({ stopMs }) => stopMs);
  const beyond = stops.map((ms) => ms - CALL_MS);
  lab.say(
    `a stop of the poller: ${Math.max(...idle).toFixed(0)} ms in a long poll; under load ${Math.max(...beyond).toFixed(0)} ms beyond the ${CALL_MS} ms of a call, the longest of ${STOPS}; the aim is 1000`,
  );
});

function start(
  order: Order,
  lab: Lab,
): { readonly child: ChildProcess; readonly ready: Promise<unknown>; readonly ended: Promise<Consumed> } {
  const child = fork(CHILD, [JSON.stringify(order)], { execArgv: [] });
  lab.atEnd(() => child.kill('SIGKILL'));
  const failed = once(child, 'exit').then(() => Promise.reject(new Error(`the ${order.kind} ended early`)));
  const ended = new Promise<Consumed>((resolve) => {
    child.on('message', (message) => typeof message !== 'string' && resolve(message as unknown as Consumed));
  });
  return {
    child,
    ready: Promise.race([once(child, 'message'), failed]),
    ended: Promise.race([ended, failed]),
  };
}

/** Resolves when the queue has answered a deletion. */
function onceDeleted(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    const hear = (message: unknown): void => {
      if (message !== 'deleted') return;
      child.off('message', hear);
      resolve();
    };
    child.on('message', hear);
  });
}

async function makeQueue(sqs: SQSClient, name: string): Promise<string> {
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
  return QueueUrl;
}

async function fill(sqs: SQSClient, queueUrl: string, messages: number): Promise<void> {
  let left = messages;
  const sender = async (): Promise<void> => {
    while (left > 0) {
      const count = Math.min(10, left);
      left -= count;
      await send(sqs, queueUrl, count);
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, sender));
}

async function send(sqs: SQSClient, QueueUrl: string, count: number): Promise<void> {
  const MessageBody = JSON.stringify({ function: 'echo', event: { sentAt: Date.now() } });
  const Entries = Array.from({ length: count }, (_, i) => ({ Id: `${i}`, MessageBody }));
  await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
}
