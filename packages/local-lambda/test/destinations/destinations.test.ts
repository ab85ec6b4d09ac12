import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readDeploymentPackages } from '../../src/deployment-package/read.ts';
import { startSqsServer } from '../event-sources/sqs-server.ts';
import { onEnd, startHost, temporaryFolder } from '../fixture-package.ts';

const WORK = `export const handler = async (event) => {
  if (event.fail) throw new RangeError('as asked');
  console.log(JSON.stringify(event));
  return { done: true };
};`;

const queue = (QueueName: string) => ({ Type: 'AWS::SQS::Queue', Properties: { QueueName } });
const arn = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const invokeConfig = (functionId: string, properties: object, destinations: object = {}) => ({
  Type: 'AWS::Lambda::EventInvokeConfig',
  Properties: {
    FunctionName: { Ref: `${functionId}LambdaFunction` },
    Qualifier: '$LATEST',
    ...properties,
    DestinationConfig: destinations,
  },
});

/** A server of SNS and EventBridge that keeps what it is sent. */
async function startCollector(t: TestContext) {
  const requests: { target: string; authorization: string; body: string }[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { authorization = '', 'x-amz-target': target = '' } = request.headers;
    requests.push({ target: String(target), authorization, body: Buffer.concat(chunks).toString() });
    response.end(JSON.stringify({ FailedEntryCount: 0, Entries: [{ EventId: '1' }] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onEnd(t, () => server.close());
  return { requests, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

test('records reach functions, queues, topics and buses; dead letters are the events themselves', async (t) => {
  const sqs = await startSqsServer();
  onEnd(t, sqs.close);
  const collector = await startCollector(t);
  const DeadLetterConfig = { TargetArn: arn('Dead') };
  const host = await startHost(
    t,
    {
      work: { source: WORK, properties: { DeadLetterConfig } },
      seen: { source: WORK },
      old: { source: WORK },
      loop: { source: WORK },
    },
    { sqsEndpoint: sqs.endpoint, awsEndpoint: collector.url },
    {
      Dead: queue('dead'),
      Failed: queue('failed'),
      Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'topic' } },
      WorkConfig: invokeConfig(
        'Work',
        { MaximumRetryAttempts: 0 },
        {
          OnSuccess: { Destination: arn('SeenLambdaFunction') },
          OnFailure: { Destination: arn('Failed') },
        },
      ),
      SeenConfig: invokeConfig('Seen', {}, { OnSuccess: { Destination: { Ref: 'Topic' } } }),
      OldConfig: invokeConfig(
        'Old',
        { MaximumEventAgeInSeconds: '60' },
        { OnFailure: { Destination: 'arn:aws:events:eu-west-3:000000000000:event-bus/default' } },
      ),
      LoopConfig: invokeConfig('Loop', {}, { OnSuccess: { Destination: arn('LoopLambdaFunction') } }),
    },
  );
  const send = async (name: string, event: object) => {
    const url = `${host.url}/2015-03-31/functions/${name}/invocations`;
    const headers = { 'x-amz-invocation-type': 'Event' };
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(event) });
    assert.equal(response.status, 202);
    return response.headers.get('x-amzn-requestid');
  };
  const requestId = await send('work', { n: 1 });
  await host.settleEvents();
  const line = (await host.logLines('seen')).find((one) => one.includes('\tINFO\t')) ?? '';
  const { timestamp, ...record } = JSON.parse(line.slice(line.indexOf('{')));
  assert.match(timestamp, /^\d{4}-.*Z$/);
  const functionArn = 'arn:aws:lambda:eu-west-3:000000000000:function:work';
  assert.deepEqual(record, {
    version: '1.0',
    requestContext: {
      requestId,
      functionArn: `${functionArn}:$LATEST`,
      condition: 'Success',
      approximateInvokeCount: 1,
    },
    requestPayload: { n: 1 },
    responseContext: { statusCode: 200, executedVersion: '$LATEST' },
    responsePayload: { done: true },
  });
  const published = new URLSearchParams(collector.requests[0]?.body);
  assert.equal(published.get('TopicArn'), 'arn:aws:sns:eu-west-3:000000000000:topic');
  assert.equal(JSON.parse(published.get('Message') ?? '').requestPayload.requestContext.requestId, requestId);
  assert.match(collector.requests[0]?.authorization ?? '', /\/sns\/aws4_request, /);

  const failedId = await send('work', { fail: 1 });
  await send('old', { fail: 1 });
  await host.settleEvents();
  const failed = JSON.parse(sqs.bodies('failed')[0] ?? '');
  assert.equal(failed.requestContext.condition, 'RetriesExhausted');
  assert.equal(failed.responseContext.functionError, 'Unhandled');
  assert.equal(failed.responsePayload.errorType, 'RangeError');
  assert.deepEqual(sqs.bodies('dead'), ['{"fail":1}']);
  assert.deepEqual(sqs.queues.get('dead')?.messages[0]?.attributes, {
    RequestID: { DataType: 'String', StringValue: failedId },
    ErrorCode: { DataType: 'Number', StringValue: '200' },
    ErrorMessage: { DataType: 'String', StringValue: 'as asked' },
  });
  assert.equal(collector.requests[1]?.target, 'AWSEvents.PutEvents');
  const [entry] = JSON.parse(collector.requests[1]?.body ?? '').Entries;
  assert.deepEqual(
    [entry.Source, entry.DetailType, entry.EventBusName],
    ['lambda', 'Lambda Function Invocation Result - Failure', 'default'],
  );
  const { requestContext } = JSON.parse(entry.Detail);
  // On AWS the second attempt comes after a minute.
  assert.deepEqual(
    [requestContext.condition, requestContext.approximateInvokeCount],
    ['EventAgeExceeded', 1],
  );

  await send('loop', {});
  await host.settleEvents();
  const calls = (await host.logLines('loop')).filter((one) => one.startsWith('REPORT'));
  assert.equal(calls.length, 17);
  assert.match(host.notices.at(-1) ?? '', /^loop: .*: functions have called each other 16 times in a row$/);

  // A server that fails is told of; nothing else stops.
  sqs.fail(true);
  await send('work', { fail: 1 });
  await host.settleEvents();
  assert.match(host.notices.at(-1) ?? '', /^work: what became of \S+ does not reach arn:\S+:dead: .*503/);
});

test('without their servers, destinations are named at the start; SAM names what it makes of them', async (t) => {
  const folder = await temporaryFolder(t);
  const Properties = {
    InlineCode: 'exports.handler = () => 1;',
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    AutoPublishAlias: 'live',
    DeadLetterQueue: { Type: 'SNS', TargetArn: 'arn:aws:sns:eu-west-3:000000000000:letters' },
    EventInvokeConfig: {
      MaximumRetryAttempts: 1,
      DestinationConfig: {
        OnSuccess: { Type: 'SQS' },
        OnFailure: { Type: 'Lambda', Destination: 'arn:aws:lambda:x:1:function:y' },
      },
    },
  };
  const template = { Resources: { One: { Type: 'AWS::Serverless::Function', Properties } } };
  await writeFile(join(folder, 'template.json'), JSON.stringify(template));
  const { unserved } = await readDeploymentPackages([folder]);
  assert.deepEqual(
    unserved.map(({ what, notice }) => [what, notice.replace(/;.*/, '')]),
    [
      [
        'OneEventInvokeConfigOnSuccessQueue (AWS::SQS::Queue)',
        'set AWS_ENDPOINT_URL_SQS to an SQS server on this machine, and it is created there when it is missing',
      ],
      ['One.DeadLetterConfig', 'set AWS_ENDPOINT_URL_SNS to a server on this machine, and it gets them'],
      [
        'OneEventInvokeConfig.OnSuccess',
        'set AWS_ENDPOINT_URL_SQS to a server on this machine, and it gets them',
      ],
      ['OneEventInvokeConfig.OnFailure', 'arn:aws:lambda:x:1:function:y is in no package here'],
    ],
  );
  const endpoint = 'http://127.0.0.1:1';
  const { asyncConfigs } = await readDeploymentPackages([folder], {
    sqsEndpoint: endpoint,
    snsEndpoint: endpoint,
  });
  const { maximumRetryAttempts, onSuccess, deadLetters } = asyncConfigs.get('One:live') ?? {};
  assert.equal(maximumRetryAttempts, 1);
  assert.match(onSuccess?.arn ?? '', /:OneEventInvokeConfigOnSuccessQueue$/);
  assert.equal(deadLetters?.service, 'sns');
  assert.equal(asyncConfigs.get('One:$LATEST')?.maximumRetryAttempts, 2);
});
