import { fork } from 'node:child_process';
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
const GAP_MS = 30;

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
    const { ready, ended } = start({ ...order, kind, queueUrl, messages: single }, lab);
    await ready;
    for (let i = 0; i < single; i += 1) {
      await send(sqs, queueUrl, 1);
      await sleep(GAP_MS);
    }
    return ended;
  });
  const rate = ({ ms }: Consumed) => ((messages - 1) * 1000) / ms;
  const rows = KINDS.map((kind) => {
    const runs = drained.get(kind) ?? [];
    const delays = (one.get(kind) ?? []).flatMap(({ delaysMs }) => delaysMs).sort((a, b) => a - b);
    return [
      kind,
      median(runs.map(rate)).toFixed(0),
      ((median(runs.map(({ cpuMs }) => cpuMs)) * 1000) / messages).toFixed(0),
      median(delays).toFixed(0),
      String(delays.at(Math.floor(0.99 * delays.length)) ?? '-'),
    ];
  });
  const header = ['consumer', 'messages/s', 'CPU µs a message', 'send to call ms p50', 'p99'];
  lab.say(`${messages} messages, ${concurrency} at once, medians of ${rounds} rounds\n`);
  lab.say(renderTable(header, rows));
  const ratesOf = (kind: (typeof KINDS)[number]) => (drained.get(kind) ?? []).map(rate);
  const { ratio, low, high } = ratioInterval(ratesOf('bare loop'), ratesOf('poller'));
  const [said, from, to] = [ratio, low, high].map((value) => value.toFixed(2));
  lab.say(`\npoller over bare loop, messages/s: ${said} (95 % interval ${from} to ${to}); the aim is 0.85`);
});

function start(
  order: Order,
  lab: Lab,
): { readonly ready: Promise<unknown>; readonly ended: Promise<Consumed> } {
  const child = fork(CHILD, [JSON.stringify(order)], { execArgv: [] });
  lab.atEnd(() => child.kill('SIGKILL'));
  const failed = once(child, 'exit').then(() => Promise.reject(new Error(`the ${order.kind} ended early`)));
  const ended = new Promise<Consumed>((resolve) => {
    child.on('message', (message) => message !== 'ready' && resolve(message as Consumed));
  });
  return { ready: Promise.race([once(child, 'message'), failed]), ended: Promise.race([ended, failed]) };
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
