/** Event sources on a real server of SQS and S3: MiniStack, which pip installs. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { startEmulator } from '../../../../rehearsal/emulator.ts';
import { ensurePython } from '../../../../rehearsal/python-environment.ts';
import { runUntil } from '../../../../rehearsal/run.ts';
import { sendSigned } from '../../src/event-sources/aws-request.ts';
import { createSqsClient } from '../../src/event-sources/sqs/sqs-client.ts';
import { onEnd, startHost, temporaryFolder } from '../fixture-package.ts';

const ROOT = join(import.meta.dirname, '../../../..');
const KEY = { accessKeyId: 'test', secretAccessKey: 'test' };
const REGION = 'eu-west-3';

const WORKER = `export const handler = async ({ Records }) => {
  for (const { body, s3, eventName, attributes } of Records) console.log(body ?? eventName + ' ' + s3.object.key, attributes?.ApproximateReceiveCount ?? '');
  return { batchItemFailures: Records.filter(({ body }) => body === 'bad').map(({ messageId }) => ({ itemIdentifier: messageId })) };
};`;

test('queues, dead letters and buckets of MiniStack call functions', async (t) => {
  const { signal } = new AbortController();
  const bin = await ensurePython(ROOT, join(ROOT, 'rehearsal/requirements.txt'), runUntil(signal));
  const folder = await temporaryFolder(t);
  const { endpoint, close } = await startEmulator(bin, join(ROOT, 'node_modules/.bin'), folder, signal);
  onEnd(t, close);
  const Arn = { 'Fn::GetAtt': ['WorkerLambdaFunction', 'Arn'] };
  const resources = {
    Dead: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'dead' } },
    Jobs: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        QueueName: 'jobs',
        VisibilityTimeout: 5,
        RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 1 },
      },
    },
    Ordered: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'ordered.fifo', FifoQueue: true } },
    Mapping: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        EventSourceArn: { 'Fn::GetAtt': ['Jobs', 'Arn'] },
        FunctionName: Arn,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
      },
    },
    Uploads: {
      Type: 'AWS::S3::Bucket',
      Properties: {
        NotificationConfiguration: {
          LambdaConfigurations: ['Created', 'Removed'].map((kind) => ({
            Event: `s3:Object${kind}:*`,
            Function: Arn,
          })),
        },
      },
    },
  };
  const environment = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: KEY.accessKeyId,
    AWS_SECRET_ACCESS_KEY: KEY.secretAccessKey,
  };
  const seen: string[] = [];
  const waiting: { readonly line: string; readonly resolve: () => void }[] = [];
  const onLogEvent = (_group: string, message: string): void => {
    const line = /\tINFO\t(.*)$/.exec(message)?.[1]?.trim();
    if (line !== undefined) seen.push(line);
    for (const one of waiting) if (one.line === line) one.resolve();
  };
  const line = (wanted: string): Promise<void> =>
    seen.includes(wanted)
      ? Promise.resolve()
      : new Promise((resolve) => waiting.push({ line: wanted, resolve }));
  const host = await startHost(
    t,
    { worker: { source: WORKER, properties: { Timeout: 5 } } },
    { environment, onLogEvent },
    resources,
  );
  assert.deepEqual(host.notices, []);

  const sqs = createSqsClient({ endpoint, service: 'sqs', region: REGION, credentials: KEY }, Date.now);
  const send = async (queue: string, body: string): Promise<void> => {
    const url = (await sqs.queueUrl(queue, signal)) ?? '';
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'AmazonSQS.SendMessage',
    };
    const message = JSON.stringify({ QueueUrl: url, MessageBody: body });
    const server = { endpoint, service: 'sqs', region: REGION, credentials: KEY };
    const request = { method: 'POST', path: '/', headers, body: message } as const;
    const answer = await sendSigned(server, request, Date.now(), { signal, limitMs: 10_000 });
    assert.equal(answer.status, 200, answer.body);
  };
  await send('jobs', 'good');
  await send('jobs', 'bad');
  await Promise.all([line('good 1'), line('bad 1')]);
  const dead = (await sqs.queueUrl('dead', signal)) ?? '';
  const [letter] = await sqs.receive(dead, { max: 1, waitSeconds: 20 }, signal);
  assert.equal(letter?.Body, 'bad');
  assert.equal(
    (await sqs.attributes((await sqs.queueUrl('ordered.fifo', signal)) ?? '', signal))['FifoQueue'],
    'true',
  );

  const object = async (method: 'PUT' | 'DELETE', body: string): Promise<number> => {
    const server = { endpoint, service: 's3', region: REGION, credentials: KEY };
    const request = { method, path: '/uploads/in/a%20b%2B%C3%BC.txt', body };
    return (await sendSigned(server, request, Date.now(), { signal, limitMs: 10_000 })).status;
  };
  assert.equal(await object('PUT', 'hello'), 200);
  await line('ObjectCreated:Put in/a+b%2B%C3%BC.txt');
  assert.equal(await object('DELETE', ''), 204);
  await line('ObjectRemoved:Delete in/a+b%2B%C3%BC.txt');
  assert.deepEqual(host.notices, []);
});
