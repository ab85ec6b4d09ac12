import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { applyChange, bucketChanges, firstState } from '../../src/event-sources/s3/bucket-changes.ts';
import type { S3Object } from '../../src/event-sources/s3/s3-client.ts';
import { eventNameFor } from '../../src/event-sources/s3/s3-event.ts';
import { onEnd, startHost } from '../fixture-package.ts';
import { type S3Server, startS3Server } from './s3-server.ts';

const ECHO = `export const handler = async (event) => { console.log(JSON.stringify(event)); };`;
const FUNCTION = { 'Fn::GetAtt': ['EchoLambdaFunction', 'Arn'] };

/** As the Serverless Framework, SAM and the CDK write them. */
const RESOURCES = {
  Uploads: {
    Type: 'AWS::S3::Bucket',
    Properties: {
      NotificationConfiguration: {
        LambdaConfigurations: [
          {
            Event: 's3:ObjectCreated:*',
            Function: FUNCTION,
            Filter: {
              S3Key: {
                Rules: [
                  { Name: 'prefix', Value: 'in/' },
                  { Name: 'suffix', Value: '.txt' },
                ],
              },
            },
          },
        ],
        QueueConfigurations: [{ Event: 's3:ObjectCreated:*', Queue: 'arn:aws:sqs:eu-west-3:000000000000:q' }],
      },
    },
  },
  ServerlessDeploymentBucket: { Type: 'AWS::S3::Bucket' },
  Existing: {
    Type: 'Custom::S3',
    Properties: {
      FunctionName: 'echo',
      BucketName: 'old-bucket',
      BucketConfigs: [{ Event: 's3:ObjectRemoved:*', Rules: [{ Suffix: '.old' }] }],
    },
  },
  Cdk: {
    Type: 'Custom::S3BucketNotifications',
    Properties: {
      BucketName: { Ref: 'Uploads' },
      NotificationConfiguration: {
        LambdaFunctionConfigurations: [
          {
            Id: 'of-cdk',
            Events: ['s3:ObjectRemoved:Delete'],
            LambdaFunctionArn: FUNCTION,
            Filter: { Key: { FilterRules: [{ Name: 'prefix', Value: 'in/' }] } },
          },
        ],
      },
    },
  },
  Wrong: {
    Type: 'Custom::S3',
    Properties: { FunctionName: 'echo', BucketName: 'b', BucketConfigs: [{ Event: 's3:ObjectRestore:*' }] },
  },
};

async function startServer(t: TestContext): Promise<S3Server> {
  const s3 = await startS3Server();
  onEnd(t, s3.close);
  return s3;
}

test('what changes in a bucket invokes functions as on AWS', async (t) => {
  const s3 = await startServer(t);
  s3.buckets.set('old-bucket', new Map());
  s3.put('old-bucket', 'was there.old', 'x');
  const reports: (() => void)[] = [];
  const reported = (count: number): Promise<void> =>
    new Promise((resolve) => {
      reports.push(
        ...Array.from({ length: count }, (_one, i) => (i === count - 1 ? resolve : () => undefined)),
      );
    });
  const options = { s3Endpoint: s3.endpoint, onReport: () => reports.shift()?.() };
  const host = await startHost(t, { echo: { source: ECHO } }, options, RESOURCES);
  assert.deepEqual([...s3.buckets.keys()], ['old-bucket', 'uploads']);
  assert.equal(host.functions[0]?.environment['AWS_ENDPOINT_URL_S3'], s3.endpoint);
  assert.deepEqual(host.notices, [
    'Uploads.NotificationConfiguration.QueueConfigurations: the events of a bucket reach functions only',
    'Wrong (Custom::S3): it is not served: Resources.Wrong.Properties: must have a bucket and events of s3:ObjectCreated and s3:ObjectRemoved, has {"bucket":"b","events":"s3:ObjectRestore:*"}',
  ]);

  const three = reported(3);
  s3.put('uploads', 'in/a b+ü.txt', 'hello');
  s3.put('uploads', 'in/other.bin', 'hello');
  s3.put('uploads', 'out.txt', 'hello');
  await s3.listed('uploads');
  s3.put('uploads', 'in/a b+ü.txt', 'again');
  await s3.listed('uploads');
  // A reload forgets nothing.
  await host.reload();
  s3.remove('uploads', 'in/a b+ü.txt');
  await three;
  const one = reported(1);
  s3.remove('old-bucket', 'was there.old');
  await one;
  const lines = (await host.logLines('echo')).flatMap((line) => /\tINFO\t(.*)$/.exec(line)?.[1] ?? []);
  const records = lines
    .map((line) => JSON.parse(line).Records[0])
    .sort((a, b) => (a.eventTime < b.eventTime ? -1 : 1));
  assert.deepEqual(
    records.map(({ eventName, s3: { configurationId, bucket, object } }) => [
      eventName,
      configurationId,
      bucket.name,
      object.key,
      object.size,
    ]),
    [
      ['ObjectCreated:Put', 'Uploads', 'uploads', 'in/a+b%2B%C3%BC.txt', 5],
      ['ObjectCreated:Put', 'Uploads', 'uploads', 'in/a+b%2B%C3%BC.txt', 5],
      ['ObjectRemoved:Delete', 'of-cdk', 'uploads', 'in/a+b%2B%C3%BC.txt', undefined],
      ['ObjectRemoved:Delete', 'Existing', 'old-bucket', 'was+there.old', undefined],
    ],
  );
  const [first, second] = records;
  assert.match(first.s3.object.sequencer, /^[\dA-F]{16}$/);
  assert.ok(first.s3.object.sequencer < second.s3.object.sequencer);
  assert.deepEqual(
    [first.s3.object.eTag, first.awsRegion],
    ['5d41402abc4b2a76b9719d911017c592', 'eu-west-3'],
  );

  // A server that was started anew has lost its buckets.
  s3.buckets.delete('uploads');
  const anew = reported(1);
  await s3.listed('uploads');
  s3.put('uploads', 'in/new.txt', 'new');
  await anew;
  assert.deepEqual(host.notices.slice(-2), [
    'uploads: ListObjectsV2: NoSuchBucket; it is tried again',
    'uploads: it is there again',
  ]);
});

test('without a server a notice says what to set', async (t) => {
  const host = await startHost(t, { echo: { source: ECHO } }, {}, RESOURCES);
  assert.deepEqual(host.notices, [
    'Uploads.NotificationConfiguration, Cdk (Custom::S3BucketNotifications), Existing (Custom::S3), Wrong (Custom::S3): set AWS_ENDPOINT_URL_S3 to an S3 server on this machine, and its events come; or invoke the function with a sample event',
    'Uploads (AWS::S3::Bucket): set AWS_ENDPOINT_URL_S3 to an S3 server on this machine, and it is created there when it is missing',
  ]);
});

test('changes are what differs, the oldest first; those that are not told stay', () => {
  const object = (key: string, eTag: string, second = 0) => ({
    key,
    eTag,
    size: 1,
    lastModified: `2027-01-01T00:00:0${second}Z`,
  });
  const listing = (...objects: readonly S3Object[]) => ({ objects, isCut: false });
  const state = firstState(listing(object('a', '1'), object('b', '1'), object('c', '1')), '');
  const now = listing(object('a', '1'), object('b', '2', 3), object('d', '1', 2), object('c', '1', 4));
  const changes = bucketChanges(state, now);
  assert.deepEqual(
    changes.map(({ kind, object: { key } }) => `${kind} ${key}`),
    ['created d', 'created b', 'created c'],
  );
  for (const change of changes.slice(1)) applyChange(state, change);
  assert.deepEqual(
    bucketChanges(state, now).map(({ object: { key } }) => key),
    ['d'],
  );
  assert.deepEqual(
    bucketChanges(state, listing()).map(({ kind }) => kind),
    ['removed', 'removed', 'removed'],
  );
});

test('of a bucket with more objects than are looked at, only what every look has reached is told', () => {
  const object = (key: string, eTag = '1') => ({ key, eTag, size: 1, lastModified: '2027-01-01T00:00:00Z' });
  const cut = (...keys: readonly string[]) => ({ objects: keys.map((key) => object(key)), isCut: true });
  const state = firstState(cut('b', 'c', 'd', '\u{1f411}'), '');
  const look = (...keys: readonly string[]) => {
    const changes = bucketChanges(state, cut(...keys));
    for (const change of changes) applyChange(state, change);
    return changes.map(({ kind, object: { key } }) => `${kind} ${key}`);
  };
  // What is put before pushes the last ones out; what is removed lets others in: neither is news of those.
  assert.deepEqual(look('a', 'b', 'c', 'd'), ['created a']);
  assert.deepEqual(look('c', 'd', '\u{ffee}', '\u{1f411}').sort(), ['removed a', 'removed b']);
  assert.deepEqual(look('c', 'cc', 'ccc', 'd'), ['created cc', 'created ccc']);
  assert.deepEqual(bucketChanges(state, { objects: [object('cc', '2')], isCut: false }).length, 4);
});

test('a notification gets the name that it asks for', () => {
  const named = (events: readonly string[], kind: 'created' | 'removed', eTag = 'a') =>
    eventNameFor(
      { bucket: 'b', functionName: 'f', id: 'i', prefix: 'in/', suffix: '', events },
      { kind, object: { key: 'in/x', eTag, size: 1, lastModified: '' } },
    );
  assert.equal(named(['s3:ObjectCreated:*'], 'created'), 'ObjectCreated:Put');
  assert.equal(named(['s3:ObjectCreated:*'], 'created', 'a-2'), 'ObjectCreated:CompleteMultipartUpload');
  assert.equal(named(['s3:ObjectCreated:Copy', 's3:ObjectCreated:Put'], 'created'), 'ObjectCreated:Put');
  assert.equal(named(['s3:ObjectCreated:Copy'], 'created'), 'ObjectCreated:Copy');
  assert.equal(named(['s3:ObjectCreated:*'], 'removed'), undefined);
  assert.equal(named(['s3:ObjectRemoved:*'], 'removed'), 'ObjectRemoved:Delete');
});
