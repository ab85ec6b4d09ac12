/** A broker with workers, each with queues and dead letters of its own, and what tests of deliveries do with them. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type GetMessage, type Options } from 'amqplib';
import { startRabbitmq } from '../../../rabbitmq/start-rabbitmq.ts';
import { startWorker } from './start-worker.ts';

const LIMIT_MS = 30_000;
const JSON_TYPE = 'application/json';
/** Settings of functions whose database cannot be reached. */
export const NO_DATABASE = {
  SHEEP_SHED_TABLE: 'shed',
  AWS_REGION: 'eu-west-3',
  AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
};

export type Deliveries = Awaited<ReturnType<typeof openDeliveries>>;

/** Starts a broker; `start` starts a worker on it, which ends with its test. */
export async function openDeliveries() {
  const broker = await startRabbitmq();
  const connection = await connect(broker.url);
  const channel = await connection.createChannel();
  let prefixes = 0;

  /** Waits for a message. */
  async function take(queue: string): Promise<GetMessage> {
    let taken: GetMessage | false = false;
    await until(async () => {
      taken = await channel.get(queue, { noAck: true });
      return taken !== false;
    });
    assert.ok(taken);
    return taken;
  }

  async function start(t: TestContext, environment: Readonly<Record<string, string>> = {}) {
    prefixes += 1;
    const prefix = `test${prefixes}.`;
    const letters = `${prefix}dead`;
    const lines: string[] = [];
    const settings = {
      AMQP_URL: broker.url,
      HOST_FUNCTIONS: 'echo',
      AMQP_QUEUE_PREFIX: prefix,
      AMQP_DEAD_LETTER_EXCHANGE: letters,
      ...environment,
    };
    const host = await startWorker(settings, lines);
    t.after(host.stop);
    const { queue: replies } = await channel.assertQueue('', { exclusive: true });
    return {
      host,
      prefix,
      lines,
      settings,
      send: (body: string | Buffer, properties: Options.Publish = {}, name = 'echo', isHeard = true) =>
        channel.sendToQueue(`${prefix}${name}`, Buffer.from(body), {
          contentType: JSON_TYPE,
          ...(isHeard && { replyTo: replies }),
          correlationId: 'mine',
          ...properties,
        }),
      reply: () => take(replies),
      deadLetter: () => take(letters),
      isEmpty: async (name = 'echo') => (await channel.checkQueue(`${prefix}${name}`)).messageCount === 0,
    };
  }

  return {
    broker,
    channel,
    start,
    close: async () => {
      await connection.close();
      await broker.stop();
    },
  };
}

/** Waits until something is so. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  const over = AbortSignal.timeout(LIMIT_MS);
  while (!(await isSo())) {
    assert.ok(!over.aborted, 'it takes too long');
    await sleep(10);
  }
}

/** What a reply says of a failure. */
export function errorOf({ content, properties }: GetMessage) {
  assert.equal(properties.type, 'error');
  assert.equal(properties.contentType, JSON_TYPE);
  return JSON.parse(content.toString()) as { errorType: string; errorMessage: string; code: string };
}
