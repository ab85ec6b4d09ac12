import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ScheduleDefinition } from '../../src/deployment-package/schedules.ts';
import { readScheduleExpression } from '../../src/event-sources/schedules/expression.ts';
import { runSchedules } from '../../src/event-sources/schedules/run-schedules.ts';
import { readTargetInput } from '../../src/event-sources/schedules/target-input.ts';
import { startHost } from '../fixture-package.ts';

const MINUTE_MS = 60_000;
/** Until a schedule is due: a host must have started before, also on a busy machine. */
const LEAD_MS = 4_000;

test('schedules call when they are due, once after a sleep, and no more once stopped', () => {
  let now = Date.parse('2027-01-01T00:00:00Z');
  let timer: { readonly action: () => void; readonly ms: number } | undefined;
  const calls: string[] = [];
  const schedule = (functionName: string, more: Partial<ScheduleDefinition>): ScheduleDefinition => ({
    logicalId: functionName,
    functionName,
    nextAfter: readScheduleExpression('rate(1 minute)', 'UTC', 'Path'),
    startMs: undefined,
    endMs: undefined,
    payload: ({ id, timeMs }) => `${id} ${new Date(timeMs).toISOString().slice(11, 19)}`,
    ...more,
  });
  const stop = runSchedules({
    schedules: [
      schedule('often', {}),
      schedule('bounded', { startMs: now + 90_000, endMs: now + 150_000 }),
      schedule('never', { nextAfter: () => undefined }),
      schedule('broken', {
        payload: () => {
          throw new Error('as asked');
        },
      }),
    ],
    anchorMs: now,
    now: () => now,
    setTimer: (action, ms) => {
      timer = { action, ms };
      return () => {
        timer = undefined;
      };
    },
    newId: () => 'id',
    invoke: (name, payload) => calls.push(`${name} ${payload}`),
  });
  const run = (untilMs: number): void => {
    while (timer !== undefined && now + timer.ms <= untilMs) {
      now += timer.ms;
      try {
        timer.action();
      } catch (error) {
        assert.equal((error as Error).message, 'as asked');
      }
    }
    now = untilMs;
  };
  const start = now;
  run(start + 200_000);
  assert.deepEqual(calls, [
    'often id 00:01:00',
    'bounded id 00:01:30',
    'often id 00:02:00',
    'bounded id 00:02:30',
    'often id 00:03:00',
  ]);
  now = start + 10 * MINUTE_MS;
  assert.throws(() => timer?.action(), { message: 'as asked' });
  assert.deepEqual(calls.slice(5), ['often id 00:04:00']);
  stop();
  assert.equal(timer, undefined);
});

test('a target gets the event, its input, a part, or what its template makes', () => {
  const arn = 'arn:aws:events:eu-west-3:000000000000:rule/nightly';
  const event = { time: 'now', detail: { list: [{ a: 'x "y"' }] } };
  const of = (target: object) => readTargetInput(target as Record<string, unknown>, arn, 'T')(event);
  assert.equal(of({}), JSON.stringify(event));
  assert.equal(of({ Input: '{"a":1}' }), '{"a":1}');
  assert.equal(of({ InputPath: '$.detail.list[0].a' }), '"x \\"y\\""');
  const InputTransformer = {
    InputPathsMap: { a: '$.detail.list[0].a', none: '$.detail.none' },
    InputTemplate: '{"text":"<a> at <aws.events.rule-name>","value":<a>,"none":<none>,"other":"<b>"}',
  };
  assert.deepEqual(JSON.parse(of({ InputTransformer })), {
    text: 'x "y" at nightly',
    value: 'x "y"',
    none: null,
    other: '<b>',
  });
  assert.throws(() => of({ Input: 'a' }), { message: 'T.Input: must be JSON, is "a"' });
  assert.throws(() => of({ InputPath: 'detail' }), { message: /^T\.InputPath: must be a path/ });
  assert.throws(() => of({ InputTransformer: { InputTemplate: '{' } }), {
    message: /InputTemplate: must be JSON/,
  });
});

test('rules and schedules invoke their functions as events, with --schedules only', async (t) => {
  const source = `export const handler = async (event) => { console.log(JSON.stringify(event)); };`;
  const arn = { 'Fn::GetAtt': ['TickLambdaFunction', 'Arn'] };
  const soon = new Date(Math.ceil(Date.now() / 1_000) * 1_000 + LEAD_MS).toISOString().slice(0, 19);
  const other = { Arn: 'arn:aws:sqs:eu-west-3:000000000000:jobs' };
  const resources = {
    Once: {
      Type: 'AWS::Scheduler::Schedule',
      Properties: {
        ScheduleExpression: `at(${soon})`,
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: { Arn: arn, Input: '{"at":"<aws.scheduler.scheduled-time>"}' },
      },
    },
    Daily: {
      Type: 'AWS::Events::Rule',
      Properties: { ScheduleExpression: 'rate(1 day)', Targets: [{ Id: 'a', Arn: arn }, other] },
    },
    Wrong: {
      Type: 'AWS::Events::Rule',
      Properties: { ScheduleExpression: 'rate(1 dy)', Targets: [{ Id: 'a', Arn: arn }] },
    },
    Off: { Type: 'AWS::Events::Rule', Properties: { ScheduleExpression: 'rate(1 day)', State: 'DISABLED' } },
    Pattern: { Type: 'AWS::Events::Rule', Properties: { EventPattern: { source: ['a'] }, Targets: [] } },
  };
  const seen: string[] = [];
  let ran = (): void => undefined;
  const reported = new Promise<void>((resolve) => {
    ran = resolve;
  });
  const host = await startHost(
    t,
    { tick: { source } },
    { schedules: true, onReport: () => ran() },
    resources,
  );
  await reported;
  for (const line of await host.logLines('tick')) seen.push(...(/\tINFO\t(.*)$/.exec(line)?.slice(1) ?? []));
  assert.deepEqual(seen, [JSON.stringify({ at: `${soon}Z` })]);
  assert.deepEqual(host.notices, [
    'Daily.Targets[1]: a schedule invokes functions only',
    'Wrong (AWS::Events::Rule): it is not served: Resources.Wrong.Properties.ScheduleExpression: must be rate(…), cron(…) or at(…), is "rate(1 dy)": a rate is a number above 0 and minutes, hours or days',
    'Pattern (AWS::Events::Rule): nothing here sends its events; invoke the function with a sample event instead',
  ]);
  const off = await startHost(t, { tick: { source } }, {}, resources);
  assert.equal(
    off.notices.find((notice) => notice.startsWith('Daily')),
    'Daily (AWS::Events::Rule), Wrong (AWS::Events::Rule), Once (AWS::Scheduler::Schedule): schedules are off; give --schedules to run them, or invoke the function with a sample event',
  );
});
