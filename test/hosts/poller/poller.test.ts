import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startSqsServer } from '../../../packages/local-lambda/test/event-sources/sqs-server.ts';
import { startConsumer } from '../../../src/hosts/poller/consumer.ts';
import type { Queue, Received } from '../../../src/hosts/poller/queue.ts';
import type { RunningHost } from '../../../src/hosts/run-host.ts';
import { KEY, startPoller } from './start-poller.ts';

const CLI = fileURLToPath(new URL('../../../src/hosts/cli.ts', import.meta.url));

const CAT = JSON.stringify({ function: 'get-cat', event: { m: '1', n: '2' } });
const ACCOUNT = '000000000000';

/** A server with queues, made as any client would. */
async function startQueues(t: TestContext, queues: Readonly<Record<string, Record<string, string>>>) {
  const server = await startSqsServer('test');
  t.after(() => server.close());
  const authorization =
    'AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-3/sqs/aws4_request, SignedHeaders=host';
  for (const [QueueName, Attributes] of Object.entries(queues)) {
    const body = JSON.stringify({ QueueName, Attributes });
    const headers = { 'x-amz-target': 'AmazonSQS.CreateQueue', authorization };
    await fetch(server.endpoint, { method: 'POST', headers, body });
  }
  return server;
}

function redriveTo(queue: string, maxReceiveCount: number): Record<string, string> {
  const deadLetterTargetArn = `arn:aws:sqs:eu-west-3:${ACCOUNT}:${queue}`;
  return { RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount }) };
}

const records = (lines: readonly string[]) =>
  lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
const reports = (lines: readonly string[]) => lines.filter((line) => line.startsWith('REPORT'));

test('messages: served and deleted, refused with a reason and left to the redrive; health and metrics tell', async (t) => {
  const server = await startQueues(t, { jobs: redriveTo('dead', 2), dead: {} });
  const lines: string[] = [];
  let now = 0;
  const host = await startPoller(
    { HOST_QUEUE: 'jobs', HOST_FUNCTIONS: 'get-cat', AWS_ENDPOINT_URL_SQS: server.endpoint },
    lines,
    () => now,
  );
  t.after(() => host.stop());
  for (let i = 0; i < 25; i += 1) server.send('jobs', CAT);
  const nonsense = ['m=1', '{"function":"get-goat"}', '{"function":"get-cat","event":{"m":"1"}}'];
  for (const body of nonsense) server.send('jobs', body);
  await server.until(
    () => server.bodies('dead').length === nonsense.length && server.bodies('jobs').length === 0,
  );
  assert.deepEqual([...server.bodies('dead')].sort(), [...nonsense].sort());
  const all = reports(lines);
  assert.equal(
    all.filter((line) => !line.includes('Status')).length,
    25 + 2,
    'explained errors are no faults',
  );
  assert.match(all[0] ?? '', /\tMemory Size: 512 MB\tMax Memory Used: 64 MB\tInit Duration: /);
  const said = records(lines).map(({ message }) => String(message));
  for (const reason of [
    /must be a JSON object/,
    /function must be one of get-cat; got "get-goat"/,
    /n must be a whole/,
  ]) {
    assert.equal(said.filter((message) => reason.test(message)).length, 2, `${reason}: twice received`);
  }
  const get = async (path: string) =>
    fetch(`${host.url}${path}`).then(async (answer) => [answer.status, await answer.text()] as const);
  assert.deepEqual((await get('/health/readiness'))[0], 200);
  const metrics = (await get('/metrics'))[1];
  assert.match(metrics, /^sheep_shed_messages_deleted_total 25$/m);
  assert.match(metrics, /^sheep_shed_messages_handed_back_total 6$/m);
  assert.match(metrics, /^sheep_shed_calls_total\{function="get-cat",outcome="success"\} 27$/m);
  assert.equal((await get('/health/liveness'))[0], 200);
  now += 61_000;
  assert.deepEqual(await get('/health/liveness'), [503, '{"message":"the queue was not asked for 61 s"}']);
});

test('a queue that fails is asked again, and says so once', async (t) => {
  const server = await startQueues(t, { jobs: {} });
  server.fail(true);
  const lines: string[] = [];
  const host = await startPoller(
    {
      HOST_QUEUE: 'jobs',
      HOST_BIND: 'true',
      HOST_FUNCTIONS: 'get-cat',
      AWS_ENDPOINT_URL: server.endpoint,
    },
    lines,
  );
  t.after(() => host.stop());
  assert.equal((await fetch(`${host.url}/health/readiness`)).status, 503);
  assert.equal((await fetch(`${host.url}/health/liveness`)).status, 200);
  server.send('jobs', '{"m":"1","n":"2"}');
  server.fail(false);
  await server.until(() => server.bodies('jobs').length === 0);
  assert.equal(reports(lines).length, 1);
  assert.match(String(records(lines)[0]?.message), /jobs does not answer yet; it is asked again/);
});

test('a FIFO queue keeps the order of a group, also after a failure', async (t) => {
  const server = await startQueues(t, {
    'jobs.fifo': { FifoQueue: 'true', ...redriveTo('dead', 2) },
    dead: {},
  });
  for (const [group, bodies] of [
    ['a', ['1', 'bad', '2']],
    ['b', ['3', '4']],
  ] as const) {
    for (const body of bodies) {
      const event = body === 'bad' ? { m: 'bad' } : { m: '1', n: body };
      server.send('jobs.fifo', JSON.stringify({ function: 'get-cat', event }), { group });
    }
  }
  const lines: string[] = [];
  const host = await startPoller(
    { HOST_QUEUE: 'jobs.fifo', HOST_FUNCTIONS: 'get-cat', AWS_ENDPOINT_URL_SQS: server.endpoint },
    lines,
  );
  t.after(() => host.stop());
  await server.until(() => server.bodies('jobs.fifo').length === 0);
  assert.deepEqual(server.bodies('dead'), ['{"function":"get-cat","event":{"m":"bad"}}']);
  const outcomes = reports(lines).length;
  assert.equal(outcomes, 4 + 2, 'each once, the bad one twice');
});

test('stop: a long poll is ended, and what was received is served', async (t) => {
  const server = await startQueues(t, { jobs: {} });
  const lines: string[] = [];
  const settings = { HOST_QUEUE: 'jobs', HOST_FUNCTIONS: 'get-cat', AWS_ENDPOINT_URL_SQS: server.endpoint };
  const served: RunningHost[] = [];
  for (let i = 0; i < 100; i += 1) server.send('jobs', CAT);
  for (const enough of [70, 0]) {
    const host = await startPoller(settings, lines);
    served.push(host);
    await server.until(() => server.bodies('jobs').length <= enough);
    await host.stop();
    assert.equal(
      reports(lines).length,
      100 - server.bodies('jobs').length,
      'nothing is served and not deleted',
    );
    await assert.rejects(fetch(`${host.url}/health/liveness`));
  }
  assert.equal(reports(lines).length, 100);
});

test('a full queue is received ten at a time, also when the calls of a batch end one by one', async (t) => {
  const server = await startQueues(t, { jobs: {} });
  for (let i = 0; i < 100; i += 1) server.send('jobs', CAT);
  const host = await startPoller({
    HOST_QUEUE: 'jobs',
    HOST_FUNCTIONS: 'get-cat',
    AWS_ENDPOINT_URL_SQS: server.endpoint,
  });
  t.after(() => host.stop());
  await server.until(() => server.bodies('jobs').length === 0);
  const { ReceiveMessage = 0 } = server.requests;
  assert.ok(ReceiveMessage <= 10 + 2, `ten full requests and two that wait for more; got ${ReceiveMessage}`);
});

test('wrong configuration is named', async (t) => {
  const server = await startQueues(t, { jobs: {} });
  const place = { AWS_ENDPOINT_URL_SQS: server.endpoint, HOST_FUNCTIONS: 'get-cat' };
  for (const [environment, said] of [
    [{}, /^OptionError: HOST_QUEUE is missing: it must be the name or the URL of a queue/],
    [{ ...place, HOST_QUEUE: 'a b' }, /^OptionError: HOST_QUEUE must be .*; got "a b"/],
    [{ ...place, HOST_QUEUE: 'goats' }, /^OptionError: --queue goats does not exist/],
    [
      { ...place, HOST_QUEUE: 'jobs', HOST_BIND: 'true', HOST_FUNCTIONS: 'get-cat,echo' },
      /^OptionError: --bind needs exactly one --function; served are get-cat, echo$/,
    ],
    [
      { ...place, HOST_QUEUE: 'jobs', HOST_VISIBILITY: '1' },
      /^OptionError: HOST_VISIBILITY must be a whole number/,
    ],
    [
      { ...place, HOST_QUEUE: 'jobs', HOST_ADDRESS: '0.0.0.0' },
      /^OptionError: --host 0\.0\.0\.0 can be reached/,
    ],
  ] as const) {
    await assert.rejects(async () => startPoller(environment), said);
  }
});

test('a port in use ends the poller, which has begun to ask its queue', async (t) => {
  const server = await startQueues(t, { jobs: {} });
  const child = spawn(
    process.execPath,
    [CLI, 'poller', '--function', 'get-cat', '--port', new URL(server.endpoint).port],
    {
      env: {
        ...KEY,
        AWS_REGION: 'eu-west-3',
        HOST_QUEUE: 'jobs',
        AWS_ENDPOINT_URL_SQS: server.endpoint,
        HOST_LOGS: '-',
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  t.after(() => child.kill('SIGKILL'));
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  assert.deepEqual(await once(child, 'exit'), [2, null]);
  assert.match(said, /^port \d+ of 127\.0\.0\.1 is in use: choose another with --port\n$/);
});

test('a message that meets a fault of the host goes back, and ends nothing else', async () => {
  const messages = ['bad', 'good'].map(
    (body): Received => ({
      messageId: body,
      receiptHandle: body,
      body,
      correlationId: undefined,
      traceparent: undefined,
      receiveCount: 1,
    }),
  );
  const hidden: string[] = [];
  const removed: string[] = [];
  const troubles: string[] = [];
  const queue: Queue = {
    name: 'jobs',
    isFifo: false,
    look: async () => true,
    receive: async (_most, signal) => {
      if (messages.length > 0) return messages.splice(0);
      await new Promise<void>((_resolve, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason)),
      );
      return [];
    },
    remove: async (some) => {
      removed.push(...some.map(({ body }) => body));
      return undefined;
    },
    hide: async (some) => {
      hidden.push(...some.map(({ message }) => message.body));
      return undefined;
    },
    close: () => undefined,
  };
  const consumer = startConsumer({
    queue,
    serve: async ({ body }) => {
      if (body === 'bad') throw new Error('no log');
      return true;
    },
    concurrency: 2,
    underWay: () => 0,
    visibilitySeconds: 30,
    clock: () => performance.now(),
    random: () => 0,
    onTrouble: (text) => troubles.push(text),
    onDeleted: () => undefined,
    onHandedBack: () => undefined,
  });
  consumer.drain();
  await consumer.ended();
  assert.deepEqual({ hidden, removed }, { hidden: ['bad'], removed: ['good'] });
  assert.deepEqual(troubles, ['a message met a fault of the host, and goes back']);
});
