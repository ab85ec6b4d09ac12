/** At least once: whatever is killed under load, every request is answered at least once. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'amqplib';
import { startRabbitmq } from '../../../rabbitmq/start-rabbitmq.ts';
import { openAmqpClient } from '../../../src/hosts/worker/client.ts';
import { spawnWorker, startWorker } from './start-worker.ts';

const IN_FLIGHT = 50;
const KILLS = 10;
const ANSWERS_BETWEEN_KILLS = 300;

const broker = await startRabbitmq();
after(broker.stop);
const logs = await mkdtemp(join(tmpdir(), 'test-worker-'));
after(() => rm(logs, { recursive: true }));

/**
 * Publishes requests with confirms, their replies in a durable queue, over as many connections as it takes. A request
 * that is not confirmed is published again, as any client that must not lose one does.
 */
function startRequests(queue: string) {
  const replies = `${queue}.replies`;
  const open = new Set<number>();
  const unconfirmed = new Set<number>();
  const answers = new Map<number, number>();
  let sent = 0;
  let isEnding = false;
  let heard = Promise.withResolvers<void>();
  const running = (async () => {
    while (!isEnding || open.size > 0) {
      await session().catch(() => undefined);
      if (!isEnding || open.size > 0) await sleep(100);
    }
  })();

  async function session(): Promise<void> {
    const connection = await connect(broker.url, { timeout: 5_000 });
    const lost = new Promise<void>((resolve) => connection.once('close', () => resolve()));
    connection.on('error', () => undefined);
    const channel = await connection.createConfirmChannel();
    channel.on('error', () => undefined);
    await channel.assertQueue(replies, { durable: true });
    const done = Promise.withResolvers<void>();
    const publish = (id: number): void => {
      unconfirmed.add(id);
      const properties = { correlationId: String(id), replyTo: replies, persistent: true };
      const body = Buffer.from(JSON.stringify({ id }));
      try {
        channel.sendToQueue(queue, body, { ...properties, contentType: 'application/json' }, (refused) => {
          if (refused === null || refused === undefined) unconfirmed.delete(id);
        });
      } catch {
        // The channel is gone: the next session publishes it.
      }
    };
    const fill = (): void => {
      while (!isEnding && open.size < IN_FLIGHT) {
        sent += 1;
        open.add(sent);
        publish(sent);
      }
      if (isEnding && open.size === 0) done.resolve();
    };
    await channel.consume(replies, (reply) => {
      if (reply === null) return;
      const id = Number(reply.properties.correlationId);
      assert.deepEqual(JSON.parse(reply.content.toString()), { id });
      answers.set(id, (answers.get(id) ?? 0) + 1);
      open.delete(id);
      try {
        channel.ack(reply);
      } catch {
        // It comes again.
      }
      heard.resolve();
      heard = Promise.withResolvers();
      fill();
    });
    for (const id of [...unconfirmed]) publish(id);
    fill();
    await Promise.race([lost, done.promise]);
    await connection.close().catch(() => undefined);
  }

  return {
    /** Resolves when so many more requests have been answered. */
    async answered(more: number): Promise<void> {
      const target = answers.size + more;
      while (answers.size < target) await heard.promise;
    },
    /** Sends no more and waits for every answer. */
    async end() {
      isEnding = true;
      await running;
      return { sent, answers };
    },
  };
}

test('a broker that is killed ten times under load loses no request, and none waits for ever', async (t) => {
  const host = await startWorker({
    AMQP_URL: broker.url,
    HOST_FUNCTIONS: 'echo',
    AMQP_ATTEMPTS: '20',
    HOST_LOGS: logs,
  });
  t.after(host.stop);
  const requests = startRequests('sheep-shed.echo');
  for (let kill = 0; kill < KILLS; kill += 1) {
    await requests.answered(ANSWERS_BETWEEN_KILLS);
    await broker.kill();
    await broker.restart();
  }
  await requests.answered(ANSWERS_BETWEEN_KILLS);
  const { sent, answers } = await requests.end();
  assert.equal(answers.size, sent);
  const repeated = [...answers.values()].reduce((sum, times) => sum + times - 1, 0);
  t.diagnostic(`${sent} requests, ${repeated} answers besides the first`);
});

test('a worker that is killed under load loses no request', async (t) => {
  const environment = { AMQP_URL: broker.url, HOST_FUNCTIONS: 'echo', AMQP_QUEUE_PREFIX: 'killed.' };
  let worker = await spawnWorker(environment, logs);
  const requests = startRequests('killed.echo');
  for (let kill = 0; kill < 3; kill += 1) {
    await requests.answered(ANSWERS_BETWEEN_KILLS);
    await worker.kill();
    worker = await spawnWorker(environment, logs);
  }
  await requests.answered(ANSWERS_BETWEEN_KILLS);
  const { sent, answers } = await requests.end();
  assert.equal(answers.size, sent);
  assert.equal(await worker.stop(), 0);
  t.diagnostic(`${sent} requests`);
});

test('a worker without its broker is not ready, and after a minute not alive, until it consumes again', async (t) => {
  let nowMs = 0;
  const environment = { AMQP_URL: broker.url, HOST_FUNCTIONS: 'echo', HOST_LOGS: logs };
  const host = await startWorker(environment, [], () => nowMs);
  t.after(host.stop);
  const health = async (of: string) => {
    const answer = await fetch(`${host.url}/health/${of}`);
    return [answer.status, ((await answer.json()) as { message: string }).message];
  };
  const ready = async (isReady: boolean): Promise<void> => {
    while ((await fetch(`${host.url}/health/readiness`)).ok !== isReady) await sleep(20);
  };
  nowMs = 1_000_000;
  assert.deepEqual(await health('liveness'), [200, 'alive'], 'an idle worker consumes');
  await broker.kill();
  await ready(false);
  nowMs += 60_000;
  assert.deepEqual(await health('liveness'), [200, 'alive']);
  nowMs += 1;
  assert.deepEqual(await health('liveness'), [503, 'not consuming']);
  await broker.restart();
  await ready(true);
  assert.deepEqual(await health('liveness'), [200, 'alive']);
});

test('a client whose broker is killed rejects what is pending, and calls again when it is back', async (t) => {
  const host = await startWorker({ AMQP_URL: broker.url, HOST_FUNCTIONS: 'echo', HOST_LOGS: logs });
  t.after(host.stop);
  const notices: string[] = [];
  const client = await openAmqpClient({ url: broker.url, notice: (line) => notices.push(line) });
  t.after(client.close);
  let isKilled = false;
  const calling = (async () => {
    const codes = new Set<unknown>();
    while (!isKilled || client.pending() > 0) {
      await client.call('echo', { a: 1 }).catch((error) => codes.add(error.code));
    }
    return codes;
  })();
  await broker.kill();
  isKilled = true;
  assert.deepEqual([...(await calling)], ['CONNECTION_LOST']);
  await broker.restart();
  const again = async (): Promise<unknown> => {
    for (;;) {
      try {
        return await client.call('echo', { a: 2 });
      } catch (error) {
        assert.match((error as { code: string }).code, /CONNECTION_LOST|NO_SUCH_QUEUE/);
        await sleep(50);
      }
    }
  };
  assert.deepEqual(await again(), { a: 2 });
  assert.match(notices.join('\n'), /no connection to .*it is tried again\nconnected to .* again/);
});
