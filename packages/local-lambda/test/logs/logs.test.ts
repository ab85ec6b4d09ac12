import assert from 'node:assert/strict';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { billedMs, initReportLine, initStartLine, reportLine } from '../../src/logs/lines.ts';
import { pruneLogs } from '../../src/logs/prune.ts';
import { startHost, temporaryFolder } from '../fixture-package.ts';

test('REPORT is written as AWS documents it', () => {
  const report = {
    requestId: 'r-1',
    durationMs: 8.109,
    initMs: 140.53,
    memorySizeMb: 128,
    maxMemoryUsedMb: 23,
  };
  assert.equal(
    reportLine(report),
    'REPORT RequestId: r-1\tDuration: 8.11 ms\tBilled Duration: 149 ms\tMemory Size: 128 MB\tMax Memory Used: 23 MB\tInit Duration: 140.53 ms\t',
  );
  assert.equal(
    reportLine({ ...report, initMs: undefined, maxMemoryUsedMb: undefined, status: 'timeout' }),
    'REPORT RequestId: r-1\tDuration: 8.11 ms\tBilled Duration: 9 ms\tMemory Size: 128 MB\tStatus: timeout',
  );
  // What a real function wrote whose code has a syntax error.
  assert.equal(
    reportLine({
      ...report,
      durationMs: 1338.34,
      initMs: undefined,
      maxMemoryUsedMb: 71,
      status: 'error',
      errorType: 'Runtime.UserCodeSyntaxError',
    }),
    'REPORT RequestId: r-1\tDuration: 1338.34 ms\tBilled Duration: 1339 ms\tMemory Size: 128 MB\tMax Memory Used: 71 MB\tStatus: error\tError Type: Runtime.UserCodeSyntaxError',
  );
  assert.equal(
    initReportLine(12.345, 'init', 'error', 'Runtime.ExitError'),
    'INIT_REPORT Init Duration: 12.35 ms\tPhase: init\tStatus: error\tError Type: Runtime.ExitError',
  );
  assert.match(
    initStartLine('python3.13', 'eu-west-3'),
    /^INIT_START Runtime Version: python:3\.13\.local-lambda\t/,
  );
});

test('INIT_START names every family of runtimes in its own way', () => {
  assert.match(initStartLine('provided.al2023', 'eu-west-3'), / provided:al2023\.local-lambda\t/);
  assert.match(initStartLine('nodejs24.x', 'eu-west-3'), / nodejs:24\.local-lambda\t/);
});

test('billed is the rounded-up sum of what is printed', () => {
  assert.equal(billedMs({ durationMs: 8, initMs: undefined }), 8);
  assert.equal(billedMs({ durationMs: 8.001, initMs: undefined }), 8);
  assert.equal(billedMs({ durationMs: 8.01, initMs: 0.99 }), 9);
  assert.equal(billedMs({ durationMs: 8.01, initMs: 141 }), 150);
});

test("JSON log format: platform events and the function's own lines", async (t) => {
  const source = 'export const handler = async () => { console.log("seen", 1); console.debug("unseen"); };';
  const properties = { LoggingConfig: { LogFormat: 'JSON', ApplicationLogLevel: 'INFO' } };
  const host = await startHost(t, { json: { source, properties } });
  const { requestId } = await host.invoke('json', {});
  const events = (await host.logLines('json')).map((line) => JSON.parse(line));
  assert.deepEqual(
    events.map(({ type, message }) => type ?? message),
    ['platform.initStart', 'platform.start', 'seen 1', 'platform.report'],
  );
  assert.match(events[0].record.runtimeVersion, /^nodejs:\d+\.local-lambda$/);
  assert.deepEqual([events[2].level, events[2].requestId], ['INFO', requestId]);
  assert.equal(events[3].record.requestId, requestId);
  assert.equal(events[3].record.metrics.memorySizeMB, 128);
  assert.equal(events[3].record.status, 'success');
});

test('the system log level decides which platform events are written', async (t) => {
  const source = 'export const handler = async ({ exit }) => exit && process.exit(3);';
  const at = (level: string) => ({
    source,
    properties: { LoggingConfig: { LogFormat: 'JSON', SystemLogLevel: level } },
  });
  const host = await startHost(t, { debug: at('DEBUG'), warn: at('WARN') });
  for (const name of ['debug', 'warn']) {
    await host.invoke(name, {});
    await host.invoke(name, { exit: true });
  }
  const typesOf = async (name: string) =>
    (await host.logLines(name)).map((line) => JSON.parse(line).type?.replace('platform.', ''));
  const call = ['start', 'runtimeDone', 'report'];
  assert.deepEqual(await typesOf('debug'), [
    'initStart',
    'initReport',
    ...call,
    'start',
    undefined,
    ...call.slice(1),
  ]);
  assert.deepEqual(await typesOf('warn'), [undefined, 'runtimeDone', 'report']);
  const failed = JSON.parse((await host.logLines('warn'))[1] ?? '').record;
  assert.deepEqual([failed.status, failed.errorType], ['error', 'Runtime.ExitError']);
});

test('the oldest streams are pruned by count and by size', async (t) => {
  const folder = await temporaryFolder(t);
  const day = join(folder, 'group/2026/11/01');
  await mkdir(day, { recursive: true });
  const nameOf = (i: number) => `[$LATEST]${String(i).repeat(32)}.log`;
  await writeFile(join(folder, 'group/of-somebody-else.log'), 'x'.repeat(2_000));
  await utimes(join(folder, 'group/of-somebody-else.log'), 0, 0);
  for (let i = 0; i < 6; i += 1) {
    const path = join(day, nameOf(i));
    await writeFile(path, 'x'.repeat(100));
    await utimes(path, i, i);
  }
  assert.equal(await pruneLogs(folder, { maxFiles: 4, maxBytes: 1_000 }), 2);
  assert.deepEqual((await readdir(day)).sort(), [2, 3, 4, 5].map(nameOf));
  assert.equal(await pruneLogs(folder, { maxFiles: 4, maxBytes: 250 }), 2);
  assert.deepEqual((await readdir(day)).sort(), [4, 5].map(nameOf));
  assert.deepEqual((await readdir(join(folder, 'group'))).sort(), ['2026', 'of-somebody-else.log']);
});
