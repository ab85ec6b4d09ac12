import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Context as LambdaContext, SQSEvent } from 'aws-lambda';
import { jsonLog } from '../../src/adapters/json-log/json-log.ts';
import type { CallContext, Run } from '../../src/domain/context.ts';
import { ShedError } from '../../src/domain/errors.ts';
import { lambdaSqs } from '../../src/hosts/lambda/sqs.ts';

interface Sent {
  readonly id: string;
  readonly body: string;
  readonly group?: string;
}

/** Invokes a portable function as an event source of SQS does, and keeps what it logs. */
async function deliver(
  run: Run<CallContext>,
  messages: readonly Sent[],
  { queue = 'jobs', leftMs = 9_000 } = {},
) {
  const lines: string[] = [];
  const handler = lambdaSqs({ name: 'get-cat', run }, { logFor: jsonLog((line) => lines.push(line)) });
  const event = {
    Records: messages.map(({ id, body, group }) => ({
      messageId: id,
      body,
      attributes: { MessageGroupId: group },
      eventSourceARN: `arn:aws:sqs:eu-west-3:000000000000:${queue}`,
    })),
  };
  const context = { awsRequestId: 'request-1', getRemainingTimeInMillis: () => leftMs };
  const answer = await handler(event as SQSEvent, context as LambdaContext);
  return {
    failed: answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier),
    records: lines.map((line) => JSON.parse(line)),
  };
}

test('each message is one call; only those that failed stay in the queue, and the log says why', async () => {
  const events: unknown[] = [];
  const run: Run<CallContext> = async (event) => {
    events.push(event);
    if (event === 1) throw new ShedError('INVALID_INPUT', 'm must be there');
    if (event === 2) throw new Error('the table is on fire');
  };
  const { failed, records } = await deliver(run, [
    { id: 'good', body: '{"m":18446744073709551615}' },
    { id: 'explained', body: '1' },
    { id: 'unexplained', body: '2' },
    { id: 'no JSON', body: 'm=1' },
    { id: 'last', body: '3' },
  ]);
  assert.deepEqual(events, [{ m: 18_446_744_073_709_551_615n }, 1, 2, 3]);
  assert.deepEqual(failed, ['explained', 'unexplained', 'no JSON']);
  assert.deepEqual(
    records.map(({ level, requestId, messageId }) => [level, requestId, messageId]),
    [
      ['WARN', 'request-1', 'explained'],
      ['ERROR', 'request-1', 'unexplained'],
      ['WARN', 'request-1', 'no JSON'],
    ],
  );
  assert.match(records[0].message, /m must be there/);
  assert.equal(records[1].error.message, 'the table is on fire');
});

test('a FIFO queue keeps the order of a group after a failure; others are served', async () => {
  const sent = ['a:1', 'b:2', 'a:3'].map((id) => ({ id, body: id.slice(2), group: id.slice(0, 1) }));
  const run: Run<CallContext> = async (event) => {
    if (event === 1) throw new Error('no');
  };
  assert.deepEqual((await deliver(run, sent, { queue: 'jobs.fifo' })).failed, ['a:1', 'a:3']);
  assert.deepEqual((await deliver(run, sent)).failed, ['a:1']);
});

test('before Lambda ends the invocation, it answers: what was not done stays in the queue', async () => {
  const sent = ['1', '2'].map((body) => ({ id: body, body }));
  const endless: Run<CallContext> = () => new Promise(() => undefined);
  const { failed, records } = await deliver(endless, sent, { leftMs: 501 });
  assert.deepEqual(failed, ['1', '2']);
  assert.match(records[0].error.message, /no time is left/);
  let calls = 0;
  const counting: Run<CallContext> = async () => {
    calls += 1;
  };
  assert.deepEqual([(await deliver(counting, sent, { leftMs: 400 })).failed, calls], [['1', '2'], 0]);
});
