import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openLogStore } from '../../src/logs/log-store.ts';
import { startHost, temporaryFolder } from '../fixture-package.ts';

const fail = (stream: string, error: Error): never => assert.fail(`${stream}: ${error.message}`);

async function sizes(folder: string): Promise<Record<string, number>> {
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.log')).sort();
  const all = names.map(async (name) => [name, (await stat(join(folder, name))).size]);
  return Object.fromEntries(await Promise.all(all));
}

test('a disk that is full is told of once a stream, and nothing fails', async (t) => {
  if (!existsSync('/dev/full')) return t.diagnostic('passed over: no /dev/full');
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, 'group'));
  // Linux's device that is always full: every write to it ends in ENOSPC.
  await symlink('/dev/full', join(folder, 'group/full.log'));
  const dropped: string[] = [];
  const store = openLogStore(folder, (stream, error) => dropped.push(`${stream.slice(-8)} ${error.message}`));
  const full = store.openStream('group', 'full');
  const other = store.openStream('group', 'other');
  for (const message of ['one', 'two']) {
    full.write(0, message);
    other.write(0, message);
    store.flush();
  }
  store.close();
  assert.deepEqual(dropped, ['full.log ENOSPC: no space left on device, write']);
  const text = await readFile(join(folder, 'group/other.log'), 'utf8');
  assert.equal(text, '1970-01-01T00:00:00.000Z\tone\n1970-01-01T00:00:00.000Z\ttwo\n');
});

test('a host whose logs have no room serves on', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'aws'), 'a file where a folder is needed');
  const host = await startHost(t, { hi: { source: 'export const handler = () => 1;' } }, { logsDir: folder });
  for (let i = 0; i < 3; i += 1) {
    assert.equal((await host.invoke('hi', {})).payload, 1);
    await host.flushLogs();
  }
  // One for each stream: the function's own and that of Lambda Insights.
  assert.equal(host.notices.filter((notice) => notice.startsWith('log lines are lost: ')).length, 2);
});

test('a host whose log disk fills up serves on', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'test-small-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]);
  if (mounted.status !== 0) {
    await rm(folder, { recursive: true });
    return t.diagnostic('passed over: a small disk can be mounted by root only');
  }
  const source = 'export const handler = () => { console.log("x".repeat(50_000)); return 1; };';
  const host = await startHost(t, { loud: { source } }, { logsDir: join(folder, 'logs') });
  t.after(async () => {
    spawnSync('umount', [folder]);
    await rm(folder, { recursive: true });
  });
  for (let i = 0; i < 5; i += 1) {
    assert.equal((await host.invoke('loud', {})).payload, 1);
    await host.flushLogs();
  }
  const notices = host.notices.filter((notice) => /^log lines are lost: .* ENOSPC/.test(notice));
  assert.equal(notices.length, 1);
});

test('in a long run no file grows beyond its share, and the newest stay', async (t) => {
  const folder = await temporaryFolder(t);
  const limits = { maxFiles: 20, maxBytes: 80_000 };
  const store = openLogStore(folder, fail, undefined, limits);
  const line = 'x'.repeat(975);
  const silentName = `2026/11/01/[$LATEST]${'0'.repeat(32)}`;
  const longName = `2026/11/01/[$LATEST]${'1'.repeat(32)}`;
  const silent = store.openStream('group', silentName);
  silent.write(0, 'before');
  store.flush();
  await utimes(join(folder, `group/${silentName}.log`), 1, 1);
  const long = store.openStream('group', longName);
  for (let i = 0; i < 400; i += 1) {
    long.write(i, line);
    store.flush();
    // Removing old files is asynchronous.
    if (i % 10 === 9) await store.prune();
  }
  silent.write(0, 'after');
  store.close();
  const found = await sizes(folder);
  const bytes = Object.values(found).reduce((sum, size) => sum + size, 0);
  assert.ok(bytes <= limits.maxBytes * 1.2, `${bytes} bytes`);
  assert.ok(Math.max(...Object.values(found)) <= limits.maxBytes / 8 + 1_000);
  assert.equal(found[`group/${longName}.log`], undefined);
  assert.equal(
    await readFile(join(folder, `group/${silentName}.log`), 'utf8'),
    '1970-01-01T00:00:00.000Z\tafter\n',
  );
});

test('old streams and their empty folders go while new ones come, without being asked', async (t) => {
  const folder = await temporaryFolder(t);
  const store = openLogStore(folder, fail, undefined, { maxFiles: 10, maxBytes: 1_000_000 });
  for (let i = 0; i < 60; i += 1) {
    const stream = store.openStream('group', `2026/01/${10 + i}/[$LATEST]${'0'.repeat(32)}`);
    stream.write(0, 'line');
    stream.close();
    await new Promise((done) => setTimeout(done, 2));
  }
  const count = async () => (await readdir(join(folder, 'group/2026/01'))).length;
  for (let i = 0; i < 200 && (await count()) > 12; i += 1) await new Promise((done) => setTimeout(done, 10));
  assert.ok((await count()) <= 12);
  assert.ok((await readdir(join(folder, 'group/2026/01'))).includes('69'));
  store.close();
});

test('settle waits for the lines that are expected, and not for ever', async (t) => {
  const folder = await temporaryFolder(t);
  const store = openLogStore(folder, fail);
  const stream = store.openStream('group', 'stream');
  stream.expect();
  setTimeout(() => {
    stream.write(0, 'REPORT');
    stream.written();
  }, 20);
  await store.settle(60_000);
  assert.match(await readFile(join(folder, 'group/stream.log'), 'utf8'), /REPORT/);
  stream.expect();
  await store.settle(20);
  store.close();
});

test("a function's stdout and stderr stand in the log in the order in which they were written", async (t) => {
  const source = `export const handler = () => { for (let i = 0; i < 50; i += 1) {
    process.stdout.write('out ' + i + '\\n'); process.stderr.write('err ' + i + '\\n'); console.error('log', i); } };`;
  const host = await startHost(t, { both: { source } });
  await host.invoke('both', {});
  const lines = await host.logLines('both');
  const own = lines.slice(2, -2).map((line) => line.replace(/^.*\tERROR\t/, ''));
  assert.deepEqual(own, Array.from({ length: 50 }, (_, i) => [`out ${i}`, `err ${i}`, `log ${i}`]).flat());
});
