import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_ASYNC_CONFIG } from '../../src/deployment-package/async-configs.ts';
import type { EventConclusion } from '../../src/destinations/record.ts';
import { failure, type InvocationOutcome, throttled } from '../../src/environments/invocation.ts';
import { openEventJournal } from '../../src/event-journal/event-journal.ts';
import { createEventBus } from '../../src/events/event-bus.ts';
import { newInvocation } from '../../src/function-host.ts';
import {
  createEventQueue,
  type EventQueueOptions,
  type QueuedEvent,
} from '../../src/lambda-api/event-queue.ts';
import { temporaryFolder } from '../fixture-package.ts';

const OK: InvocationOutcome = { payload: Buffer.from('1'), errorType: undefined };

const eventOf = (functionName: string): QueuedEvent => ({
  functionName,
  functionArn: `arn:aws:lambda:eu-west-3:000000000000:function:${functionName}`,
  invocation: newInvocation(Buffer.from('{"n":1}'), 'Root=1-0-0'),
});

/** A queue that runs events as the test says, and what became of them. */
function queueOf(run: EventQueueOptions['run'], more: Partial<EventQueueOptions> = {}) {
  const ended: (EventConclusion & { readonly requestId: string })[] = [];
  const queue = createEventQueue({
    run,
    configOf: () => DEFAULT_ASYNC_CONFIG,
    deliver: async ({ invocation: { requestId } }, conclusion) => {
      ended.push({ ...conclusion, requestId });
      return false;
    },
    journal: undefined,
    limits: { maxEvents: 4, maxInFlight: 1 },
    onFault: (where, error) => assert.fail(`${where}: ${error}`),
    onNotice: assert.fail,
    events: createEventBus(assert.fail),
    now: Date.now,
    random: () => 0,
    ...more,
  });
  return { queue, ended };
}

test('each function has a line of its own, and at most half of all that the host takes', async () => {
  const running = new Map<string, (outcome: InvocationOutcome) => void>();
  const { queue } = queueOf(
    ({ functionName }) => new Promise((resolve) => void running.set(functionName, resolve)),
  );
  assert.equal(await queue.add(eventOf('noisy')), undefined);
  assert.equal(await queue.add(eventOf('noisy')), undefined);
  assert.deepEqual(await queue.add(eventOf('noisy')), {
    status: 429,
    message: 'noisy has 2 events waiting, half of what the host takes (maxQueuedEvents)',
  });
  assert.equal(await queue.add(eventOf('quiet')), undefined);
  assert.equal(await queue.add(eventOf('other')), undefined);
  assert.deepEqual(await queue.add(eventOf('fourth')), {
    status: 503,
    message: 'The host has 4 events waiting, and takes no more (maxQueuedEvents)',
  });
  assert.deepEqual([...running.keys()], ['noisy', 'quiet', 'other']);
  const finish = (name: string): void => running.get(name)?.(OK);
  for (const name of ['noisy', 'quiet', 'other']) finish(name);
  running.clear();
  while (!running.has('noisy')) await new Promise(setImmediate);
  finish('noisy');
  await queue.empty();
  await queue.close();
  assert.equal((await queue.add(eventOf('late')))?.message, 'local-lambda is stopping');
});

test('a throttled event is tried again without being counted; one that has no chance fails at once', async () => {
  const outcomes = [throttled('function', 'Busy.'), failure('Error', 'no'), OK];
  const attempts: (number | undefined)[] = [];
  const { queue, ended } = queueOf(async ({ functionName, invocation }) => {
    if (functionName === 'none') return { ...throttled('function', 'Reserved.'), isForGood: true };
    attempts.push(invocation.attempt);
    return outcomes.shift() ?? OK;
  });
  await queue.add(eventOf('busy'));
  await queue.add(eventOf('none'));
  await queue.empty();
  assert.deepEqual(attempts, [1, 1, 2]);
  assert.deepEqual(
    ended.map(({ condition, attempts: count }) => [condition, count]),
    [
      ['RetriesExhausted', 1],
      ['Success', 2],
    ],
  );
});

test('the attempts that an event has left, and the time until the next one, survive the host', async (t) => {
  const folder = await temporaryFolder(t);
  const open = () => openEventJournal(folder, assert.fail);
  const first = await open();
  let failed = (): void => undefined;
  const hasFailed = new Promise<void>((resolve) => {
    failed = resolve;
  });
  const before = queueOf(
    async () => {
      setImmediate(failed);
      return failure('Error', 'no');
    },
    { journal: first },
  );
  const event = eventOf('work');
  await before.queue.add(event);
  await hasFailed;
  await before.queue.close();
  assert.deepEqual(before.ended, []);

  const second = await open();
  const kept = second.entries.get(event.invocation.requestId);
  assert.deepEqual([kept?.attempts, kept?.waitedMs], [1, 60_000]);
  assert.equal((kept?.dueMs ?? 0) - (kept?.queuedMs ?? 0) >= 750, true);
  const tried: (readonly [number | undefined, string, number])[] = [];
  const after = queueOf(
    async ({ invocation: { attempt, payload } }) => {
      tried.push([attempt, payload.toString(), Date.now()]);
      return tried.length === 1 ? failure('Error', 'still no') : failure('RangeError', 'never');
    },
    { journal: second },
  );
  after.queue.resume();
  await after.queue.empty();
  assert.deepEqual(
    tried.map(([attempt, payload]) => [attempt, payload]),
    [
      [2, '{"n":1}'],
      [3, '{"n":1}'],
    ],
  );
  assert.ok((tried[0]?.[2] ?? 0) >= (kept?.dueMs ?? 0) - 1);
  const [listed] = after.queue.failed('work');
  assert.deepEqual(
    [listed?.requestId, listed?.attempts, listed?.errorType, listed?.errorMessage],
    [event.invocation.requestId, 3, 'RangeError', 'never'],
  );
  assert.deepEqual(after.queue.failed('other'), []);
  await after.queue.close();
});
