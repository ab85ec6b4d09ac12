import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { cloudWatch } from '../src/cloudwatch/cloudwatch.ts';
import { CloudWatchError } from '../src/cloudwatch/explain.ts';
import { type CloudWatchQuery, runOnCloudWatch } from '../src/cloudwatch/run.ts';
import { QueryError } from '../src/language/query-error.ts';
import { SUMMARY_QUERY, summariseReports } from '../src/report-lines.ts';
import { UsageError } from '../src/usage-error.ts';
import { type Answer, type CloudWatchServer, startCloudWatch } from './cloudwatch-server.ts';

const QUERY =
  'filter @type = "REPORT" | stats count(*) as n, max(@initDuration) as init by stack | sort n desc';
const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };
const STARTED: Answer = { body: { queryId: 'q-1' } };
const GROUPS: Answer = {
  body: {
    logGroups: [
      { logGroupName: '/aws/lambda/sheep-shed-dev-ts-get-dog' },
      { logGroupName: '/aws/lambda/sheep-shed-dev-python-get-dog' },
      { logGroupName: '/aws/lambda/sheep-shed-dev-ts-get-dog-old-copy' },
    ],
  },
};
const COMPLETE: Answer = {
  body: {
    status: 'Complete',
    statistics: { recordsMatched: 5, recordsScanned: 9, bytesScanned: 1234 },
    results: [
      [
        { field: 'n', value: '3' },
        { field: 'stack', value: 'ts' },
        { field: '@ptr', value: 'CmEK' },
      ],
      [
        { field: 'stack', value: 'python' },
        { field: 'n', value: '2' },
        { field: 'init', value: '140.53' },
      ],
    ],
  },
};

async function serve(
  t: TestContext,
  script: Readonly<Record<string, readonly Answer[]>>,
): Promise<CloudWatchServer> {
  const server = await startCloudWatch(script);
  t.after(() => server.close());
  return server;
}

function run(
  server: CloudWatchServer,
  changes: Partial<CloudWatchQuery> = {},
): ReturnType<typeof runOnCloudWatch> {
  const client = new CloudWatchLogsClient({
    region: 'eu-west-3',
    endpoint: server.url,
    credentials: CREDENTIALS,
    maxAttempts: 4,
  });
  return runOnCloudWatch(client, {
    text: QUERY,
    groups: ['/aws/lambda/sheep-shed-*-get-dog'],
    window: { from: 1_700_000_000_500, to: 1_700_000_060_500 },
    pollMs: 1,
    timeoutMs: 20_000,
    signal: undefined,
    onProgress: undefined,
    sleep: (milliseconds, signal) => sleep(milliseconds, undefined, signal === undefined ? {} : { signal }),
    ...changes,
  });
}

test('a query is started in whole seconds, polled until complete, and has the columns of the local evaluator', async (t) => {
  const running: Answer = {
    body: { status: 'Running', results: [[{ field: 'n', value: '1' }]], statistics: { recordsScanned: 4 } },
  };
  const server = await serve(t, {
    DescribeLogGroups: [{ body: { ...GROUPS.body, nextToken: 'more' } }, { body: { logGroups: [] } }],
    StartQuery: [STARTED],
    GetQueryResults: [{ body: { status: 'Scheduled', results: [] } }, running, COMPLETE],
  });
  const progress: string[] = [];
  const result = await run(server, {
    onProgress: (status, { rows, statistics }) =>
      progress.push(`${status} ${rows.length} ${statistics.recordsScanned}`),
  });
  assert.deepEqual(
    result.columns.map(({ name }) => name),
    ['stack', 'n', 'init'],
  );
  assert.deepEqual(result.rows, [
    ['ts', 3, null],
    ['python', 2, 140.53],
  ]);
  assert.equal(result.statistics.recordsScanned, 9);
  assert.deepEqual(progress, ['Scheduled 0 0', 'Running 1 4', 'Complete 2 9']);
  const start = server.seen.find(({ operation }) => operation === 'StartQuery')?.input;
  assert.equal(start?.['startTime'], 1_700_000_000);
  assert.equal(start?.['endTime'], 1_700_000_061);
  assert.equal(start?.['queryString'], QUERY);
  assert.deepEqual(start?.['logGroupNames'], [
    '/aws/lambda/sheep-shed-dev-python-get-dog',
    '/aws/lambda/sheep-shed-dev-ts-get-dog',
  ]);
  const list = server.seen[0]?.input;
  assert.equal(list?.['logGroupNamePrefix'], '/aws/lambda/sheep-shed-');
});

test('throttling is retried', async (t) => {
  const throttled: Answer = {
    status: 400,
    body: { __type: 'ThrottlingException', message: 'Rate exceeded' },
  };
  const server = await serve(t, {
    StartQuery: [throttled, STARTED],
    GetQueryResults: [throttled, COMPLETE],
  });
  const result = await run(server, { groups: ['/aws/lambda/x'] });
  assert.equal(result.rows.length, 2);
  assert.equal(server.seen.filter(({ operation }) => operation === 'StartQuery').length, 2);
});

test('an interrupt stops the query on CloudWatch too', async (t) => {
  const server = await serve(t, {
    StartQuery: [STARTED],
    GetQueryResults: [{ body: { status: 'Running', results: [] } }],
    StopQuery: [{ body: { success: true } }],
  });
  const interrupt = new AbortController();
  const query = run(server, {
    groups: ['/aws/lambda/x'],
    signal: interrupt.signal,
    onProgress: () => interrupt.abort(new Error('interrupted')),
  });
  await assert.rejects(query, /interrupted|aborted/i);
  assert.deepEqual(server.seen.at(-1), { operation: 'StopQuery', input: { queryId: 'q-1' } });
});

test('a query that takes too long is stopped and says so', async (t) => {
  const server = await serve(t, {
    StartQuery: [STARTED],
    GetQueryResults: [{ body: { status: 'Running', results: [] } }],
    StopQuery: [{ body: { success: true } }],
  });
  await assert.rejects(
    run(server, { groups: ['/aws/lambda/x'], timeoutMs: 300 }),
    /not complete after 0.3 s/,
  );
  assert.equal(server.seen.at(-1)?.operation, 'StopQuery');
});

const FAILURES: readonly (readonly [type: string, message: RegExp])[] = [
  ['ExpiredTokenException', /have expired: renew them/],
  ['UnrecognizedClientException', /does not know these credentials/],
  ['InvalidSignatureException', /secret key and the clock/],
  ['AccessDeniedException', /logs:StartQuery/],
  ['ResourceNotFoundException', /does not exist in this region/],
  ['LimitExceededException', /Too many queries/],
];

test('each error of AWS says what to do', async (t) => {
  for (const [type, message] of FAILURES) {
    const server = await serve(t, {
      StartQuery: [{ status: 400, body: { __type: type, message: 'because' } }],
    });
    await assert.rejects(run(server, { groups: ['/aws/lambda/x'] }), (error) => {
      assert.ok(error instanceof CloudWatchError, String(error));
      assert.equal(error.code, type);
      assert.match(error.message, message);
      return true;
    });
  }
});

test('a query that CloudWatch rejects points at the place', async (t) => {
  const queryCompileError = {
    location: { startCharOffset: 7, endCharOffset: 12 },
    message: 'unexpected symbol',
  };
  const server = await serve(t, {
    StartQuery: [
      { status: 400, body: { __type: 'MalformedQueryException', message: 'bad', queryCompileError } },
    ],
  });
  await assert.rejects(run(server, { groups: ['/aws/lambda/x'] }), (error) => {
    assert.ok(error instanceof QueryError);
    assert.deepEqual([error.start, error.end], [7, 12]);
    assert.match(error.message, /unexpected symbol/);
    return true;
  });
});

test('a query that CloudWatch fails is an error, and groups are at least one and at most 50', async (t) => {
  const failed = await serve(t, {
    StartQuery: [STARTED],
    GetQueryResults: [{ body: { status: 'Failed', results: [] } }],
  });
  await assert.rejects(run(failed, { groups: ['/aws/lambda/x'] }), /status Failed/);
  const empty = await serve(t, { DescribeLogGroups: [{ body: { logGroups: [] } }] });
  await assert.rejects(
    run(empty),
    (error) => error instanceof UsageError && /No log group of this region matches/.test(error.message),
  );
  const many = Array.from({ length: 51 }, (_, index) => ({ logGroupName: `/aws/lambda/f${index}` }));
  const crowded = await serve(t, { DescribeLogGroups: [{ body: { logGroups: many } }] });
  await assert.rejects(
    run(crowded, { groups: ['/aws/lambda/*'] }),
    (error) =>
      error instanceof UsageError && /matches 51 log groups; a query takes at most 50/.test(error.message),
  );
});

test('the command runs on CloudWatch, prints the table, and explains expired credentials with exit code 1', async (t) => {
  const good = await serve(t, { StartQuery: [STARTED], GetQueryResults: [COMPLETE] });
  const shown = await insights(good.url);
  assert.equal(shown.code, 0, shown.stderr);
  assert.match(shown.stdout, /^stack\s+n\s+init\n/);
  const expired = await serve(t, {
    StartQuery: [{ status: 400, body: { __type: 'ExpiredTokenException', message: 'x' } }],
  });
  const failed = await insights(expired.url);
  assert.equal(failed.code, 1);
  assert.match(failed.stderr, /^log-insights: The AWS credentials have expired/);
});

function insights(url: string): Promise<{ code: number; stdout: string; stderr: string }> {
  const cli = join(import.meta.dirname, '..', 'src', 'cli.ts');
  const args = [cli, '-q', QUERY, '--region', 'eu-west-3', '--group', '/aws/lambda/x', '--from', '-1h'];
  const env = {
    PATH: process.env['PATH'],
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, { env, timeout: 30_000 }, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, stdout, stderr });
    });
  });
}

test('summaries from CloudWatch have the types of summaries from a folder', async (t) => {
  const row = {
    function_name: 'sheep-shed-dev-ts-get-cat',
    invocations: '240',
    coldStarts: '3',
    initP50: '140.53',
    billedSum: '1.5E3',
    timeouts: '1',
  };
  const results = [Object.entries(row).map(([field, value]) => ({ field, value }))];
  const server = await serve(t, {
    StartQuery: [STARTED],
    GetQueryResults: [{ body: { status: 'Complete', results } }],
  });
  const client = new CloudWatchLogsClient({
    region: 'eu-west-3',
    endpoint: server.url,
    credentials: CREDENTIALS,
  });
  const summaries = await summariseReports(cloudWatch(client, { pollMs: 1, timeoutMs: 10_000 }), {
    groups: ['/aws/lambda/sheep-shed-dev-ts-get-cat'],
    window: { from: 0, to: 1_000 },
  });
  const cat = summaries.get('sheep-shed-dev-ts-get-cat');
  assert.deepEqual(
    [cat?.invocations, cat?.coldStarts, cat?.initP50, cat?.billedSum, cat?.timeouts],
    [240, 3, 140.53, 1500, 1],
  );
  assert.deepEqual([cat?.errors, cat?.durationP50], [0, null]);
  assert.equal(server.seen[0]?.input['queryString'], SUMMARY_QUERY);
});
