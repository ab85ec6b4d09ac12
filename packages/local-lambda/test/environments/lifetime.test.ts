import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pageSizeOf } from '../../src/environments/memory.ts';
import { EXECUTABLE, startHost } from '../fixture-package.ts';

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
  // Twice each of the pauses below.
  for (let round = 0; round < 8; round += 1) {
    const { payload: pid, errorType: fault } = await host.invoke('idle', {});
    assert.equal(fault, undefined);
    const first = pid as number;
    process.kill(first, 'SIGKILL');
    // At once, and while the host is about to hear of it.
    if (round % 2 === 1) await new Promise((done) => setTimeout(done, round % 4));
    const { payload, errorType } = await host.invoke('idle', {});
    assert.equal(errorType, undefined);
    assert.notEqual(payload, first);
  }
});

test('a process that ends just after its answer takes no other invocation with it', async (t) => {
  const source =
    'export const handler = ({ gone }) => { if (gone) setImmediate(() => process.exit(0)); return 1; };';
  const host = await startHost(t, { gone: { source } }, { maxEnvironments: 2 });
  const all = Array.from({ length: 60 }, (_, i) => host.invoke('gone', { gone: i % 6 === 0 }));
  for (const { payload, errorType } of await Promise.all(all))
    assert.deepEqual([payload, errorType], [1, undefined]);
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

/** A runtime of its own, with `next` and `post` to speak to the Runtime API. */
function runtime(script: string, properties: object = {}) {
  const source = `#!${process.execPath}
const base = 'http://' + process.env.AWS_LAMBDA_RUNTIME_API + '/2018-06-01/runtime/';
const next = async () => {
  const response = await fetch(base + 'invocation/next');
  return [response.headers.get('lambda-runtime-aws-request-id'), await response.json()];
};
const post = (path, body = '1') => fetch(base + path, { method: 'POST', body });
${script}`;
  const encode = (text: string) => new TextEncoder().encode(text);
  return {
    files: {
      bootstrap: [encode(source), EXECUTABLE] as [Uint8Array, object],
      'package.json': encode('{"type":"module"}'),
    },
    properties: {
      Runtime: 'provided.al2023',
      Handler: 'bootstrap',
      Timeout: 1,
      MemorySize: 512,
      ...properties,
    },
  };
}

test('a runtime that answers and never asks for work again ends at the time-out, and the function lives on', async (t) => {
  const script = `const [id] = await next(); await post('invocation/' + id + '/response', process.pid); setInterval(() => {}, 1000);`;
  const host = await startHost(t, { lazy: runtime(script, { ReservedConcurrentExecutions: 1 }) });
  const first = await host.invoke('lazy', {});
  const second = await host.invoke('lazy', {});
  assert.deepEqual([first.errorType, second.errorType], [undefined, undefined]);
  assert.notEqual(first.payload, second.payload);
  const lines = await host.logLines('lazy');
  const report = lines.find((line) => line.startsWith(`REPORT RequestId: ${first.requestId}`)) ?? '';
  assert.match(report, /\tDuration: 1000\.00 ms\t.*Status: timeout$/);
});

test('a runtime that closes its waiting connection and asks again on another one gets the event there', async (t) => {
  const script = `
  import { connect } from 'node:net';
  const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
  const ask = 'GET /2018-06-01/runtime/invocation/next HTTP/1.1\\r\\nHost: h\\r\\n\\r\\n';
  const socket = connect(Number(port), host, () => socket.write(ask, () => setTimeout(() => socket.destroy(), 50)));
  socket.pause();
  await new Promise((done) => setTimeout(done, 300));
  for (;;) { const [id] = await next(); await post('invocation/' + id + '/response', '"again"'); }`;
  const host = await startHost(t, {
    away: runtime(script, { Timeout: 60, ReservedConcurrentExecutions: 1 }),
  });
  // The first event is sent to a connection that closes without reading it.
  for (const { payload } of await Promise.all([host.invoke('away', {}), host.invoke('away', {})])) {
    assert.equal(payload, 'again');
  }
});

test('a runtime that reports a second init error and stays is ended at once', async (t) => {
  const script = `await post('init/error', '{"errorType":"Own.Init"}'); setInterval(() => {}, 1000);`;
  const host = await startHost(t, { stays: runtime(script, { Timeout: 60 }) }, { initSeconds: 60 });
  assert.equal((await host.invoke('stays', {})).errorType, 'Own.Init');
  const report = (await host.logLines('stays')).at(-1) ?? '';
  assert.match(report, /^REPORT .*Status: error\tError Type: Own\.Init$/);
  await host.dropEnvironments();
});

test('the page size is read from the auxiliary vector', () => {
  const vector = Buffer.alloc(48);
  vector.writeBigUInt64LE(16n, 0);
  vector.writeBigUInt64LE(6n, 16);
  vector.writeBigUInt64LE(65_536n, 24);
  assert.equal(pageSizeOf(vector), 65_536);
  assert.equal(pageSizeOf(vector.subarray(0, 16)), undefined);
});
