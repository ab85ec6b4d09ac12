import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { HOSTS } from '../../src/hosts/hosts.ts';
import { startSlowDatabase } from './slow-database.ts';
import { startContainer } from './start-container.ts';

const CAT = { HOST_FUNCTIONS: 'get-cat' };
const CLI = join(import.meta.dirname, '../../src/hosts/cli.ts');

async function start(t: TestContext, environment: Readonly<Record<string, string>>, lines: string[] = []) {
  const host = await startContainer({ ...CAT, ...environment }, lines);
  t.after(() => host.stop());
  return host;
}

test('each call leaves START, END and REPORT, init in the first; metrics count it', async (t) => {
  const lines: string[] = [];
  const { url } = await start(t, {}, lines);
  const answers = [
    await fetch(`${url}/cat?m=1&n=1`, { headers: { 'x-request-id': 'mine-1' } }),
    await fetch(`${url}/cat`),
  ];
  assert.deepEqual(
    answers.map(({ status, headers }) => [status, headers.get('x-request-id') === 'mine-1']),
    [
      [200, true],
      [400, false],
    ],
  );
  assert.deepEqual(lines.slice(0, 2), ['START RequestId: mine-1 Version: $LATEST', 'END RequestId: mine-1']);
  assert.match(
    lines[2] ?? '',
    /^REPORT RequestId: mine-1\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 512 MB\tMax Memory Used: 64 MB\tInit Duration: [\d.]+ ms\t$/,
  );
  assert.doesNotMatch(lines[5] ?? '', /Init Duration|Status/);
  const metrics = await (await fetch(`${url}/metrics`)).text();
  assert.match(metrics, /^sheep_shed_calls_total\{function="get-cat",outcome="success"\} 2$/m);
  assert.match(metrics, /^sheep_shed_call_duration_seconds_count\{function="get-cat"\} 2$/m);
});

test('results that are not JSON have their own media type; the correlation id stands in the log', async (t) => {
  const lines: string[] = [];
  const { url } = await start(t, { HOST_FUNCTIONS: 'text-to-bytes,echo', AWS_REGION: 'eu-west-3' }, lines);
  const bytes = await fetch(`${url}/text-to-bytes?text=%C3%A9%00`);
  assert.equal(bytes.headers.get('content-type'), 'application/octet-stream');
  assert.deepEqual([...(await bytes.bytes())], [195, 169, 0]);
  assert.deepEqual(await (await fetch(`${url}/echo?a=1&a=2`)).json(), { a: '1,2' });
  assert.equal((await fetch(`${url}/cat?m=1&n=1`)).status, 404, 'not served');
});

test('health, a token, requests that are too large, functions that are not served', async (t) => {
  const { url } = await start(t, { HOST_TOKEN: 'a-token-for-tests' });
  const status = async (path: string, init?: RequestInit) => (await fetch(`${url}${path}`, init)).status;
  const headers = { authorization: 'Bearer a-token-for-tests' };
  assert.equal(await status('/health/liveness'), 200);
  assert.equal(await status('/health/readiness'), 200);
  assert.equal(await status('/cat?m=1&n=1'), 401);
  assert.equal(await status('/metrics'), 401);
  assert.equal(await status('/cat?m=1&n=1', { headers }), 200);
  assert.equal(await status('/dog', { headers }), 404, 'not served');
  const body = 'x'.repeat(10_485_761);
  assert.equal(await status('/cat?m=1&n=1', { method: 'POST', headers }), 404);
  const large = await fetch(`${url}/cat?m=1&n=1`, { method: 'POST', headers, body }).catch(() => undefined);
  assert.ok(large === undefined || large.status === 404 || large.status === 413);
});

test('a call beyond its time is answered 500, and its result thrown away', async (t) => {
  const lines: string[] = [];
  const { url } = await start(t, { HOST_TIMEOUT: '0.001' }, lines);
  const answer = await fetch(`${url}/cat?m=3&n=8`);
  assert.deepEqual(
    [answer.status, ((await answer.json()) as { code: string }).code],
    [500, 'INTERNAL_ERROR'],
  );
  assert.ok(
    lines.some((line) => /^REPORT .*\tStatus: timeout$/.test(line)),
    lines.join('\n'),
  );
  assert.ok(lines.some((line) => line.includes('no result within 1 ms')));
});

test('nonsense on the wire ends one connection', async (t) => {
  const { url } = await start(t, {});
  const { port, hostname } = new URL(url);
  for (const nonsense of [
    '\u0000\u0001\r\n\r\n',
    'GET /%zz?%zz=%zz HTTP/1.1\r\nHost: a\r\n\r\n',
    'GET / HTTP/9.9\r\n\r\n',
  ]) {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    socket.end(nonsense);
    socket.resume();
    await once(socket, 'close');
  }
  assert.equal((await fetch(`${url}/cat?m=1&n=1`)).status, 200);
});

/** The command line in a process of its own, and its lines. */
function run(t: TestContext, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [CLI, ...args], {
    env: { PATH: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.after(() => child.kill('SIGKILL'));
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return {
    child,
    lines: createInterface({ input: child.stdout })[Symbol.asyncIterator](),
    stderr: () => stderr,
  };
}

test('SIGTERM: nothing new is taken, what is under way ends, and its records are on disk', async (t) => {
  const logs = await mkdtemp(join(tmpdir(), 'test-container-'));
  t.after(() => rm(logs, { recursive: true }));
  const database = await startSlowDatabase(t);
  const { child, lines } = run(t, ['container', '--function', 'get-dog', '--port', '0', '--logs', logs], {
    SHEEP_SHED_TABLE: 'shed',
    AWS_REGION: 'eu-west-3',
    AWS_ENDPOINT_URL_DYNAMODB: database.url,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  });
  const ready = (await lines.next()).value as string;
  const url = /^Listening on (http:\/\/127\.0\.0\.1:\d+)$/.exec(ready)?.[1] ?? '';
  assert.ok(url, ready);
  const answering = fetch(`${url}/dog`);
  const release = await database.scanned;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  assert.match((await lines.next()).value as string, /^Stopping/);
  await assert.rejects(fetch(`${url}/health/readiness`));
  release();
  assert.deepEqual(await (await answering).json(), { count: 7 });
  assert.deepEqual(await exited, [0, null]);
  const [file] = (await readdir(logs, { recursive: true })).filter((name) => name.endsWith('.log'));
  assert.match(file ?? '', /^sheep-shed\/container\/get-dog\//);
  assert.match(await readFile(join(logs, file ?? ''), 'utf8'), /\tREPORT RequestId: /);
});

test('wrong usage is named, with what is allowed', async (t) => {
  const { url, stop } = await startContainer(CAT);
  await assert.rejects(
    startContainer({ ...CAT, PORT: new URL(url).port }),
    /^OptionError: port \d+ of 127\.0\.0\.1 is in use: choose another with --port$/,
  );
  await stop();
  const wrong = run(t, ['boat']);
  assert.deepEqual(await once(wrong.child, 'exit'), [2, null]);
  assert.equal(wrong.stderr(), `host must be ${Object.keys(HOSTS).join(' or ')}; got "boat"\n`);
  for (const [environment, said] of [
    [
      { HOST_FUNCTIONS: 'get-goat' },
      /^OptionError: HOST_FUNCTIONS must be one of post-sheep, .*; got "get-goat"/,
    ],
    [
      {},
      /^OptionError: --table \(or SHEEP_SHED_TABLE\) is missing: post-sheep, get-dog, delete-wolf need a shed/,
    ],
    [{ SHEEP_SHED_TABLE: 'a b' }, /^OptionError: SHEEP_SHED_TABLE must be a table name .*; got "a b"/],
    [
      { ...CAT, HOST_ADDRESS: '0.0.0.0' },
      /^OptionError: --host 0\.0\.0\.0 can be reached .*: give --token, or --open/,
    ],
  ] as const) {
    await assert.rejects(async () => startContainer(environment), said);
  }
});
