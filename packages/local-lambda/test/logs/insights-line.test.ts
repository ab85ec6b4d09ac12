import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import type { Report } from '../../src/logs/lines.ts';
import { startHost } from '../fixture-package.ts';

const BURN = `export const handler = async ({ ms, sleep, total }) => {
  if (total) { const { user, system } = process.cpuUsage(); return (user + system) / 1000; }
  const before = process.cpuUsage();
  for (const end = performance.now() + (ms ?? 0); performance.now() < end; );
  if (sleep) await new Promise((done) => setTimeout(done, sleep));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000; };`;

test('each invocation leaves an event of Lambda Insights with its CPU time, and is counted once', async (t) => {
  const reports: Report[] = [];
  const events: Record<string, unknown>[] = [];
  const host = await startHost(
    t,
    { burn: { source: BURN } },
    {
      onReport: (name, report) => name === 'burn' && reports.push(report),
      onLogEvent: (group, message) => group === '/aws/lambda-insights' && events.push(JSON.parse(message)),
    },
  );
  const all = [];
  for (const event of [{}, { ms: 60 }, { sleep: 60 }, {}]) all.push(await host.invoke('burn', event));
  await host.flushLogs();
  assert.deepEqual(
    events.map((event) => event['request_id']),
    all.map(({ requestId }) => requestId),
  );
  assert.deepEqual(
    events.map((event) => event['cold_start']),
    [true, false, false, false],
  );
  const [first, busy] = events;
  assert.equal(first?.['billed_mb_ms'], Number(first?.['billed_duration']) * 128);
  assert.deepEqual([first?.['event_type'], first?.['function_name']], ['performance', 'burn']);
  assert.match(String(first?.['trace_id']), /^1-[0-9a-f]{8}-[0-9a-f]{24}$/);
  assert.equal(reports.length, 4);
  if (existsSync('/proc/self/schedstat')) {
    const used = Number(all[1]?.payload);
    const counted = Number(busy?.['cpu_total_time']);
    // What the runtime does around the handler counts, and the kernel's last tick may not yet.
    assert.ok(counted > used - 11, `${counted} ms of ${used}`);
    assert.ok(Math.abs((reports[1]?.cpuMs ?? 0) - counted) <= 0.01);
    assert.ok(Number(first?.['init_cpu_total_time']) > 1, 'a process takes CPU to start');
    assert.equal(busy !== undefined && 'init_cpu_total_time' in busy, false);
  }
  // Queries count what is a REPORT or of the type platform.report.
  for (const event of events) assert.equal('type' in event, false);
  assert.equal((await host.logLines('burn')).filter((line) => line.startsWith('REPORT')).length, 4);
  // REPORT says nothing of an error that the function itself gave.
  await host.invoke('burn', null);
  await host.flushLogs();
  assert.equal(reports.at(-1)?.functionError, 'TypeError');
  assert.equal(reports.at(-1)?.status, undefined);
});

test('the CPU time of many short invocations adds up to that of the process', {
  skip: !existsSync('/proc/self/schedstat'),
}, async (t) => {
  const counted: number[] = [];
  const host = await startHost(
    t,
    { burn: { source: BURN } },
    { onReport: (name, { cpuMs }) => name === 'burn' && counted.push(cpuMs ?? Number.NaN) },
  );
  const total = async () => Number((await host.invoke('burn', { total: true })).payload);
  const before = await total();
  for (let k = 0; k < 200; k++) await host.invoke('burn', { ms: 0.3 });
  const used = (await total()) - before;
  await host.flushLogs();
  const sum = counted.slice(1).reduce((all, cpuMs) => all + cpuMs, 0);
  // Either end of the sum lies within a tick of the kernel.
  assert.ok(Math.abs(sum - used) < 0.05 * used + 8, `${sum} ms told of ${used}`);
});
