import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEventBus } from '../../src/events/event-bus.ts';
import type { PlatformEvent } from '../../src/events/platform-event.ts';
import { startHost } from '../fixture-package.ts';

const ADDED = { type: 'function-added', timeMs: 1, functionName: 'one' } as const;

test('a bus tells those who listen to a type, until they leave', () => {
  const bus = createEventBus(() => assert.fail());
  const heard: string[] = [];
  assert.equal(bus.hears('function-added'), false);
  const leave = bus.on(['function-added', 'function-removed'], ({ type }) => heard.push(type));
  bus.emit(ADDED);
  bus.emit({ ...ADDED, type: 'function-changed' });
  bus.emit({ ...ADDED, type: 'function-removed' });
  leave();
  bus.emit(ADDED);
  assert.deepEqual(heard, ['function-added', 'function-removed']);
  assert.equal(bus.hears('function-added'), false);
});

test('a listener that throws harms nobody and is called no more in the end; too many are refused', () => {
  const faults: string[] = [];
  const bus = createEventBus((where) => faults.push(where));
  let heard = 0;
  bus.on(['function-added'], () => {
    throw new Error('no');
  });
  bus.on(['function-added'], () => {
    heard += 1;
  });
  for (let i = 0; i < 30; i += 1) bus.emit(ADDED);
  assert.equal(heard, 30);
  assert.deepEqual(new Set(faults), new Set(['a listener of function-added events']));
  assert.equal(faults.length, 10);
  const more = () => bus.on(['function-added'], () => undefined);
  for (let i = 0; i < 99; i += 1) more();
  assert.throws(more, { name: 'LocalLambdaError', message: /at most 100 listeners of function-added/ });
});

test('a host tells of environments and invocations from their start to their end', async (t) => {
  const heard: PlatformEvent[] = [];
  const host = await startHost(
    t,
    {
      orders: {
        source:
          'export const handler = async ({ fail, exit }) => { if (exit) process.exit(3); if (fail) throw new TypeError("no"); return 1; };',
        properties: { ReservedConcurrentExecutions: 1 },
      },
      closed: { source: '', properties: { ReservedConcurrentExecutions: 0 } },
    },
    { onEvent: (event) => heard.push(event) },
  );
  const types = (): string[] => heard.splice(0).map(({ type }) => type);
  assert.deepEqual(types(), ['function-added', 'function-added']);
  await host.invoke('orders', {});
  await host.flushLogs();
  const first = heard.splice(0).filter(({ type }) => type !== 'log-line');
  assert.deepEqual(
    first.map(({ type }) => type),
    [
      'invocation-queued',
      'environment-starting',
      'environment-ready',
      'environment-idle',
      'invocation-started',
      'environment-idle',
      'invocation-ended',
    ],
  );
  const ended = first.at(-1);
  assert.ok(ended?.type === 'invocation-ended');
  const { functionName, version, outcome, errorType, attempt, memorySizeMb, billedMs, initMs = 0 } = ended;
  assert.deepEqual(
    { functionName, version, outcome, errorType, attempt, memorySizeMb },
    {
      functionName: 'orders',
      version: '$LATEST',
      outcome: 'success',
      errorType: undefined,
      attempt: 1,
      memorySizeMb: 128,
    },
  );
  assert.ok(initMs > 0 && billedMs >= initMs && ended.environmentId.length === 32);

  await host.invoke('orders', { fail: true });
  await host.invoke('orders', { exit: true });
  await host.invoke('closed', {});
  await host.flushLogs();
  const outcomes = heard.flatMap((event) =>
    event.type === 'invocation-ended'
      ? [event.errorType]
      : event.type === 'invocation-throttled' || event.type === 'environment-ended'
        ? [event.type]
        : [],
  );
  assert.deepEqual(outcomes.sort(), [
    'Runtime.ExitError',
    'TypeError',
    'environment-ended',
    'invocation-throttled',
  ]);
});
