import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { EXECUTABLE, startHost, temporaryFolder, writePackage } from './fixture-package.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const PROVIDED = { Runtime: 'provided.al2023', Handler: 'bootstrap', Timeout: 60 };
const provided = (script: string) => ({
  files: { bootstrap: [bytes(`#!${process.execPath}\n${script}`), EXECUTABLE] as [Uint8Array, object] },
  properties: PROVIDED,
});
const message = (payload: unknown) => (payload as { errorMessage: string }).errorMessage;

/** A client that answers as the script after it says. */
const CLIENT = `
const base = 'http://' + process.env.AWS_LAMBDA_RUNTIME_API + '/2018-06-01/runtime/';
const next = async () => {
  const response = await fetch(base + 'invocation/next');
  return { id: response.headers.get('lambda-runtime-aws-request-id'), event: await response.json() };
};
const post = async (path, body) => {
  const response = await fetch(base + path, { method: 'POST', body });
  return { status: response.status, body: await response.json() };
};
`;

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 6_000 && !condition(); i += 1) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.ok(condition());
}

test('a time-out kills the process, says so as Lambda does, and the next invocation goes on', async (t) => {
  const source =
    'export const handler = ({ hang }) => hang ? new Promise(() => setInterval(() => {}, 1e6)) : 1;';
  const host = await startHost(t, { slow: { source, properties: { Timeout: 1 } } });
  const { payload, errorType, requestId } = await host.invoke('slow', { hang: true });
  assert.equal(errorType, 'Sandbox.Timedout');
  assert.equal(message(payload), `RequestId: ${requestId} Error: Task timed out after 1.00 seconds`);
  assert.equal((await host.invoke('slow', {})).payload, 1);
  const lines = await host.logLines('slow');
  assert.ok(lines.some((line) => line.endsWith(`Z ${requestId} Task timed out after 1.00 seconds`)));
  const report = lines.find((line) => line.startsWith(`REPORT RequestId: ${requestId}`)) ?? '';
  assert.match(report, /\tDuration: 1000\.00 ms\t.*\tStatus: timeout$/);
});

test('exits, crashes and kills during an invocation are reported with their reason', async (t) => {
  const source = `export const handler = ({ how }) => {
    if (how === 'kill') process.kill(process.pid, 'SIGKILL');
    if (how === 'term') process.kill(process.pid, 'SIGTERM');
    if (typeof how === 'number') process.exit(how);
    if (how === 'throw') setTimeout(() => { throw new Error('later'); });
    return how === undefined ? 'fine' : new Promise(() => {}); };`;
  const host = await startHost(t, { dies: { source } });
  const cases: [unknown, string][] = [
    [3, 'Runtime exited with error: exit status 3'],
    [0, 'Runtime exited without providing a reason'],
    ['kill', 'Runtime exited with error: signal: killed'],
    ['term', 'Runtime exited with error: signal: terminated'],
  ];
  for (const [how, reason] of cases) {
    const { payload, errorType, requestId } = await host.invoke('dies', { how });
    assert.equal(errorType, 'Runtime.ExitError');
    assert.equal(message(payload), `RequestId: ${requestId} Error: ${reason}`);
    const lines = await host.logLines('dies');
    const report = lines.find((line) => line.startsWith(`REPORT RequestId: ${requestId}`)) ?? '';
    assert.match(report, /Status: error\tError Type: Runtime\.ExitError$/);
  }
  assert.equal(message((await host.invoke('dies', { how: 'throw' })).payload), 'later');
  assert.equal((await host.invoke('dies', {})).payload, 'fine');
});

test('init that fails is repeated once within the invocation, then reported', async (t) => {
  const host = await startHost(t, {
    exits: provided('process.exit(7)'),
    throws: { source: 'throw new TypeError("at load");' },
    missing: { source: 'export const other = 1;' },
  });
  const exits = await host.invoke('exits', {});
  assert.equal(exits.errorType, 'Runtime.ExitError');
  assert.match(message(exits.payload), /exit status 7$/);
  // In the order and with the words of a real Lambda whose program does not start.
  const shapes = [
    /^INIT_START /,
    /^INIT_REPORT Init Duration: [\d.]+ ms\tPhase: init\tStatus: error\tError Type: Runtime\.ExitError$/,
    /^INIT_REPORT Init Duration: [\d.]+ ms\tPhase: invoke\tStatus: error\tError Type: Runtime\.ExitError$/,
    /^START RequestId: [\w-]+ Version: \$LATEST$/,
    /^RequestId: [\w-]+ Error: Runtime exited with error: exit status 7\rRuntime\.ExitError$/,
    /^END RequestId: /,
    /^REPORT RequestId: .*\tMemory Size: 128 MB\t(Max Memory Used: \d+ MB\t)?Status: error\tError Type: Runtime\.ExitError$/,
  ];
  const lines = await host.logLines('exits');
  assert.equal(lines.length, shapes.length);
  for (const [i, shape] of shapes.entries()) assert.match(lines[i] ?? '', shape);
  assert.equal((await host.invoke('throws', {})).errorType, 'TypeError');
  const thrown = (await host.logLines('throws')).map((line) =>
    line
      .replace(/^\d{4}-.*Z\t/, '')
      .split(' ', 2)
      .join(' '),
  );
  const twice = ['undefined\tERROR\tUncaught Exception', 'INIT_REPORT Init'];
  assert.deepEqual(
    thrown.map((line) => line.replace(/RequestId:$/, '').trim()),
    ['INIT_START Runtime', ...twice, ...twice, 'START', 'END', 'REPORT'],
  );
  assert.equal((await host.invoke('missing', {})).errorType, 'Runtime.HandlerNotFound');
});

test('a runtime that never asks for work times out within the invocation', async (t) => {
  const { files } = provided('setInterval(() => {}, 1000); process.on("SIGTERM", () => {});');
  const silent = { files, properties: { ...PROVIDED, Timeout: 1 } };
  const host = await startHost(t, { silent }, { initSeconds: 0.3 });
  assert.equal((await host.invoke('silent', {})).errorType, 'Sandbox.Timedout');
});

test('second answers and wrong ids are refused, and harm nobody', async (t) => {
  const script = `${CLIENT}
  const first = await next();
  const wrong = await post('invocation/nobody/response', '1');
  const init = await post('init/error', '{}');
  await post('invocation/' + first.id + '/response', JSON.stringify({ wrong, init }));
  const twice = await post('invocation/' + first.id + '/response', '2');
  const second = await next();
  await post('invocation/' + second.id + '/response', JSON.stringify({ twice }));
  await next();`;
  const files = {
    bootstrap: [bytes(`#!${process.execPath}\n${script}`), EXECUTABLE] as [Uint8Array, object],
    'package.json': bytes('{"type":"module"}'),
  };
  const host = await startHost(t, { rude: { files, properties: PROVIDED } }, { maxEnvironments: 1 });
  const first = (await host.invoke('rude', {})).payload as Record<
    string,
    { status: number; body: { errorType: string } }
  >;
  assert.deepEqual([first['wrong']?.status, first['wrong']?.body.errorType], [400, 'InvalidRequestID']);
  assert.deepEqual([first['init']?.status, first['init']?.body.errorType], [403, 'InvalidStateTransition']);
  const second = (await host.invoke('rude', {})).payload as typeof first;
  assert.deepEqual(
    [second['twice']?.status, second['twice']?.body.errorType],
    [403, 'InvalidStateTransition'],
  );
});

test('a response above 6 MB is an error of the function', async (t) => {
  const host = await startHost(t, { big: { source: 'export const handler = ({ n }) => "x".repeat(n);' } });
  assert.equal((await host.invoke('big', { n: 7_000_000 })).errorType, 'Function.ResponseSizeTooLarge');
  assert.equal(((await host.invoke('big', { n: 6_000_000 })).payload as string).length, 6_000_000);
});

test('100 MB of output and half a line are kept in order', async (t) => {
  const source = `import { writeSync } from 'node:fs';
  const all = (bytes) => { for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at); };
  export const handler = ({ lines }) => {
    const block = Buffer.from(('y'.repeat(9_999) + '\\n').repeat(100));
    for (let i = 0; i < lines / 100; i++) all(block);
    all(Buffer.from('half')); return 'done'; };`;
  const host = await startHost(t, { loud: { source, properties: { Timeout: 60 } } });
  assert.equal((await host.invoke('loud', { lines: 10_000 })).payload, 'done');
  const lines = await host.logLines('loud');
  assert.equal(lines.filter((line) => line.length === 9_999).length, 10_000);
  assert.equal(lines.at(-3), 'half');
  assert.match(lines.at(-2) ?? '', /^END/);
});

test('memory above the limit kills the environment', async (t) => {
  if (!existsSync('/proc/self/statm')) return t.diagnostic('passed over: no /proc');
  const source = `export const handler = async () => { const kept = [];
    for (;;) { kept.push(Buffer.alloc(4 << 20, 1)); await new Promise((done) => setTimeout(done, 5)); } };`;
  const host = await startHost(t, { greedy: { source, properties: { Timeout: 20 } } });
  const { errorType, requestId } = await host.invoke('greedy', {});
  assert.equal(errorType, 'Runtime.OutOfMemory');
  const lines = await host.logLines('greedy');
  const report = lines.find((line) => line.startsWith(`REPORT RequestId: ${requestId}`)) ?? '';
  assert.match(report, /Status: error\tError Type: Runtime\.OutOfMemory$/);
});

test('grandchildren end with their environment: one that holds the pipe open, one in a session of its own', async (t) => {
  const source = `import { spawn } from 'node:child_process';
  export const handler = ({ detached }) => { const child = spawn(process.execPath,
    ['-e', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)'], { stdio: 'inherit', detached }); return child.pid; };`;
  const host = await startHost(t, { parent: { source } });
  const start = async (detached: boolean) => (await host.invoke('parent', { detached })).payload as number;
  const pids = [await start(false), ...(process.platform === 'linux' ? [await start(true)] : [])];
  assert.ok(pids.every(alive));
  await host.dropEnvironments('parent');
  await until(() => !pids.some(alive));
});

test('no process outlives a host that is killed, and no folder', async (t) => {
  const folder = await temporaryFolder(t);
  const source = `import { spawn } from 'node:child_process';
  const child = (detached) => spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached }).pid;
  export const handler = () => [process.pid, child(false), ...(process.platform === 'linux' ? [child(true)] : [])];`;
  const packageDir = await writePackage(join(folder, 'package'), { parent: { source } });
  const start = fileURLToPath(new URL('../src/start.ts', import.meta.url));
  const script = `import { startLocalLambda } from ${JSON.stringify(start)};
    const host = await startLocalLambda(${JSON.stringify({ packageDir, logsDir: join(folder, 'logs'), inspect: ['parent'], inspectPort: 0 })});
    console.log(JSON.stringify((await host.invoke('parent', {})).payload)); setInterval(() => {}, 1000);`;
  const tmp = join(folder, 'tmp');
  await import('node:fs/promises').then(({ mkdir }) => mkdir(tmp));
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    env: { ...process.env, TMPDIR: tmp },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { value } = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
  const pids = JSON.parse(String(value)) as number[];
  assert.ok(pids.every(alive));
  child.kill('SIGKILL');
  await until(() => !pids.some(alive));
  for (let i = 0; i < 6_000 && (await readdir(tmp)).length > 0; i += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.deepEqual(await readdir(tmp), []);
  assert.notEqual(tmp, tmpdir());
});

test('an event whose failure is no JSON is recorded, and the host lives', async (t) => {
  const script = `${CLIENT}
  for (;;) { const { id } = await next(); await post('invocation/' + id + '/error', 'no JSON'); }`;
  const files = {
    bootstrap: [bytes(`#!${process.execPath}\n${script}`), EXECUTABLE] as [Uint8Array, object],
    'package.json': bytes('{"type":"module"}'),
  };
  const events: string[] = [];
  const host = await startHost(
    t,
    { rude: { files, properties: PROVIDED } },
    { onLogEvent: (group, text) => group === 'local-lambda/failed-events' && events.push(text) },
  );
  const url = `${host.url}/2015-03-31/functions/rude/invocations`;
  const taken = await fetch(url, {
    method: 'POST',
    body: '{"n":1}',
    headers: { 'x-amz-invocation-type': 'Event' },
  });
  assert.equal(taken.status, 202);
  await until(() => events.length > 0);
  const record = JSON.parse(events[0] ?? '');
  assert.deepEqual([record.requestPayload, record.responsePayload], [{ n: 1 }, 'no JSON']);
  assert.equal(record.requestContext.condition, 'RetriesExhausted');
  assert.deepEqual(host.notices, []);
});
