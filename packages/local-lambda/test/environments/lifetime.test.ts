import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startHost } from '../fixture-package.ts';

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function untilGone(pid: number): Promise<void> {
  for (let i = 0; i < 1_000 && alive(pid); i += 1) await new Promise((done) => setTimeout(done, 10));
  assert.equal(alive(pid), false);
}

const PID = 'export const handler = () => process.pid;';

test('an environment without work ends after the idle time, and one with work does not', async (t) => {
  const source =
    'export const handler = ({ ms }) => new Promise((done) => setTimeout(done, ms ?? 0, process.pid));';
  const host = await startHost(t, { idle: { source } }, { idleSeconds: 0.3 });
  const first = (await host.invoke('idle', { ms: 1_000 })).payload as number;
  assert.equal((await host.invoke('idle', {})).payload, first);
  await untilGone(first);
  assert.notEqual((await host.invoke('idle', {})).payload, first);
});

test('an idle environment that somebody kills is replaced, and no invocation is lost', async (t) => {
  const host = await startHost(t, { idle: { source: PID } }, { maxEnvironments: 1 });
  for (let round = 0; round < 10; round += 1) {
    const { payload: pid, errorType: fault } = await host.invoke('idle', {});
    assert.equal(fault, undefined);
    const first = pid as number;
    process.kill(first, 'SIGKILL');
    await untilGone(first);
    await new Promise((done) => setTimeout(done, round % 4));
    // What is given to a process that is gone, before the host has heard of it, ends with it.
    const { payload, errorType } = await host.invoke('idle', {});
    assert.ok(errorType === 'Runtime.ExitError' || (typeof payload === 'number' && payload !== first));
  }
});

test("init that is too long is repeated within the invocation, under the function's time-out", async (t) => {
  const source = 'await new Promise((done) => setTimeout(done, 700)); export const handler = () => 1;';
  const host = await startHost(
    t,
    { slow: { source }, slower: { source: source.replace('700', '60_000'), properties: { Timeout: 1 } } },
    { initSeconds: 0.4 },
  );
  assert.equal((await host.invoke('slow', {})).payload, 1);
  const lines = await host.logLines('slow');
  assert.equal(lines.filter((line) => line.startsWith('START')).length, 1);
  assert.match(lines[1] ?? '', /^INIT_REPORT Init Duration: [\d.]+ ms\tPhase: init\tStatus: timeout$/);
  const report = lines.find((line) => line.startsWith('REPORT')) ?? '';
  assert.ok(Number(/\tDuration: ([\d.]+) ms/.exec(report)?.[1]) >= 700);
  assert.doesNotMatch(report, /Init Duration/);
  const { errorType, requestId } = await host.invoke('slower', {});
  assert.equal(errorType, 'Sandbox.Timedout');
  const all = await host.logLines('slower');
  const last = all.find((line) => line.startsWith(`REPORT RequestId: ${requestId}`)) ?? '';
  assert.match(last, /\tDuration: 1000\.00 ms\t.*Status: timeout$/);
});

test('without /proc (macOS) nothing is known of memory, and all else works', async (t) => {
  const source = 'export const handler = () => Buffer.alloc(200 << 20, 1).length;';
  const host = await startHost(t, { any: { source } }, { procDir: '/nowhere' });
  assert.equal((await host.invoke('any', {})).payload, 200 << 20);
  const report = (await host.logLines('any')).find((line) => line.startsWith('REPORT')) ?? '';
  assert.match(report, /\tMemory Size: 128 MB\tInit Duration: [\d.]+ ms\t$/);
});
