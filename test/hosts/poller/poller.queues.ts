/** The poller in processes of its own, on a real server of SQS: nothing is lost, whatever ends. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { withEmulator } from '../../with-emulator.ts';
import { startSlowDatabase } from '../slow-database.ts';

const CLI = join(import.meta.dirname, '../../../src/hosts/cli.ts');
const { endpoint, region, credentials } = await withEmulator();
const sqs = new SQSClient({ endpoint, region, credentials: credentials() });
const CAT = { function: 'get-cat', event: { m: 1, n: 2 } };
let made = 0;

/** A queue, its dead letters after `most` receives. */
async function makeQueue(
  most = 3,
): Promise<{ readonly name: string; readonly url: string; readonly dead: string }> {
  made += 1;
  const name = `poller-${process.pid}-${made}`;
  const dead = await sqs.send(new CreateQueueCommand({ QueueName: `${name}-dead` }));
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: dead.QueueUrl, AttributeNames: ['QueueArn'] }),
  );
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: Attributes?.QueueArn, maxReceiveCount: most });
  const { QueueUrl = '' } = await sqs.send(
    new CreateQueueCommand({ QueueName: name, Attributes: { RedrivePolicy } }),
  );
  return { name, url: QueueUrl, dead: dead.QueueUrl ?? '' };
}

async function send(url: string, bodies: readonly unknown[]): Promise<void> {
  for (let i = 0; i < bodies.length; i += 10) {
    const Entries = bodies.slice(i, i + 10).map((body, k) => ({
      Id: `${k}`,
      MessageBody: typeof body === 'string' ? body : JSON.stringify(body),
    }));
    const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
    assert.deepEqual(Failed, []);
  }
}

/** Messages that are there, out of sight or not. */
async function left(url: string): Promise<number> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: url,
      AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
    }),
  );
  return (
    Number(Attributes.ApproximateNumberOfMessages) + Number(Attributes.ApproximateNumberOfMessagesNotVisible)
  );
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(20);
}

/** A poller in a process of its own, and the ids of the requests that it served. */
async function startPoller(t: TestContext, queue: string, more: Readonly<Record<string, string>> = {}) {
  const child: ChildProcess = spawn(
    process.execPath,
    [CLI, 'poller', '--queue', queue, '--port', '0', '--logs', '-'],
    {
      env: {
        HOST_FUNCTIONS: 'get-cat',
        AWS_REGION: region,
        AWS_ENDPOINT_URL_SQS: endpoint,
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        ...more,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  t.after(() => child.kill('SIGKILL'));
  const served: string[] = [];
  const lines: string[] = [];
  const ready = Promise.withResolvers<string>();
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
    lines.push(line);
    const [, id] = /^REPORT RequestId: (\S+)/.exec(line) ?? [];
    if (id !== undefined) served.push(id);
    const [, url] = /health on (\S+)$/.exec(line) ?? [];
    if (url !== undefined) ready.resolve(url);
  });
  const exited = once(child, 'exit');
  const url = await Promise.race([
    ready.promise,
    exited.then(() => Promise.reject(new Error(`the poller ended: ${lines.join('\n')}`))),
  ]);
  return { child, served, lines, exited, url };
}

test('a hundred messages, a stop in the middle, a start: each is served once', async (t) => {
  const queue = await makeQueue();
  await send(queue.url, Array(100).fill(CAT));
  const first = await startPoller(t, queue.name);
  await until(() => first.served.length >= 30);
  first.child.kill('SIGTERM');
  assert.deepEqual(await first.exited, [0, null]);
  assert.equal(first.served.length + (await left(queue.url)), 100, 'what was served is deleted, and no more');
  const second = await startPoller(t, queue.name);
  await until(async () => (await left(queue.url)) === 0);
  second.child.kill('SIGTERM');
  await second.exited;
  const all = [...first.served, ...second.served];
  assert.deepEqual([all.length, new Set(all).size], [100, 100]);
  assert.equal(await left(queue.dead), 0);
});

test('kill -9 under load: every message is served, some twice', async (t) => {
  const queue = await makeQueue(10);
  await send(queue.url, Array(500).fill(CAT));
  const served = new Set<string>();
  for (let kills = 0; kills < 3; kills += 1) {
    const { child, served: by, exited } = await startPoller(t, queue.name, { HOST_VISIBILITY: '2' });
    await until(() => by.length >= 50);
    child.kill('SIGKILL');
    await exited;
    for (const id of by) served.add(id);
  }
  const last = await startPoller(t, queue.name, { HOST_VISIBILITY: '2' });
  await until(async () => (await left(queue.url)) === 0);
  last.child.kill('SIGTERM');
  await last.exited;
  for (const id of last.served) served.add(id);
  assert.deepEqual([served.size, await left(queue.dead)], [500, 0]);
});

test('a call that takes longer than the visibility time-out keeps its message; a stop waits for it', async (t) => {
  const queue = await makeQueue(1);
  const database = await startSlowDatabase(t);
  await send(queue.url, [{ function: 'get-dog' }]);
  const poller = await startPoller(t, queue.name, {
    HOST_FUNCTIONS: 'get-dog',
    HOST_VISIBILITY: '2',
    SHEEP_SHED_TABLE: 'shed',
    AWS_ENDPOINT_URL_DYNAMODB: database.url,
  });
  const release = await database.scanned;
  // Longer than the visibility time-out, shorter than the table is waited for.
  await sleep(2_700);
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: queue.url, WaitTimeSeconds: 0 }),
  );
  assert.deepEqual(Messages, [], 'nobody else gets it');
  poller.child.kill('SIGTERM');
  await until(() => poller.lines.some((line) => line.startsWith('Stopping')));
  release();
  assert.deepEqual(await poller.exited, [0, null]);
  assert.ok(
    poller.lines.every((line) => !line.includes('Status: ')),
    poller.lines.join('\n'),
  );
  assert.deepEqual([poller.served.length, await left(queue.url), await left(queue.dead)], [1, 0, 0]);
});

test('what fails is handed back at once, and becomes a dead letter by the redrive policy', async (t) => {
  const queue = await makeQueue(2);
  const bad = ['no JSON', { function: 'get-cat', event: { m: 'x' } }, { function: 'get-goat' }];
  await send(queue.url, [...bad, CAT]);
  const poller = await startPoller(t, queue.name);
  await until(async () => (await left(queue.dead)) === bad.length && (await left(queue.url)) === 0);
  const calls = poller.served.length;
  assert.equal(calls, 1 + 2, 'one good call, and twice one that is refused');
  const said = poller.lines.filter((line) => line.includes('goes back to the queue'));
  assert.equal(said.length, 2 * bad.length);
});

test('a queue server that goes down and comes back', async (t) => {
  const queue = await makeQueue();
  const { port, hostname } = new URL(endpoint);
  const sockets = new Set<Socket>();
  const proxy = createServer((socket) => {
    const behind = connect(Number(port), hostname);
    for (const one of [socket, behind]) {
      sockets.add(one);
      one.on('error', () => undefined).on('close', () => sockets.delete(one));
    }
    socket.pipe(behind).pipe(socket);
  });
  const listen = async (at: number) => {
    proxy.listen(at, '127.0.0.1');
    await once(proxy, 'listening');
    return (proxy.address() as { port: number }).port;
  };
  const front = await listen(0);
  const goDown = async () => {
    const closed = once(proxy, 'close');
    proxy.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  t.after(goDown);
  const poller = await startPoller(t, queue.name, {
    AWS_ENDPOINT_URL_SQS: `http://127.0.0.1:${front}`,
    HOST_VISIBILITY: '2',
  });
  const readiness = async () => (await fetch(`${poller.url}/health/readiness`)).status;
  await send(queue.url, Array(20).fill(CAT));
  await until(() => poller.served.length === 20);
  await goDown();
  await until(() =>
    poller.lines.some((line) => line.includes('the queue does not answer; it is asked again')),
  );
  assert.equal(await readiness(), 503);
  assert.equal((await fetch(`${poller.url}/health/liveness`)).status, 200);
  await send(queue.url, Array(20).fill(CAT));
  await listen(front);
  await until(async () => (await left(queue.url)) === 0);
  assert.equal(await readiness(), 200);
  assert.ok(poller.lines.some((line) => line.includes('the queue answers again')));
  assert.equal(new Set(poller.served).size, 40);
});
