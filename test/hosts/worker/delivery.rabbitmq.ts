/** What becomes of requests that are not simply answered, on one broker. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openAmqpClient } from '../../../src/hosts/worker/client.ts';
import { startSlowDatabase } from '../slow-database.ts';
import { type Deliveries, errorOf, NO_DATABASE, openDeliveries, until } from './deliveries.ts';
import { startWorker } from './start-worker.ts';

let deliveries: Deliveries;

before(async () => {
  deliveries = await openDeliveries();
});
after(() => deliveries.close());

test('nonsense of every kind is answered, and the worker goes on', async (t) => {
  const { send, reply, deadLetter } = await deliveries.start(t);
  for (const [body, properties, said] of [
    ['{"a":', {}, /^the event must be JSON: /],
    [Buffer.from([0x22, 0xff, 0x22]), {}, /UTF-8/],
    [`${'['.repeat(100_000)}`, {}, /^the event must be JSON: /],
    ['', {}, /^the event must be JSON: /],
    ['<a/>', { contentType: 'text/xml"\n' }, /^content_type must be application\/json .* got "text/],
    ['{}', { contentType: 'application/json; charset=latin1' }, /^content_type must be/],
    ['{}', { contentEncoding: 'gzip' }, /^content_encoding must be absent, identity or utf-8; got "gzip"/],
    [
      Buffer.alloc(10_485_761),
      { contentType: 'application/octet-stream' },
      /^body must be at most 10485760 bytes/,
    ],
    [`{"a":${'9'.repeat(400)}}`, {}, /at most 309 digits/],
  ] as const) {
    send(body, properties);
    const { errorType, errorMessage, code } = errorOf(await reply());
    assert.deepEqual([errorType, code], ['ShedError', 'INVALID_INPUT']);
    assert.match(errorMessage, said);
  }
  send('{}', { replyTo: 'amqp://other/queue', messageId: '"\u0000', headers: { 'x-deadline': 'tomorrow' } });
  assert.equal((await deadLetter()).properties.replyTo, 'amqp://other/queue');
  const strange = { traceparent: { a: [1] }, 'x-sheep-shed-deliveries': -7, 'x-deadline': true };
  send('[1,-0,12345678901234567890,0.5,1e2]', { headers: strange, correlationId: 'ä'.repeat(100) });
  const { content, properties } = await reply();
  assert.equal(content.toString(), '[1,0,12345678901234567890,0.5,100]');
  assert.deepEqual([properties.correlationId, properties.type], ['ä'.repeat(100), 'result']);
});

test('a request without reply_to: its result is dropped, a failure that would come again is a dead letter', async (t) => {
  const { send, deadLetter, isEmpty } = await deliveries.start(t, { HOST_FUNCTIONS: 'get-cat' });
  send('{"m":1,"n":1}', {}, 'get-cat', false);
  send('{"m":1}', {}, 'get-cat', false);
  const letter = await deadLetter();
  assert.equal(letter.content.toString(), '{"m":1}');
  assert.equal(letter.properties.headers?.['x-death']?.[0]?.reason, 'rejected');
  assert.ok(await isEmpty('get-cat'));
});

for (const queue of ['durable', 'quorum', 'transient']) {
  test(`what never succeeds on a ${queue} queue becomes a dead letter after its attempts`, async (t) => {
    const { send, deadLetter, lines } = await deliveries.start(t, {
      ...NO_DATABASE,
      HOST_FUNCTIONS: 'get-dog',
      AMQP_ATTEMPTS: '3',
      AMQP_QUEUE: queue,
    });
    send('{}', { messageId: 'poison', persistent: true }, 'get-dog', false);
    await deadLetter();
    assert.equal(lines.filter((line) => line.startsWith('START RequestId: poison')).length, 3);
    assert.ok(lines.some((line) => line.includes('the request was delivered 3 times and never answered')));
  });
}

test('expiry: what comes too late is not called but answered, what runs too long is answered in time', async (t) => {
  const database = await startSlowDatabase(t);
  const { send, reply, lines, host } = await deliveries.start(t, {
    ...NO_DATABASE,
    AWS_ENDPOINT_URL_DYNAMODB: database.url,
    HOST_FUNCTIONS: 'get-dog',
    HOST_CONCURRENCY: '1',
  });
  send('{}', { messageId: 'slow', headers: { 'x-deadline': Date.now() + 200 } }, 'get-dog');
  send('{}', { messageId: 'late', headers: { 'x-deadline': String(Date.now() - 1) } }, 'get-dog');
  send('{}', { messageId: 'old', expiration: 60_000, timestamp: 1_000_000_000 }, 'get-dog');
  const slow = await reply();
  assert.deepEqual(errorOf(slow).code, 'INTERNAL_ERROR');
  // The call that is late still takes the only place.
  (await database.scanned)();
  assert.deepEqual([errorOf(await reply()).code, errorOf(await reply()).code], ['EXPIRED', 'EXPIRED']);
  assert.deepEqual(
    lines.filter((line) => line.startsWith('START')),
    ['START RequestId: slow Version: $LATEST'],
  );
  const metrics = await (await fetch(`${host.url}/metrics`)).text();
  assert.match(metrics, /^sheep_shed_requests_unserved_total\{why="expired"\} 2$/m);
});

test('at most once: a request is acknowledged before its call', async (t) => {
  const database = await startSlowDatabase(t);
  const { send, reply, isEmpty, prefix, host } = await deliveries.start(t, {
    ...NO_DATABASE,
    AWS_ENDPOINT_URL_DYNAMODB: database.url,
    HOST_FUNCTIONS: 'get-dog',
    HOST_TIMEOUT: '250',
    AMQP_DELIVERY: 'at-most-once',
  });
  send('{}', {}, 'get-dog');
  const release = await database.scanned;
  const listed = await deliveries.broker.control('list_queues', 'name', 'messages');
  assert.match(listed, new RegExp(`^${prefix}get-dog\\s+0$`, 'm'), 'it is under way, and not in the queue');
  release();
  assert.equal((await reply()).content.toString(), '{"count":7}');
  assert.ok(await isEmpty('get-dog'));
  await host.stop();
});

test('a stop: what is under way is answered and acknowledged, what is not goes back', async (t) => {
  const database = await startSlowDatabase(t);
  const { send, reply, host, prefix } = await deliveries.start(t, {
    ...NO_DATABASE,
    AWS_ENDPOINT_URL_DYNAMODB: database.url,
    HOST_FUNCTIONS: 'get-dog',
    HOST_CONCURRENCY: '1',
  });
  send('{}', { correlationId: 'first' }, 'get-dog');
  send('{}', { correlationId: 'second' }, 'get-dog');
  const release = await database.scanned;
  const stopped = host.stop();
  release();
  await stopped;
  assert.equal((await reply()).properties.correlationId, 'first');
  const { messageCount, consumerCount } = await deliveries.channel.checkQueue(`${prefix}get-dog`);
  assert.deepEqual([messageCount, consumerCount], [1, 0]);
});

test('priorities, trace and delivery mode', async (t) => {
  const { send, reply, lines } = await deliveries.start(t, {
    AMQP_MAX_PRIORITY: '5',
    HOST_FUNCTIONS: 'echo,get-cat',
  });
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  send('{}', { headers: { traceparent }, priority: 5, persistent: true });
  const { properties } = await reply();
  assert.deepEqual([properties.headers?.['traceparent'], properties.deliveryMode], [traceparent, 2]);
  send('{"m":3,"n":9000}', { headers: { traceparent: 'x' }, priority: 5 }, 'get-cat');
  assert.equal(errorOf(await reply()).code, 'CAT_WOULD_NOT_FINISH');
  assert.ok(lines.every((line) => !line.includes('fault')));
});

test('a queue with other properties, wrong credentials, a queue that is deleted', async (t) => {
  const { prefix, settings, host, send, reply } = await deliveries.start(t);
  await assert.rejects(
    startWorker({ ...settings, AMQP_QUEUE: 'transient' }),
    new RegExp(
      `^OptionError: queue ${prefix}echo is there with other properties .*: delete it, or give the options`,
    ),
  );
  await assert.rejects(
    startWorker({ ...settings, AMQP_PASSWORD: 'wrong' }),
    /^OptionError: amqp:\/\/127\.0\.0\.1:\d+ refuses user, password or virtual host: .*ACCESS.REFUSED/,
  );
  await assert.rejects(
    startWorker({ ...settings, AMQP_URL: `${deliveries.broker.url}/nowhere` }),
    /refuses user, password/,
  );
  await deliveries.channel.deleteQueue(`${prefix}echo`);
  const isReady = async () => (await fetch(`${host.url}/health/readiness`)).status === 200;
  await until(async () => !(await isReady()));
  await until(isReady);
  send('1');
  assert.equal((await reply()).content.toString(), '1');
});

test('a broker low on memory: no call is begun, the worker says so, and goes on', async (t) => {
  const database = await startSlowDatabase(t);
  const { host, send, reply, lines } = await deliveries.start(t, {
    ...NO_DATABASE,
    AWS_ENDPOINT_URL_DYNAMODB: database.url,
    HOST_FUNCTIONS: 'get-dog',
    HOST_TIMEOUT: '250',
    HOST_CONCURRENCY: '1',
  });
  const status = async () => (await fetch(`${host.url}/health/readiness`)).status;
  t.after(() => deliveries.broker.control('set_vm_memory_high_watermark', 'absolute', '512MB'));
  send('{}', { messageId: 'first' }, 'get-dog');
  send('{"a":', { messageId: 'second' }, 'get-dog');
  const release = await database.scanned;
  await deliveries.broker.control('set_vm_memory_high_watermark', '0.000001');
  // The broker blocks a connection when it publishes, here the reply.
  release();
  await until(async () => (await status()) === 503);
  const blocked = /^the broker takes no replies, so no calls are begun: low on memory/;
  assert.ok(lines.some((line) => blocked.test(line)));
  await deliveries.broker.control('set_vm_memory_high_watermark', 'absolute', '512MB');
  await until(async () => (await status()) === 200);
  assert.ok(lines.includes('the broker takes replies again'));
  assert.deepEqual([(await reply()).properties.type, (await reply()).properties.type], ['result', 'error']);
});

test('the client: time-outs, too many calls, no worker, wrong names, and its end', async (t) => {
  const database = await startSlowDatabase(t);
  const { prefix } = await deliveries.start(t, {
    ...NO_DATABASE,
    AWS_ENDPOINT_URL_DYNAMODB: database.url,
    HOST_FUNCTIONS: 'get-dog,echo',
  });
  const client = await openAmqpClient({ url: deliveries.broker.url, queuePrefix: prefix, maxPending: 2 });
  t.after(client.close);
  const codeOf = (call: Promise<unknown>) =>
    call.then(
      () => 'none',
      (error: { code: string }) => error.code,
    );
  assert.equal(await codeOf(client.call('get-dog', {}, { timeoutMs: 50 })), 'TIMEOUT');
  assert.equal(await codeOf(client.call('get-goat')), 'NO_SUCH_QUEUE');
  assert.equal(await codeOf(client.call('exchange/key')), 'INVALID_ADDRESS');
  const circular: unknown[] = [];
  circular.push(circular);
  for (const call of [
    client.call('echo', circular),
    client.call('echo', Symbol('sheep')),
    ...[0, -1, Number.NaN, Number.POSITIVE_INFINITY].map((timeoutMs) =>
      client.call('echo', 1, { timeoutMs }),
    ),
    ...[-1, 256, 0.5].map((priority) => client.call('echo', 1, { priority })),
  ]) {
    assert.equal(await codeOf(call), 'INVALID_CALL');
  }
  assert.equal(client.pending(), 0);
  // A loop of nothing but failing calls leaves the replies their turn.
  const replies = [client.call('echo', 1), client.call('echo', 2)];
  while (client.pending() === 2) assert.match(await codeOf(client.call('echo', 3)), /TOO_MANY_PENDING|none/);
  assert.deepEqual(await Promise.all(replies), [1, 2]);
  const pending = [codeOf(client.call('get-dog')), codeOf(client.call('get-dog'))];
  assert.equal(await codeOf(client.call('get-dog')), 'TOO_MANY_PENDING');
  await client.close();
  assert.deepEqual(await Promise.all([...pending, codeOf(client.call('echo'))]), [
    'CLOSED',
    'CLOSED',
    'CLOSED',
  ]);
  await assert.rejects(openAmqpClient({ url: 'http://a' }), { code: 'INVALID_ADDRESS' });
  await assert.rejects(openAmqpClient({ url: 'amqp://127.0.0.1:1', openTimeoutMs: 300 }), {
    code: 'CONNECTION_LOST',
    message: 'no connection to amqp://127.0.0.1:1 within 300 ms: connect ECONNREFUSED 127.0.0.1:1',
  });
});
