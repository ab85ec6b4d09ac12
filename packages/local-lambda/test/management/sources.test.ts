import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  DeleteEventSourceMappingCommand,
  LambdaClient,
  type Runtime,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { zipSync } from 'fflate';
import { startSqsServer } from '../event-sources/sqs-server.ts';
import { onEnd, serve, temporaryFolder } from '../fixture-package.ts';

test('code comes from S3, and a queue calls the function while its mapping is there and enabled', async (t) => {
  const folder = await temporaryFolder(t);
  const source = 'export const handler = async ({ Records }) => console.log(Records[0].body);';
  const zip = zipSync({ 'index.mjs': new TextEncoder().encode(source) });
  const s3 = createServer(({ url }, response) => {
    if (url === '/code/a%20b.zip?versionId=7') response.end(zip);
    else response.writeHead(404).end('<Error><Code>NoSuchKey</Code><Message>none</Message></Error>');
  });
  await new Promise<void>((resolve) => s3.listen(0, '127.0.0.1', resolve));
  onEnd(t, () => s3.close());
  const sqs = await startSqsServer();
  onEnd(t, sqs.close);
  await fetch(sqs.endpoint, {
    method: 'POST',
    headers: {
      authorization: 'AWS4-HMAC-SHA256 Credential=local-lambda/20270101/eu-west-3/sqs/aws4_request, x',
      'x-amz-target': 'AmazonSQS.CreateQueue',
    },
    body: '{"QueueName":"orders"}',
  });
  const host = await serve(t, folder, {
    packageDir: [],
    state: join(folder, 'state'),
    sqsEndpoint: sqs.endpoint,
    s3Endpoint: `http://127.0.0.1:${(s3.address() as AddressInfo).port}`,
  });
  const client = new LambdaClient({
    endpoint: host.url,
    region: 'eu-west-3',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
  });
  const create = (S3Key: string) =>
    client.send(
      new CreateFunctionCommand({
        FunctionName: 'worker',
        Runtime: `nodejs${process.versions.node.split('.')[0]}.x` as Runtime,
        Handler: 'index.handler',
        Role: 'arn:aws:iam::000000000000:role/any',
        Code: { S3Bucket: 'code', S3Key, S3ObjectVersion: '7' },
      }),
    );
  await assert.rejects(create('none.zip'), {
    name: 'InvalidParameterValueException',
    message: /GetObject.*NoSuchKey/,
  });
  await create('a b.zip');
  const { UUID } = await client.send(
    new CreateEventSourceMappingCommand({
      FunctionName: 'worker',
      EventSourceArn: 'arn:aws:sqs:eu-west-3:000000000000:orders',
    }),
  );
  sqs.send('orders', 'first');
  await sqs.until(() => sqs.bodies('orders').length === 0);
  await client.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: false }));
  await client.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: true }));
  sqs.send('orders', 'second');
  await sqs.until(() => sqs.bodies('orders').length === 0);
  await client.send(new DeleteEventSourceMappingCommand({ UUID }));
  const lines = (await host.logLines('worker')).filter((line) => line.includes('\tINFO\t'));
  assert.deepEqual(lines.map((line) => line.split('\t').at(-1)).sort(), ['first', 'second']);
});
