import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { cloudWatch } from '@sheep-shed/log-insights';
import type { LoadResult } from '../../../bench/results/load-result.ts';
import type { ScenarioName } from '../../../bench/results/names.ts';
import { isWrong } from '../../../bench/results/result.ts';
import { type Course, type MeasuredRound, newCourse } from '../../../bench/run/course.ts';
import { withReports } from '../../../bench/run/join-reports.ts';
import { cloudWatchLogs } from '../../../bench/stacks/cloudwatch-logs.ts';
import type { LogAccess } from '../../../bench/stacks/stack.ts';
import { histogram } from '../../../bench/statistics/histogram.ts';
import {
  type Answer,
  type CloudWatchServer,
  startCloudWatch,
} from '../../../packages/log-insights/test/cloudwatch-server.ts';

const STARTED: Answer = { body: { queryId: 'q-1' } };
const PAUSE_MS = 10_000;

function complete(invocations: number): Answer {
  const row = {
    function_name: 'sheep-shed-test-ts-get-cat',
    invocations: String(invocations),
    billedSum: '90',
  };
  const results = invocations === 0 ? [] : [Object.entries(row).map(([field, value]) => ({ field, value }))];
  return { body: { status: 'Complete', results } };
}

function refusal(type: string): Answer {
  return { status: 400, body: { __type: type, message: 'because\nof this' } };
}

/** A server, the logs that are read from it, and every pause that was made in between. */
async function logsOn(
  t: TestContext,
  script: Readonly<Record<string, readonly Answer[]>>,
  onPause: (abort: () => void) => void = () => undefined,
): Promise<{ server: CloudWatchServer; logs: LogAccess; pauses: number[] }> {
  const server = await startCloudWatch(script);
  t.after(() => server.close());
  const client = new CloudWatchLogsClient({
    region: 'eu-west-3',
    endpoint: server.url,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  t.after(() => client.destroy());
  const pauses: number[] = [];
  const interrupt = new AbortController();
  const patience = {
    attempts: 4,
    pauseMs: PAUSE_MS,
    async sleep(milliseconds: number, signal?: AbortSignal) {
      pauses.push(milliseconds);
      onPause(() => interrupt.abort());
      await sleep(1, undefined, signal === undefined ? {} : { signal });
    },
  };
  const source = cloudWatch(client, { pollMs: 1, timeoutMs: 20_000, sleep: patience.sleep });
  const logs = cloudWatchLogs(source, { name: 'ts', stage: 'test' }, patience, interrupt.signal);
  return { server, logs, pauses };
}

const WINDOW = { from: 1_700_000_000_500, to: 1_700_000_060_500 };

/** What the bench measured of a stack with these logs: one round of so many calls, a minute long. */
function measured(
  logs: LogAccess,
  scenario: ScenarioName,
  calls: number,
  more: Partial<Course> = {},
): Course {
  const stack = {
    name: 'ts',
    url: 'http://127.0.0.1',
    table: undefined,
    host: undefined,
    logs,
    cold: undefined,
  };
  return { ...newCourse(scenario, stack), beganAt: WINDOW.from, rounds: [round(1, calls)], ...more };
}

/** A round of so many calls, a minute long. */
function round(number: number, calls: number, more: Partial<MeasuredRound> = {}): MeasuredRound {
  const load: LoadResult = {
    model: 'closed',
    calls,
    latency: histogram().toData(),
    statuses: { 200: calls },
    lost: 0,
    timedOut: 0,
    dropped: 0,
    wrong: 0,
    firstWrong: [],
    elapsedMs: 1,
    connectMs: [],
  };
  return {
    result: {
      round: number,
      startedAt: new Date(WINDOW.from).toISOString(),
      isFresh: false,
      load,
      reported: undefined,
      brokenOff: undefined,
    },
    window: WINDOW,
    uncounted: { warmUp: 0, dog: 0, areAnswered: true },
    herd: undefined,
    ...more,
  };
}

test('CloudWatch is asked again until it has taken in the REPORT line of every call', async (t) => {
  const { server, logs, pauses } = await logsOn(t, {
    StartQuery: [STARTED],
    GetQueryResults: [complete(0), complete(5), complete(6)],
  });
  const { scenarios, warnings } = await withReports([measured(logs, 'cat', 6)]);
  assert.equal(scenarios[0]?.reported?.invocations, 6);
  assert.equal(scenarios[0]?.reported?.billedSum, 90);
  assert.deepEqual(warnings, []);
  assert.deepEqual(pauses, [PAUSE_MS, PAUSE_MS]);
  const start = server.seen.find(({ operation }) => operation === 'StartQuery')?.input;
  assert.deepEqual(start?.['logGroupNames'], ['/aws/lambda/sheep-shed-test-ts-get-cat']);
  // Whole seconds around the window, and two more for Lambda's clock.
  assert.deepEqual([start?.['startTime'], start?.['endTime']], [1_700_000_000, 1_700_000_063]);
});

test('REPORT lines that never come are a warning with their number, and no fault of the stack', async (t) => {
  const { server, logs } = await logsOn(t, { StartQuery: [STARTED], GetQueryResults: [complete(5)] });
  const { scenarios, warnings } = await withReports([measured(logs, 'cat', 6)]);
  assert.equal(scenarios[0]?.reported?.invocations, 5);
  assert.deepEqual(scenarios.map(isWrong), [false]);
  assert.deepEqual(warnings, ['cat on ts: 6 calls, but 5 REPORT lines of get-cat when time was up']);
  // Four times for the REPORT lines, once for the CPU time of Lambda Insights.
  assert.equal(server.seen.filter(({ operation }) => operation === 'StartQuery').length, 5);
});

test('calls of others, and the own ones between the rounds, are told', async (t) => {
  const { logs } = await logsOn(t, { StartQuery: [STARTED], GetQueryResults: [complete(9)] });
  const between = { uncounted: { warmUp: 0, dog: 3, areAnswered: true } };
  const dog = measured(logs, 'dog', 6, { rounds: [round(1, 2), round(2, 4, between)] });
  const { warnings } = await withReports([measured(logs, 'cat', 8), dog]);
  assert.deepEqual(warnings, [
    'cat on ts: 8 calls, but 9 REPORT lines of get-cat: others called it too',
    "dog on ts: 3 of the REPORT lines are the bench's own counting of the sheep",
  ]);
});

test('a throttled call leaves no REPORT line, and none is waited for', async (t) => {
  const { logs, pauses } = await logsOn(t, { StartQuery: [STARTED], GetQueryResults: [complete(4)] });
  const { result, ...rest } = round(1, 6);
  const load = { ...result.load, throttled: { gateway: 1, lambda: 1 } };
  const rounds = [{ ...rest, result: { ...result, load } }];
  const { warnings } = await withReports([measured(logs, 'cat', 6, { rounds })]);
  assert.deepEqual([warnings, pauses], [[], []]);
});

test('rights that lack are told once and in one line, and what was measured stays', async (t) => {
  const { logs } = await logsOn(t, { StartQuery: [refusal('AccessDeniedException')] });
  const { scenarios, warnings } = await withReports([measured(logs, 'cat', 6), measured(logs, 'wolf', 7)]);
  assert.deepEqual(
    scenarios.map(({ rounds, reported }) => [rounds[0]?.load.calls, reported]),
    [
      [6, undefined],
      [7, undefined],
    ],
  );
  assert.equal(warnings.length, 1);
  assert.match(
    warnings[0] ?? '',
    /^the host's figures are not whole for cat on ts, wolf on ts: .*logs:StartQuery/,
  );
  assert.doesNotMatch(warnings[0] ?? '', /\n/);
});

test('what was summarised before a failure stays too', async (t) => {
  const { logs } = await logsOn(t, {
    StartQuery: [STARTED, refusal('ExpiredTokenException')],
    GetQueryResults: [complete(5)],
  });
  const { scenarios, warnings } = await withReports([measured(logs, 'cat', 6)]);
  assert.equal(scenarios[0]?.reported?.invocations, 5);
  assert.match(warnings.join('\n'), /^the host's figures are not whole for cat on ts: .*have expired/);
});

test('an interrupt ends the wait, and what was measured stays', async (t) => {
  const script = { StartQuery: [STARTED], GetQueryResults: [complete(5)] };
  const { logs, pauses } = await logsOn(t, script, (abort) => abort());
  const { scenarios, warnings } = await withReports([measured(logs, 'cat', 6)]);
  assert.equal(scenarios[0]?.reported?.invocations, 5);
  assert.deepEqual(warnings, [
    "the host's figures are not whole for cat on ts: interrupted while waiting for CloudWatch",
  ]);
  assert.equal(pauses.length, 1);
});

test('where logs are immediate, a REPORT line that lacks is a fault', async () => {
  const logs: LogAccess = {
    isImmediate: true,
    summarise: async () => ({ summary: undefined, problem: undefined }),
    list: async () => ({ invocations: [], problem: undefined }),
  };
  const { scenarios, warnings } = await withReports([measured(logs, 'cat', 6)]);
  assert.deepEqual(scenarios[0]?.violations, ['6 calls with the warm-up, but 0 REPORT lines of get-cat']);
  assert.deepEqual(warnings, []);
});
