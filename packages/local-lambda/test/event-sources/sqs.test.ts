import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { type FixtureFunction, onEnd, startHost, type TestHost } from '../fixture-package.ts';
import { type SqsServer, startSqsServer } from './sqs-server.ts';

/** Fails what it is told to, and tells the test of each batch by its answer's log. */
const WORKER = `export const handler = async ({ Records }) => {
  console.log(JSON.stringify(Records.map(({ body }) => body)));
  const told = Records.map(({ body }) => body).find((body) => body.startsWith('answer '));
  if (told) return JSON.parse(told.slice(7));
  if (Records.some(({ body }) => body === 'throw')) throw new Error('as asked');
  const failed = Records.filter(({ body }) => body.startsWith('bad'));
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
};`;
const ECHO = `export const handler = async (event) => { console.log(JSON.stringify(event)); };`;

const mapping = (functionId: string, queueId: string, more: object = {}) => ({
  Type: 'AWS::Lambda::EventSourceMapping',
  Properties: {
    EventSourceArn: { 'Fn::GetAtt': [queueId, 'Arn'] },
    FunctionName: { 'Fn::GetAtt': [`${functionId}LambdaFunction`, 'Arn'] },
    ...more,
  },
});

const queue = (QueueName: string, more: object = {}) => ({
  Type: 'AWS::SQS::Queue',
  Properties: { QueueName, ...more },
});

async function start(
  t: TestContext,
  functions: Readonly<Record<string, FixtureFunction>>,
  resources: Readonly<Record<string, unknown>>,
): Promise<{
  readonly sqs: SqsServer;
  readonly host: TestHost;
  readonly seen: (name: string) => Promise<string[]>;
}> {
  const sqs = await startSqsServer();
  onEnd(t, sqs.close);
  const host = await startHost(t, functions, { sqsEndpoint: sqs.endpoint }, resources);
  const seen = async (name: string): Promise<string[]> => {
    const lines = await host.logLines(name);
    return lines.flatMap((line) => /\tINFO\t(.*)$/.exec(line)?.[1] ?? []);
  };
  return { sqs, host, seen };
}

test('messages reach functions as on AWS, and what is done is deleted', async (t) => {
  const { sqs, host, seen } = await start(
    t,
    {
      worker: { source: WORKER },
      echo: {
        source: ECHO,
        properties: { Timeout: 40, Environment: { Variables: { URL: { Ref: 'Echo' } } } },
      },
    },
    {
      Dead: queue('dead'),
      Jobs: queue('jobs', {
        VisibilityTimeout: 60,
        RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 2 },
      }),
      Echo: queue('echo'),
      Groups: { Type: 'AWS::SQS::Queue', Properties: { FifoQueue: true } },
      JobsMapping: mapping('Worker', 'Jobs', { FunctionResponseTypes: ['ReportBatchItemFailures'] }),
      EchoMapping: mapping('Echo', 'Echo', {
        BatchSize: 1,
        FilterCriteria: { Filters: [{ Pattern: JSON.stringify({ body: { kind: ['wanted'] } }) }] },
      }),
      Disabled: mapping('Worker', 'Dead', { Enabled: false }),
    },
  );
  assert.deepEqual([...sqs.queues.keys()].sort(), ['Groups.fifo', 'dead', 'echo', 'jobs']);
  assert.deepEqual(JSON.parse(sqs.queues.get('jobs')?.attributes['RedrivePolicy'] ?? ''), {
    maxReceiveCount: 2,
    deadLetterTargetArn: 'arn:aws:sqs:eu-west-3:000000000000:dead',
  });
  const { environment } = host.functions.find(({ name }) => name === 'echo') ?? {};
  assert.equal(environment?.['URL'], `${sqs.endpoint}/000000000000/echo`);
  assert.equal(environment?.['AWS_ENDPOINT_URL_SQS'], sqs.endpoint);
  await t.test('a whole batch, in the form of AWS', async () => {
    const attributes = { color: { StringValue: 'blue', DataType: 'String' } };
    sqs.send('echo', '{"kind":"other"}');
    sqs.send('echo', 'no JSON');
    const id = sqs.send('echo', '{"kind":"wanted"}', { attributes });
    await sqs.until(() => sqs.bodies('echo').length === 0);
    const events = await seen('echo');
    assert.equal(events.length, 1);
    const { Records } = JSON.parse(events[0] ?? '');
    const [{ receiptHandle, attributes: system, ...record }] = Records;
    assert.deepEqual(record, {
      messageId: id,
      body: '{"kind":"wanted"}',
      messageAttributes: {
        color: { stringValue: 'blue', stringListValues: [], binaryListValues: [], dataType: 'String' },
      },
      md5OfBody: createHash('md5').update('{"kind":"wanted"}').digest('hex'),
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:eu-west-3:000000000000:echo',
      awsRegion: 'eu-west-3',
    });
    assert.equal(typeof receiptHandle, 'string');
    assert.equal(system.ApproximateReceiveCount, '1');
  });

  assert.deepEqual(host.notices, [
    'echo: its visibility time-out of 30 s is less than the 40 s that echo may take: messages come again while they are worked on, and AWS refuses the mapping; use 240 s',
  ]);

  /** Sends what fails, lets it fail twice, and looks where it is then. */
  async function dies(body: string): Promise<void> {
    sqs.send('jobs', body);
    for (const receives of [1, 2]) {
      await sqs.until(() => sqs.queues.get('jobs')?.messages[0]?.count === receives);
      sqs.send('jobs', 'good');
      await sqs.until(() => sqs.bodies('jobs').join() === body);
      sqs.expire('jobs');
    }
    await sqs.until(() => sqs.bodies('jobs').length === 0);
    assert.equal(sqs.bodies('dead').at(-1), body);
  }

  await t.test('what fails comes again, and is dead after its receives', async () => {
    for (const body of ['bad', 'throw']) await dies(body);
  });

  await t.test('an answer that names no message fails the whole batch; an empty one none', async () => {
    await dies('answer {"batchItemFailures":[{"itemIdentifier":"x"}]}');
    assert.equal(
      host.notices.at(-1),
      'worker: its answer has an itemIdentifier that is "x", no id of a message: the whole batch has failed',
    );
    for (const answer of ['null', '{}', '{"batchItemFailures":null}']) {
      sqs.send('jobs', `answer ${answer}`);
      await sqs.until(() => sqs.bodies('jobs').length === 0);
    }
  });

  await t.test('a reload goes on with the new code, a close leaves what it has not begun', async () => {
    await host.reload();
    sqs.send('jobs', 'good');
    await sqs.until(() => sqs.bodies('jobs').length === 0);
    await host.close();
    sqs.send('jobs', 'late');
    assert.equal(sqs.queues.get('jobs')?.messages[0]?.count, 0);
  });
});

test('without a server a notice says what to set, and a wrong mapping what is wrong', async (t) => {
  const resources = {
    Jobs: queue('jobs'),
    Groups: queue('groups.fifo', { FifoQueue: true }),
    Good: mapping('Worker', 'Jobs'),
    Large: mapping('Worker', 'Jobs', { BatchSize: 11 }),
    Ordered: mapping('Worker', 'Groups', { BatchSize: 11, MaximumBatchingWindowInSeconds: 1 }),
    One: mapping('Worker', 'Jobs', { ScalingConfig: { MaximumConcurrency: 1 } }),
    Filtered: mapping('Worker', 'Jobs', { FilterCriteria: { Filters: [{ Pattern: '{"a":{"b":1}}' }] } }),
  };
  const host = await startHost(t, { worker: { source: WORKER } }, {}, resources);
  const wrong = (id: string, what: string) =>
    `${id} (AWS::Lambda::EventSourceMapping): it is not served: Resources.${id}.Properties.${what}`;
  assert.deepEqual(host.notices, [
    wrong('Large', 'MaximumBatchingWindowInSeconds: must be 1 to 300 for a BatchSize above 10, is 0'),
    wrong('Ordered', 'BatchSize: must be an integer from 1 to 10, is 11'),
    wrong('One', 'ScalingConfig.MaximumConcurrency: must be an integer from 2 to 1000, is 1'),
    wrong(
      'Filtered',
      'FilterCriteria.Filters[0].Pattern.a.b: must be an object of fields, at most 20 deep, is 1',
    ),
    'Good (AWS::Lambda::EventSourceMapping): set AWS_ENDPOINT_URL_SQS to an SQS server on this machine, and its messages come; or invoke the function with a sample event',
    'Jobs (AWS::SQS::Queue), Groups (AWS::SQS::Queue): set AWS_ENDPOINT_URL_SQS to an SQS server on this machine, and it is created there when it is missing',
  ]);
  await assert.rejects(
    startHost(t, { worker: { source: WORKER } }, { environment: { AWS_ENDPOINT_URL: 'sqs' } }),
    { message: 'endpoint of SQS: must be a URL such as http://127.0.0.1:4566, is "sqs"' },
  );
});
