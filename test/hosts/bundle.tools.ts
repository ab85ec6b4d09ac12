/** The bundle of the Dockerfile, run as its container runs it: another user, a file system that cannot be written. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');
const LIMIT_MS = 60_000;
/** The user `nobody`, where this process may become it. */
const USER = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'test-bundle-'));
  await promisify(execFile)('npm', ['run', 'bundle'], { cwd: ROOT, timeout: LIMIT_MS });
  await cp(join(ROOT, 'dist/host.mjs'), join(folder, 'host.mjs'));
  await cp(process.execPath, join(folder, 'node'));
  await chmod(join(folder, 'host.mjs'), 0o444);
  await chmod(folder, 0o555);
});
after(async () => {
  await chmod(folder, 0o755);
  await rm(folder, { recursive: true });
});

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return spawn(join(folder, 'node'), ['host.mjs', ...args], {
    ...USER,
    cwd: folder,
    env: { NODE_ENV: 'production', HOST_LOGS: '-', PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

test('the bundle serves, answers, stops in order and writes no file', async () => {
  const host = run(['container'], { HOST_FUNCTIONS: 'get-cat,echo' });
  const lines = createInterface({ input: host.stdout })[Symbol.asyncIterator]();
  const url = /http:\S+/.exec((await lines.next()).value as string)?.[0];
  assert.equal(await (await fetch(`${url}/cat?m=3&n=8`)).text(), '{"result":2045}');
  assert.equal((await fetch(`${url}/health/readiness`)).status, 200);
  assert.match(await (await fetch(`${url}/metrics`)).text(), /function="get-cat",outcome="success"\} 1/);
  for (const expected of [/^START /, /^END /, /^REPORT /])
    assert.match((await lines.next()).value ?? '', expected);
  host.kill('SIGTERM');
  assert.deepEqual(await once(host, 'exit'), [0, null]);
  assert.deepEqual((await readdir(folder)).sort(), ['host.mjs', 'node']);
});

for (const [host, env] of [
  ['container', {}],
  ['worker', {}],
  ['poller', { HOST_QUEUE: 'jobs' }],
] as const) {
  test(`the bundle holds the ${host}, and says what is missing`, async () => {
    const child = run([host], env);
    let said = '';
    child.stderr.on('data', (text) => {
      said += text;
    });
    assert.deepEqual(await once(child, 'exit'), [2, null]);
    assert.match(said, /^--table \(or SHEEP_SHED_TABLE\) is missing: /);
  });
}
