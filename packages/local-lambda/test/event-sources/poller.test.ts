import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { SqsMapping } from '../../src/deployment-package/sqs-mappings.ts';
import type { InvocationOutcome } from '../../src/environments/invocation.ts';
import { readFilterPattern, readSqsPattern } from '../../src/event-sources/filter-pattern.ts';
import { createBatch } from '../../src/event-sources/sqs/batch.ts';
import { type PollerOptions, startPoller } from '../../src/event-sources/sqs/poller.ts';
import { createQueues } from '../../src/event-sources/sqs/queues.ts';
import { createSqsClient } from '../../src/event-sources/sqs/sqs-client.ts';
import { batchResult } from '../../src/event-sources/sqs/sqs-event.ts';
import { onEnd } from '../fixture-package.ts';
import { type SqsServer, startSqsServer } from './sqs-server.ts';

const GOOD: InvocationOutcome = { payload: Buffer.from('null'), errorType: undefined };

const MAPPING: SqsMapping = {
  logicalId: 'Mapping',
  functionName: 'worker',
  timeoutSeconds: 3,
  queueArn: 'arn:aws:sqs:eu-west-3:000000000000:jobs',
  queueName: 'jobs',
  batchSize: 10,
  windowSeconds: 0,
  reportsFailures: false,
  filters: [],
  maximumConcurrency: undefined,
};

async function poll(t: TestContext, given: Partial<PollerOptions>, more: Partial<SqsMapping> = {}) {
  const sqs: SqsServer = await startSqsServer();
  onEnd(t, sqs.close);
  const client = createSqsClient(
    {
      endpoint: sqs.endpoint,
      service: 'sqs',
      region: 'eu-west-3',
      credentials: { accessKeyId: 'local-lambda', secretAccessKey: 'local-lambda' },
    },
    Date.now,
  );
  const { queueName } = { ...MAPPING, ...more };
  const definition = { logicalId: 'Jobs', name: queueName, attributes: {} };
  const queues = createQueues([definition], client);
  await queues.find(queueName, new AbortController().signal);
  const notices: string[] = [];
  const poller = startPoller({
    mapping: { ...MAPPING, ...more },
    client,
    queues,
    concurrency: 2,
    invoke: async () => GOOD,
    onNotice: (message) => notices.push(message),
    onQueue: () => undefined,
    clock: () => performance.now(),
    random: () => 0,
    ...given,
  });
  onEnd(t, poller.stop);
  return { sqs, poller, notices };
}

const bodiesOf = (payload: Buffer): string[] =>
  (JSON.parse(payload.toString()) as { Records: { body: string }[] }).Records.map(({ body }) => body);

test('no more batches are in flight than may be, and each place is used', async (t) => {
  let inFlight = 0;
  let most = 0;
  const gates: (() => void)[] = [];
  const invoke = async (): Promise<InvocationOutcome> => {
    inFlight += 1;
    most = Math.max(most, inFlight);
    // The first two are held until both are there.
    if (gates.length < 2) {
      await new Promise<void>((resolve) => {
        gates.push(resolve);
        if (gates.length === 2) for (const open of gates) open();
      });
    }
    inFlight -= 1;
    return GOOD;
  };
  const { sqs } = await poll(t, { invoke }, { batchSize: 1 });
  for (let i = 0; i < 8; i += 1) sqs.send('jobs', String(i));
  await sqs.until(() => sqs.bodies('jobs').length === 0);
  assert.equal(most, 2);
});

test('a window gathers messages beyond ten; a stop serves what was taken, and waits for its end', async (t) => {
  const batches: number[] = [];
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const invoke = async (payload: Buffer) => {
    batches.push(bodiesOf(payload).length);
    if (batches.length === 2) await opened;
    return GOOD;
  };
  const { sqs, poller } = await poll(t, { invoke }, { batchSize: 25, windowSeconds: 60 });
  for (let i = 0; i < 28; i += 1) sqs.send('jobs', String(i));
  await sqs.until(() => sqs.bodies('jobs').length === 3);
  assert.deepEqual(batches, [25]);
  await sqs.until(() => sqs.queues.get('jobs')?.messages.every(({ count }) => count === 1) === true);
  await poller.stop();
  assert.deepEqual([batches, sqs.bodies('jobs').length], [[25, 3], 3]);
  open();
  await poller.ended();
  assert.deepEqual(sqs.bodies('jobs'), []);
});

test('the messages of a group are never in two batches at once', async (t) => {
  const seen: string[] = [];
  let inFlight = 0;
  const invoke = async (payload: Buffer) => {
    inFlight += 1;
    seen.push(`${inFlight}: ${bodiesOf(payload).join()}`);
    await setImmediate();
    inFlight -= 1;
    return GOOD;
  };
  const names = { queueName: 'jobs.fifo', queueArn: 'arn:aws:sqs:eu-west-3:000000000000:jobs.fifo' };
  const { sqs } = await poll(t, { invoke }, { batchSize: 2, ...names });
  for (const body of ['1', '2', '3']) sqs.send('jobs.fifo', body, { group: 'a' });
  await sqs.until(() => sqs.bodies('jobs.fifo').length === 0);
  assert.deepEqual(seen.join(' ').replaceAll(/1: |,/g, ' ').trim().split(/ +/), ['1', '2', '3']);
});

test('a server that fails or has lost the queue is tried again, and told of once', async (t) => {
  const { sqs, notices } = await poll(t, {});
  sqs.fail(true);
  sqs.send('jobs', 'wakes the long poll');
  const failed = (sqs.requests['GetQueueUrl'] ?? 0) + 2;
  await sqs.until(() => (sqs.requests['GetQueueUrl'] ?? 0) > failed);
  sqs.lose('jobs');
  sqs.fail(false);
  await sqs.until(() => sqs.queues.has('jobs'));
  sqs.send('jobs', 'new');
  await sqs.until(() => sqs.bodies('jobs').length === 0);
  assert.match(notices[0] ?? '', /^jobs: \w+: HTTP 503; it is tried again$/);
  assert.deepEqual(notices.slice(1), ['jobs: it is there again']);
});

test('an invocation that rejects leaves its messages to the queue', async (t) => {
  const { sqs } = await poll(t, { invoke: () => Promise.reject(new Error('no such function')) });
  sqs.send('jobs', 'one');
  await sqs.until(() => sqs.queues.get('jobs')?.messages[0]?.count === 1);
  sqs.expire('jobs');
  await sqs.until(() => sqs.queues.get('jobs')?.messages[0]?.count === 2);
  assert.deepEqual(sqs.requests['DeleteMessageBatch'], undefined);
});

test('a batch ends at its size, its bytes or its window', () => {
  let now = 0;
  const batch = createBatch({ batchSize: 3, windowSeconds: 2, clock: () => now });
  const received = (body: string) => ({
    message: { MessageId: body, ReceiptHandle: body, Body: body },
    record: { body },
  });
  const sizes = () => [batch.take().length, batch.size()];
  assert.equal(batch.waitSeconds(20), 20);
  batch.add(['a', 'b'].map(received));
  assert.deepEqual([batch.waitSeconds(20), ...sizes()], [2, 0, 2]);
  batch.add(['c', 'd'].map(received));
  assert.deepEqual(sizes(), [3, 1]);
  now = 1_999;
  assert.deepEqual([batch.waitSeconds(20), ...sizes()], [1, 0, 1]);
  now = 2_000;
  assert.deepEqual(sizes(), [1, 0]);
  const large = 'x'.repeat(4_000_000);
  batch.add([large, large].map(received));
  assert.deepEqual(sizes(), [1, 1]);
  assert.deepEqual(batch.takeEarly().length, 1);
});

test('the answer of a function says which messages failed', () => {
  const of = (answer: string, reports = true) =>
    [
      ...batchResult({ payload: Buffer.from(answer), errorType: undefined }, reports, ['a', 'b']).failed,
    ].join();
  for (const answer of ['', 'null', '{}', '{"batchItemFailures":[]}', '{"batchItemFailures":null}', '"x"']) {
    assert.equal(of(answer), '', answer);
  }
  assert.equal(of('{"batchItemFailures":[{"itemIdentifier":"b"}]}'), 'b');
  assert.equal(of('{"batchItemFailures":[{"itemIdentifier":"b"}]}', false), '');
  for (const wrong of ['', null, 'c', undefined]) {
    assert.equal(
      of(JSON.stringify({ batchItemFailures: [{ itemIdentifier: wrong }] })),
      'a,b',
      String(wrong),
    );
  }
  for (const answer of ['{"batchItemFailures":{}}', 'no JSON', '{"batchItemFailures":["a"]}']) {
    assert.equal(of(answer), 'a,b', answer);
  }
  assert.equal(batchResult({ payload: Buffer.from('{}'), errorType: 'Error' }, true, ['a']).failed.size, 1);
});

test('filter patterns let pass what AWS lets pass', () => {
  const cases: readonly (readonly [pattern: object, passing: readonly unknown[], not: readonly unknown[]])[] =
    [
      [
        { a: ['x', 1, null, true] },
        [{ a: 'x' }, { a: 1 }, { a: null }, { a: true }, { a: ['y', 'x'] }],
        [{}, { a: '1' }],
      ],
      [{ a: [{ prefix: 'ab' }] }, [{ a: 'abc' }], [{ a: 'cab' }, { a: 1 }, {}]],
      [{ a: [{ suffix: 'bc' }] }, [{ a: 'abc' }], [{ a: 'bca' }]],
      [{ a: [{ 'equals-ignore-case': 'aB' }] }, [{ a: 'Ab' }], [{ a: 'abc' }]],
      [
        { a: [{ wildcard: 'a*b*c' }] },
        [{ a: 'abc' }, { a: 'a-b-b-c' }],
        [{ a: 'acb' }, { a: 'ac' }, { a: 'abcd' }],
      ],
      [{ a: [{ 'anything-but': ['x', 1] }] }, [{ a: 'y' }, { a: 2 }], [{ a: 'x' }, { a: 1 }, {}]],
      [{ a: [{ 'anything-but': { prefix: 'x' } }] }, [{ a: 'y' }], [{ a: 'xy' }]],
      [{ a: [{ numeric: ['>', 1, '<=', 3] }] }, [{ a: 3 }, { a: 1.5 }], [{ a: 1 }, { a: 4 }, { a: '2' }]],
      [{ a: [{ numeric: ['=', 2] }] }, [{ a: 2 }], [{ a: 3 }]],
      [{ a: [{ exists: true }] }, [{ a: 0 }, { a: null }], [{}, { a: { b: 1 } }]],
      [{ a: { b: [{ exists: false }] } }, [{}, { a: {} }], [{ a: { b: 1 } }]],
      [{ a: ['x'], b: { c: [1] } }, [{ a: 'x', b: { c: 1 } }], [{ a: 'x' }, { a: 'x', b: [] }]],
      [{ $or: [{ a: [1] }, { b: [2] }] }, [{ a: 1 }, { b: 2 }], [{ a: 2, b: 1 }]],
    ];
  for (const [pattern, passing, not] of cases) {
    const passes = readFilterPattern(JSON.stringify(pattern), 'Pattern');
    for (const event of passing) assert.ok(passes(event), `${JSON.stringify([pattern, event])} should pass`);
    for (const event of not) assert.ok(!passes(event), `${JSON.stringify([pattern, event])} should not pass`);
  }
  const json = readSqsPattern({ body: { a: [1] }, messageAttributes: { x: [{ exists: false }] } }, 'Pattern');
  assert.deepEqual([{ body: '{"a":1}' }, { body: '{"a":2}' }, { body: 'a' }].map(json), [true, false, false]);
  const text = readSqsPattern({ body: [{ prefix: 'a' }] }, 'Pattern');
  assert.deepEqual([{ body: 'ab' }, { body: 'b' }, { body: '{"a":1}' }].map(text), [true, false, false]);
  const wrong: readonly (readonly [pattern: unknown, message: RegExp])[] = [
    ['{', /^Pattern: is not JSON/],
    [undefined, /^Pattern: must be an object of fields/],
    [{ a: [{ regex: 'x' }] }, /^Pattern\.a\[0\]: must be a value or one of prefix, .*, is \{"regex":"x"\}$/],
    [{ a: [{ numeric: ['~', 1] }] }, /^Pattern\.a\[0\]\.numeric: must be one or two comparisons/],
    [{ a: [{ prefix: 1 }] }, /^Pattern\.a\[0\]\.prefix: must be a text, is 1$/],
    [{ a: [{ exists: 1 }] }, /exists: must be true or false/],
    [{ $or: [] }, /\$or: must be a list of two patterns/],
  ];
  for (const [pattern, message] of wrong)
    assert.throws(() => readFilterPattern(pattern, 'Pattern'), { message });
});
