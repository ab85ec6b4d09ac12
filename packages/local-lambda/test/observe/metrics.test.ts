import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEventBus } from '../../src/events/event-bus.ts';
import { createLiveEnvironments } from '../../src/observe/environments.ts';
import { hasMetricsRoute } from '../../src/observe/host-path.ts';
import { createMetrics } from '../../src/observe/metrics.ts';
import { keepTallies, MAX_TALLIES } from '../../src/observe/tallies.ts';
import { startHost } from '../fixture-package.ts';

test("a host's metrics are Lambda's, function by function", async (t) => {
  const host = await startHost(t, {
    orders: {
      source:
        'export const handler = async ({ fail }) => { if (fail) throw new TypeError("no"); return 1; };',
    },
    closed: { source: '', properties: { ReservedConcurrentExecutions: 0 } },
  });
  await host.invoke('orders', {});
  await host.invoke('orders', { fail: true });
  await host.invoke('closed', {});
  await fetch(`${host.url}/2015-03-31/functions/orders/invocations`, {
    method: 'POST',
    headers: { 'x-amz-invocation-type': 'Event' },
  });
  await host.settleEvents();
  await host.flushLogs();
  const response = await fetch(`${host.url}/metrics`);
  const text = await response.text();
  assert.match(response.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
  const lines = text.split('\n');
  for (const line of [
    'lambda_invocations_total{function="orders"} 3',
    'lambda_errors_total{function="orders"} 1',
    'lambda_throttles_total{function="closed"} 1',
    'lambda_async_events_received_total{function="orders"} 1',
    'lambda_async_events_dropped_total{function="orders"} 0',
    'lambda_duration_seconds_count{function="orders"} 3',
    'lambda_duration_seconds_bucket{function="orders",le="+Inf"} 3',
    'lambda_init_duration_seconds_count{function="orders"} 1',
    'lambda_async_event_age_seconds_count{function="orders"} 1',
    'lambda_concurrent_executions{function="orders"} 0',
    'lambda_environments{function="orders",state="idle"} 1',
  ]) {
    assert.ok(lines.includes(line), `${line} in ${text.slice(0, 6_000)}`);
  }
  assert.equal((await fetch(`${host.url}/_host/metrics`)).status, 200);
});

test('a route of a package keeps /metrics', () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['GET', '/metrics', true],
    ['ANY', '/{proxy+}', true],
    ['ANY', '$default', true],
    ['POST', '/metrics', false],
    ['GET', '/metrics/more', false],
    ['GET', '/orders', false],
  ];
  for (const [method, path, has] of cases) assert.equal(hasMetricsRoute([{ method, path }]), has, path);
});

test('functions beyond a bound are counted together, so that labels stay few', async () => {
  const bus = createEventBus(() => assert.fail());
  const tallies = keepTallies(bus);
  const metrics = createMetrics(tallies, createLiveEnvironments());
  for (let i = 0; i < MAX_TALLIES + 5; i += 1) {
    const about = { functionName: `f${i}`, version: '$LATEST', requestId: '', traceId: '' };
    bus.emit({ type: 'invocation-throttled', timeMs: 0, ...about });
  }
  assert.equal(tallies.all().size, MAX_TALLIES + 1);
  const { text } = await metrics.render();
  assert.equal(tallies.of(`f${MAX_TALLIES}`), undefined);
  assert.ok(text.includes('lambda_throttles_total{function="f0"} 1'));
  bus.emit({ type: 'function-removed', timeMs: 0, functionName: 'f0' });
  assert.equal(tallies.of('another')?.throttles, 0);
  assert.equal(tallies.labelOf('another'), 'another', 'a function that is gone leaves its place');
  assert.ok(text.includes('lambda_throttles_total{function="(other)"} 5'));
});
