import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCommand } from '../../src/cli/command.ts';
import { renderSample } from '../../src/cli/event.ts';
import { SAMPLE_KINDS } from '../../src/sample-events/kinds.ts';

function sample(line: string, ...more: string[]) {
  const command = parseCommand(['event', ...line.split(' '), ...more]);
  assert.ok(command.kind === 'event');
  return JSON.parse(renderSample(command));
}

test('every kind makes an event that its options change', () => {
  const put = sample('s3:put --bucket photos --size 7 --region eu-north-1 --key', 'a b/ü.jpg').Records[0];
  assert.equal(put.eventName, 'ObjectCreated:Put');
  assert.equal(put.awsRegion, 'eu-north-1');
  assert.equal(put.s3.bucket.arn, 'arn:aws:s3:::photos');
  assert.deepEqual([put.s3.object.key, put.s3.object.size], ['a+b/%C3%BC.jpg', 7]);
  assert.equal(sample('s3:delete').Records[0].s3.object.size, undefined);

  const message = sample('sqs --queue orders --body hi').Records[0];
  assert.equal(message.eventSourceARN, 'arn:aws:sqs:eu-west-3:000000000000:orders');
  assert.deepEqual([message.body, message.md5OfBody], ['hi', '49f68a5c8493ec2c0bf489821c21fc3b']);
  const { Sns } = sample('sns --topic news --subject S --body hi').Records[0];
  assert.deepEqual([Sns.Message, Sns.Subject], ['hi', 'S']);
  assert.equal(Sns.TopicArn, 'arn:aws:sns:eu-west-3:000000000000:news');
  const record = sample('kinesis --stream clicks --partition-key p --body hi').Records[0];
  assert.deepEqual([record.kinesis.data, record.kinesis.partitionKey], ['aGk=', 'p']);

  const change = sample('dynamodb --table t --item', '{"id":7,"a":[true,null],"m":{"s":"x"}}').Records[0];
  assert.deepEqual(change.dynamodb.Keys, { id: { N: '7' } });
  assert.deepEqual(change.dynamodb.NewImage, {
    id: { N: '7' },
    a: { L: [{ BOOL: true }, { NULL: true }] },
    m: { M: { s: { S: 'x' } } },
  });
  assert.match(change.eventSourceARN, /:table\/t\/stream\/\d{4}-\d\d-\d\dT[\d:.]+$/);
  const schedule = sample('schedule --rule nightly');
  assert.equal(schedule['detail-type'], 'Scheduled Event');
  assert.deepEqual(schedule.resources, ['arn:aws:events:eu-west-3:000000000000:rule/nightly']);
  const own = sample('eventbridge --source shop --detail-type Order --detail {"a":1}');
  assert.deepEqual([own.source, own['detail-type'], own.detail], ['shop', 'Order', { a: 1 }]);
  for (const kind of Object.keys(SAMPLE_KINDS)) assert.ok(sample(kind));
});

test('requests become events as the gateway makes them', () => {
  const changes = [
    '--path',
    '/orders/a b',
    '--body',
    '{"n":1}',
    '--query',
    'q=a&b',
    '--header',
    'accept=x/y',
  ];
  const v1 = sample('apigw --resource /orders/{id}', ...changes);
  assert.deepEqual([v1.httpMethod, v1.resource, v1.path], ['POST', '/orders/{id}', '/orders/a%20b']);
  assert.deepEqual(v1.queryStringParameters, { q: 'a&b' });
  assert.deepEqual([v1.body, v1.isBase64Encoded, v1.headers.accept], ['{"n":1}', false, 'x/y']);
  assert.equal(v1.headers.Accept, undefined);
  const v2 = sample('apigw:v2 --method PUT --resource /orders/{id}', ...changes);
  assert.deepEqual([v2.version, v2.routeKey, v2.rawPath], ['2.0', 'PUT /orders/{id}', '/orders/a b']);
  assert.deepEqual(v2.pathParameters, { id: 'a b' });
  const url = sample('url --path /x');
  assert.deepEqual([url.requestContext.accountId, url.requestContext.http.method], ['anonymous', 'GET']);
  const alb = sample('alb', ...changes);
  assert.deepEqual(
    [alb.path, alb.queryStringParameters, alb.headers.accept],
    ['/orders/a b', { q: 'a%26b' }, 'x/y'],
  );
  assert.equal(sample('apigw --path /').resource, '/');
  assert.throws(() => sample('apigw --path /a --resource /b/{c}'), {
    message: '--path must fit the --resource /b/{c}; got "/a"',
  });
});

test('a wrong kind, and an option of another kind, are named with what is allowed', () => {
  const cases: [string, RegExp][] = [
    ['event', /^kind: must be one of apigw, apigw:v2, .*kinesis, is missing$/],
    ['event toString', /^kind: .*, is toString$/],
    ['event sqs more', /^kind: .*, is sqs more$/],
    ['event sqs --bucket b', /^sqs takes no --bucket; allowed: --queue --body --region$/],
    ['event dynamodb --item []', /^--item must be a JSON object; got "\[\]"$/],
    ['event url --path x', /^--path must be a path that begins with \/; got "x"$/],
  ];
  for (const [line, message] of cases) assert.throws(() => parseCommand(line.split(' ')), { message });
  const help = parseCommand(['event', '--help']);
  assert.ok(help.kind === 'show' && /s3:delete +an object .*: --bucket --key --region\n/.test(help.text));
});
