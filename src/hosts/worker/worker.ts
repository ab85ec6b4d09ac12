import { readFileSync } from 'node:fs';
import { OptionError, type Values } from '@sheep-shed/options';
import type { ConfirmChannel } from 'amqplib';
import { Counter } from 'prom-client';
import { createHealth } from '../health.ts';
import { startHealthServer } from '../health-server.ts';
import type { HostParts, HostTransport, RunningTransport } from '../run-host.ts';
import { refuseUnguarded, serverOptions } from '../server-options.ts';
import { type BrokerAddress, readBrokerAddress } from './broker-address.ts';
import { keepConnected } from './connection.ts';
import { type Consumer, createConsumer } from './consumer.ts';
import { checkQueueKind, declareQueues } from './topology.ts';
import { WORKER_OPTIONS } from './worker-options.ts';

const OPTIONS = { ...WORKER_OPTIONS, ...serverOptions(8081, ', for /health and /metrics') };
type WorkerValues = Values<typeof OPTIONS>;

/** Without a consumer for so long the process should be replaced. */
const NOT_CONSUMING_MS = 60_000;

/** Serves the functions over AMQP 0-9-1: a queue for each, and replies where a request says. */
export const worker: HostTransport<typeof OPTIONS> = {
  options: OPTIONS,
  summary: 'serves the functions from the queues of an AMQP 0-9-1 broker such as RabbitMQ, and replies',
  serves: () => true,
  cannotServe: '',
  async start(values, parts) {
    refuseUnguarded(values);
    checkQueueKind(values);
    const { calls, metrics, records, onFault, notice, clock } = parts;
    const address = addressOf(values);
    let state: 'starting' | 'consuming' | 'blocked' | 'draining' = 'starting';
    let lastConsumedAt = clock();
    const unserved = new Counter({
      name: 'sheep_shed_requests_unserved_total',
      help: 'Requests that came too late, became dead letters or went back to their queue, by what became of them',
      labelNames: ['why'],
      registers: [metrics.registry],
    });
    const consumer = createConsumer({
      calls,
      concurrency: parts.concurrency,
      isAtMostOnce: values.delivery === 'at-most-once',
      attempts: values.attempts,
      logFor: records.logFor,
      onFault,
      onUnserved: (why) => unserved.inc({ why }),
      now: parts.now,
    });
    let cancel: (() => Promise<void>) | undefined;
    const health = createHealth({
      token: values.token,
      notAlive: () => {
        if (state !== 'starting') return undefined;
        return clock() - lastConsumedAt > NOT_CONSUMING_MS ? 'not consuming' : undefined;
      },
      notReady: () => (state === 'consuming' ? undefined : state),
      metrics,
    });
    const server = await startHealthServer({ host: values.host, port: values.port, health, onFault });
    const connection = keepConnected({
      address,
      ...tlsOf(values),
      setUp: async (channel) => {
        await declareQueues(channel, namesOf(values, parts), values);
        consumer.attach(channel);
        cancel = await consume(channel, consumer, values, parts);
        state = 'consuming';
      },
      onLost: () => {
        consumer.detach();
        cancel = undefined;
        if (state !== 'draining') state = 'starting';
        lastConsumedAt = clock();
      },
      onBlocked: (reason) => {
        if (reason === undefined) consumer.resume();
        else consumer.pause();
        if (state === 'blocked' && reason === undefined) notice('the broker takes replies again');
        if (reason !== undefined) notice(`the broker takes no replies, so no calls are begun: ${reason}`);
        if (state === 'consuming' || state === 'blocked')
          state = reason === undefined ? 'consuming' : 'blocked';
      },
      onFault,
      notice,
      random: parts.random,
    });
    connection.failed.then(parts.onFatal, onFault);
    await connection.ready.catch(async (error: Error) => {
      await server.close();
      throw new OptionError(error.message, { cause: error });
    });
    const running: RunningTransport = {
      ready: `Consuming from ${address.shown}: ${namesOf(values, parts).join(', ')}; health on ${server.url}`,
      url: server.url,
      drain: () => {
        state = 'draining';
        consumer.drain();
        cancel?.().catch(() => undefined);
      },
      close: async () => {
        await consumer.settled();
        await connection.close();
        await server.close();
      },
    };
    return running;
  },
};

/** Consumes from the queue of each function. @returns stops that. */
async function consume(
  channel: ConfirmChannel,
  consumer: Consumer,
  values: WorkerValues,
  { functions, concurrency, notice }: HostParts,
): Promise<() => Promise<void>> {
  await channel.prefetch(concurrency);
  const tags = await Promise.all(
    functions.map(async (portable) => {
      const name = queueOf(values, portable.name);
      const { consumerTag } = await channel.consume(name, (message) => {
        if (message !== null) return consumer.deliver(portable, message);
        notice(`the queue ${name} was deleted: it is declared again`);
        // The session begins anew, and declares what is missing.
        channel.close().catch(() => undefined);
      });
      return consumerTag;
    }),
  );
  return async () => {
    await Promise.all(tags.map((tag) => channel.cancel(tag)));
  };
}

function namesOf(values: WorkerValues, { functions }: HostParts): string[] {
  return functions.map(({ name }) => queueOf(values, name));
}

function queueOf({ queuePrefix }: WorkerValues, functionName: string): string {
  return `${queuePrefix}${functionName}`;
}

function addressOf({ broker, username, password }: WorkerValues): BrokerAddress {
  const address = readBrokerAddress(broker);
  // Its reader has let it through.
  if (address === undefined) throw new OptionError('--broker cannot be read');
  const own = { ...(username !== undefined && { username }), ...(password !== undefined && { password }) };
  return { ...address, connect: { ...address.connect, ...own } };
}

function tlsOf({ tlsCa, tlsCert, tlsKey }: WorkerValues) {
  const given = Object.entries({ ca: tlsCa, cert: tlsCert, key: tlsKey }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  if (given.length === 0) return {};
  return { tls: Object.fromEntries(given.map(([name, path]) => [name, readPem(path)])) };
}

function readPem(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new OptionError(`${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
}
