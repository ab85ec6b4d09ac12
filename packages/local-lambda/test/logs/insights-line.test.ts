import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import type { Report } from '../../src/logs/lines.ts';
import { startHost } from '../fixture-package.ts';

const BURN = `export const handler = async ({ ms, sleep }) => {
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
