import assert from 'node:assert/strict';
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  CloudWatchLogsClient,
  DeleteRetentionPolicyCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  DescribeQueriesCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  GetQueryResultsCommand,
  PutRetentionPolicyCommand,
  StartQueryCommand,
  StopQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { cloudWatch, toRecords } from '@sheep-shed/log-insights';
import { createQueries, QUERY_LIMITS } from '../../src/logs-api/queries.ts';
import { onEnd, startHost, temporaryFolder } from '../fixture-package.ts';

const TOKEN = 'a-token-of-this-test';
const GROUP = '/aws/lambda/old';
const STREAM = `2026/11/20/[$LATEST]${'b'.repeat(32)}`;
const START = Date.parse('2026-11-20T10:00:00.000Z');
const TALK =
  'export const handler = (e) => { console.log("n is " + e.n); if (e.n > 1) throw new Error("too much"); };';

/** A host with a function, and a group of 25 events of another time. */
async function hostWithLogs(t: TestContext) {
  const logsDir = await temporaryFolder(t);
  const path = join(logsDir, GROUP, `${STREAM}.log`);
  await mkdir(join(path, '..'), { recursive: true });
  const lines = Array.from({ length: 25 }, (_, n) => {
    const word = n % 5 === 0 ? 'ERROR' : 'INFO';
    return `${new Date(START + n * 1_000).toISOString()}\t${word} number ${n}\n`;
  });
  await writeFile(path, lines.join(''));
  const host = await startHost(t, { talk: { source: TALK } }, { logsDir, token: TOKEN });
  const client = new CloudWatchLogsClient({
    endpoint: host.url,
    region: 'eu-north-1',
    credentials: { accessKeyId: TOKEN, secretAccessKey: 'any' },
    maxAttempts: 1,
  });
  onEnd(t, () => client.destroy());
  return { host, client, path };
}

const numbers = (events: readonly { message?: string | undefined }[] = []) =>
  events.map(({ message = '' }) => Number(/number (\d+)/.exec(message)?.[1]));

test("AWS's client reads the logs, keeps them for days and runs queries, given only the endpoint", async (t) => {
  const { host, client, path } = await hostWithLogs(t);
  await host.invoke('talk', { n: 1 });
  await host.invoke('talk', { n: 2 });

  await t.test('groups and streams', async () => {
    const { logGroups = [], nextToken } = await client.send(new DescribeLogGroupsCommand({ limit: 2 }));
    assert.deepEqual(
      logGroups.map(({ logGroupName, arn }) => [logGroupName, arn]),
      [
        ['/aws/lambda-insights', 'arn:aws:logs:eu-north-1:000000000000:log-group:/aws/lambda-insights:*'],
        [GROUP, `arn:aws:logs:eu-north-1:000000000000:log-group:${GROUP}:*`],
      ],
    );
    assert.deepEqual([logGroups[1]?.creationTime, logGroups[1]?.storedBytes], [START, 995]);
    const rest = await client.send(new DescribeLogGroupsCommand({ nextToken }));
    assert.deepEqual([rest.logGroups?.[0]?.logGroupName, rest.nextToken], ['/aws/lambda/talk', undefined]);
    const { logStreams } = await client.send(
      new DescribeLogStreamsCommand({ logGroupName: GROUP, orderBy: 'LastEventTime', descending: true }),
    );
    assert.deepEqual(
      logStreams?.map((one) => [one.logStreamName, one.firstEventTimestamp, one.lastEventTimestamp]),
      [[STREAM, START, START + 24_000]],
    );
  });

  await t.test('the events of a stream, page by page in both directions', async () => {
    const of = { logGroupName: GROUP, logStreamName: STREAM, limit: 10 };
    const last = await client.send(new GetLogEventsCommand(of));
    assert.deepEqual(numbers(last.events), [15, 16, 17, 18, 19, 20, 21, 22, 23, 24]);
    const before = await client.send(new GetLogEventsCommand({ ...of, nextToken: last.nextBackwardToken }));
    assert.deepEqual(numbers(before.events), [5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
    const again = await client.send(new GetLogEventsCommand({ ...of, nextToken: before.nextForwardToken }));
    assert.deepEqual(again.events, last.events);
    // The end is where the token stays the same.
    const end = await client.send(new GetLogEventsCommand({ ...of, nextToken: last.nextForwardToken }));
    assert.deepEqual([end.events, end.nextForwardToken], [[], last.nextForwardToken]);
    const within = { startTime: START + 3_000, endTime: START + 6_000, startFromHead: true };
    const some = await client.send(new GetLogEventsCommand({ ...of, ...within, limit: 3 }));
    assert.deepEqual(numbers(some.events), [3, 4, 5]);
    const more = await client.send(
      new GetLogEventsCommand({ ...of, ...within, nextToken: some.nextForwardToken }),
    );
    assert.deepEqual(numbers(more.events), [6]);
  });

  await t.test('the events of a group that pass a filter', async () => {
    const of = { logGroupName: GROUP, filterPattern: 'ERROR', limit: 3 };
    const first = await client.send(new FilterLogEventsCommand(of));
    assert.deepEqual(numbers(first.events), [0, 5, 10]);
    const rest = await client.send(new FilterLogEventsCommand({ ...of, nextToken: first.nextToken }));
    assert.deepEqual([numbers(rest.events), rest.nextToken], [[15, 20], undefined]);
    assert.equal(
      new Set([...(first.events ?? []), ...(rest.events ?? [])].map((one) => one.eventId)).size,
      5,
    );
    // As `aws logs tail --follow` asks, again and again, from the time of the last event on.
    const tail = { logGroupName: '/aws/lambda/talk', interleaved: true };
    const seen = await client.send(new FilterLogEventsCommand({ ...tail, startTime: START }));
    assert.equal(seen.events?.filter(({ message }) => message?.startsWith('REPORT ')).length, 2);
    const { timestamp = 0 } = seen.events?.at(-1) ?? {};
    await host.invoke('talk', { n: 0 });
    const next = await client.send(new FilterLogEventsCommand({ ...tail, startTime: timestamp }));
    const ids = new Set(seen.events?.map(({ eventId }) => eventId));
    const fresh = next.events?.filter(({ eventId }) => !ids.has(eventId)).map(({ message }) => message);
    assert.match(fresh?.join('\n') ?? '', /n is 0/);
  });

  await t.test('queries of Logs Insights', async () => {
    const queryString =
      'filter @message like /ERROR/ | parse @message /number (?<n>\\d+)/ | stats count(*) as c, max(n) as m by @log';
    // Our own client of CloudWatch needs no more than AWS's.
    const insights = cloudWatch(client, { pollMs: 20 });
    const result = await insights.query(queryString, {
      groups: ['/aws/lambda/o*'],
      window: { from: START, to: START + 60_000 },
    });
    assert.deepEqual(toRecords(result), [{ '@log': `000000000000:${GROUP}`, c: 5, m: 20 }]);
    const { queries } = await client.send(new DescribeQueriesCommand({ status: 'Complete' }));
    assert.deepEqual(
      queries?.map((one) => [one.queryString, one.logGroupName]),
      [[queryString, GROUP]],
    );
    const queryId = queries?.[0]?.queryId;
    const answer = await client.send(new GetQueryResultsCommand({ queryId }));
    assert.deepEqual(answer.results, [
      [
        { field: '@log', value: `000000000000:${GROUP}` },
        { field: 'c', value: '5' },
        { field: 'm', value: '20' },
      ],
    ]);
    assert.deepEqual([answer.status, answer.statistics?.recordsScanned], ['Complete', 25]);
    await assert.rejects(client.send(new StopQueryCommand({ queryId })), {
      name: 'InvalidParameterException',
      message: /already ended with status Complete/,
    });
    await assert.rejects(insights.query('stats cuont(*)', { groups: [GROUP] }), {
      name: 'QueryError',
      start: 6,
    });
  });

  await t.test('retention, which pruning keeps to', async () => {
    await client.send(new PutRetentionPolicyCommand({ logGroupName: GROUP, retentionInDays: 3_653 }));
    const describe = new DescribeLogGroupsCommand({ logGroupNamePrefix: GROUP });
    assert.equal((await client.send(describe)).logGroups?.[0]?.retentionInDays, 3_653);
    await client.send(new DeleteRetentionPolicyCommand({ logGroupName: GROUP }));
    assert.equal((await client.send(describe)).logGroups?.[0]?.retentionInDays, undefined);
    const old = Date.now() / 1_000 - 8 * 86_400;
    await utimes(path, old, old);
    await client.send(new PutRetentionPolicyCommand({ logGroupName: GROUP, retentionInDays: 7 }));
    assert.deepEqual((await client.send(describe)).logGroups, []);
  });

  await t.test('what is wrong is named as AWS names it', async () => {
    const window = { startTime: 1, endTime: 2, queryString: 'fields @message' };
    const cases: readonly [() => Promise<unknown>, string, RegExp][] = [
      [
        () => client.send(new GetLogEventsCommand({ logGroupName: '/no/such', logStreamName: 'a' })),
        'ResourceNotFoundException',
        /^The specified log group does not exist\.$/,
      ],
      [
        () => client.send(new GetLogEventsCommand({ logGroupName: '/aws/lambda/talk', logStreamName: 'a' })),
        'ResourceNotFoundException',
        /^The specified log stream does not exist\.$/,
      ],
      [
        () => client.send(new FilterLogEventsCommand({ logGroupName: '/aws/../..' })),
        'ResourceNotFoundException',
        /group does not exist/,
      ],
      [
        () =>
          client.send(
            new FilterLogEventsCommand({ logGroupName: '/aws/lambda/talk', filterPattern: '[a, b]' }),
          ),
        'InvalidParameterException',
        /not supported here/,
      ],
      [
        () => client.send(new FilterLogEventsCommand({ logGroupName: '/aws/lambda/talk', nextToken: 'x' })),
        'InvalidParameterException',
        /^The specified nextToken is invalid\.$/,
      ],
      [
        () => client.send(new DescribeLogGroupsCommand({ limit: 51 })),
        'InvalidParameterException',
        /Value 51 at 'limit'/,
      ],
      [
        () =>
          client.send(
            new PutRetentionPolicyCommand({ logGroupName: '/aws/lambda/talk', retentionInDays: 2 }),
          ),
        'InvalidParameterException',
        /Value '2' at 'retentionInDays'/,
      ],
      [
        () => client.send(new StartQueryCommand({ ...window })),
        'InvalidParameterException',
        /Give one of logGroupName/,
      ],
      [
        () => client.send(new StartQueryCommand({ ...window, logGroupName: '/no/such' })),
        'ResourceNotFoundException',
        /does not exist/,
      ],
      [
        () => client.send(new GetQueryResultsCommand({ queryId: 'x' })),
        'ResourceNotFoundException',
        /query does not exist/,
      ],
    ];
    for (const [send, name, message] of cases) {
      await assert.rejects(send(), { name, message });
    }
  });

  await t.test('who may not invoke may not read', async () => {
    const headers = { 'x-amz-target': 'Logs_20140328.DescribeLogGroups' };
    const post = (more: object) =>
      fetch(host.url, { method: 'POST', headers: { ...headers, ...more }, body: '{}' });
    assert.equal((await post({})).status, 401);
    const authorization = `Bearer ${TOKEN}`;
    assert.equal((await post({ authorization })).status, 200);
    assert.equal((await post({ authorization, origin: 'https://elsewhere.example' })).status, 403);
    const unknown = await post({ authorization, 'x-amz-target': 'Logs_20140328.PutLogEvents' });
    assert.deepEqual(
      [unknown.status, await unknown.json()],
      [400, { __type: 'UnknownOperationException', message: 'PutLogEvents is not served here' }],
    );
  });
});

test('queries are bounded in number and time', async (t) => {
  const root = await temporaryFolder(t);
  const limits = { ...QUERY_LIMITS, running: 1, waiting: 1 };
  const queries = createQueries(Date.now, () => undefined, limits);
  onEnd(t, queries.close);
  const request = {
    root,
    groups: [],
    names: [],
    query: 'fields @message',
    window: { from: 0, to: 1 },
    nowMs: 0,
    limit: 1,
  };
  const running = queries.start(request);
  const waiting = queries.start(request);
  assert.throws(() => queries.start(request), {
    code: 'LimitExceededException',
    message: 'LimitExceeded: 1 queries wait for the 1 that run',
  });
  const statusOf = (queryId: string) => JSON.parse(queries.results({ queryId })).status;
  assert.deepEqual([statusOf(running), statusOf(waiting)], ['Running', 'Scheduled']);
  assert.deepEqual(queries.stop({ queryId: running }), { success: true });
  assert.deepEqual([statusOf(running), statusOf(waiting)], ['Cancelled', 'Running']);
});
