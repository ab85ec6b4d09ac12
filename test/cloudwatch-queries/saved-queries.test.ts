import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { logFolder, toRecords } from '@sheep-shed/log-insights';
import { LAMBDA_PRICES } from '@sheep-shed/log-insights/cost';
import { listInvocations, summariseReports } from '@sheep-shed/log-insights/report-lines';
import { STACK_NAMES } from '../../bench/stacks/catalogue.ts';
import {
  GOLDEN_START,
  type Invocation,
  writeGoldenLogs,
} from '../../packages/log-insights/test/golden-logs.ts';
import { SAVED_QUERIES } from './queries.ts';

/** Longest query that CloudWatch accepts, in characters. */
const MAX_QUERY_LENGTH = 10_000;
const NOW = GOLDEN_START + 2 * 3_600_000;
const GOLDEN = join(import.meta.dirname, 'golden');
let folder = '';
let plainFolder = '';
let invocations: readonly Invocation[] = [];

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'golden-logs-'));
  plainFolder = await mkdtemp(join(tmpdir(), 'plain-logs-'));
  invocations = await writeGoldenLogs(folder, { withLambdaInsights: true });
  await writeGoldenLogs(plainFolder);
});
after(async () => {
  for (const path of [folder, plainFolder]) await rm(path, { recursive: true, force: true });
});

async function rowsOf(name: string, from = folder): Promise<readonly Readonly<Record<string, unknown>>[]> {
  return toRecords(await logFolder(from).query(SAVED_QUERIES[name] ?? '', { now: NOW }));
}

/** Compares with a golden file; `UPDATE_GOLDEN=1` writes it anew, for a review of the difference. */
async function assertGolden(name: string, actual: unknown): Promise<void> {
  const path = join(GOLDEN, `${name}.json`);
  const text = `${JSON.stringify(actual, null, 2)}\n`;
  if (process.env['UPDATE_GOLDEN'] === '1') await writeFile(path, text);
  assert.equal(text, await readFile(path, 'utf8'));
}

test('every saved query fits CloudWatch, explains itself and gives the golden result', async (t) => {
  assert.deepEqual(Object.keys(SAVED_QUERIES), [
    'cold-starts',
    'compare',
    'cost',
    'cpu',
    'errors',
    'memory-headroom',
    'over-time',
    'slowest',
  ]);
  for (const [name, text] of Object.entries(SAVED_QUERIES)) {
    await t.test(name, async () => {
      assert.ok(text.length <= MAX_QUERY_LENGTH);
      assert.match(text, /^# .*\?\n/);
      const header = text
        .split('\n')
        .filter((line) => line.startsWith('#'))
        .join('\n');
      const rows = await rowsOf(name);
      assert.ok(rows.length > 0);
      for (const column of Object.keys(rows[0] ?? {})) {
        const range = header.match(/\S+ \.\.\. \S+/)?.[0] ?? '';
        const unit = /_ms$/.test(column) && range !== '' ? range : column;
        assert.ok(header.includes(column) || header.includes(unit), `the header explains ${column}`);
      }
      await assertGolden(name, rows);
    });
  }
});

function rank(values: readonly number[], percent: number): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.find(
    (value) => sorted.filter((other) => other <= value).length >= (percent / 100) * sorted.length,
  );
}

test('compare agrees with the invocations that the logs were made from', async () => {
  const rows = await rowsOf('compare');
  assert.equal(rows.length, 16);
  for (const row of rows) {
    const own = invocations.filter(
      (one) =>
        one.stack === row['stack'] &&
        one.function === row['function'] &&
        (one.init !== undefined) === (row['cold'] === 1),
    );
    const totals = own.map(({ duration, init }) => duration + (init ?? 0));
    assert.equal(row['invocations'], own.length);
    assert.equal(row['p50_ms'], rank(totals, 50));
    assert.equal(row['p99_ms'], rank(totals, 99));
    assert.equal(row['max_ms'], Math.max(...totals));
    const billed = own.reduce((sum, { billed: one }) => sum + one, 0) / own.length;
    assert.ok(Math.abs(Number(row['billed_mean_ms']) - billed) < 1e-9);
    assert.equal(row['memory_peak_mb'], Math.max(...own.map(({ memoryUsed }) => memoryUsed)));
    assert.equal(row['memory_mb'], 128);
  }
});

test('errors and costs agree with the invocations that the logs were made from', async () => {
  const errors = await rowsOf('errors');
  const failed = invocations.filter(({ status }) => status !== 'success');
  assert.equal(
    errors.reduce((sum, row) => sum + Number(row['invocations']), 0),
    failed.length,
  );
  const timeouts = errors.filter((row) => row['status'] === 'timeout');
  const expected = failed.filter(({ status }) => status === 'timeout').length;
  assert.equal(
    timeouts.reduce((sum, row) => sum + Number(row['invocations']), 0),
    expected,
  );

  const costs = await rowsOf('cost');
  for (const row of costs) {
    const own = invocations.filter((one) => one.stack === row['stack'] && one.function === row['function']);
    const gigabyteSeconds = own.reduce((sum, { billed }) => sum + (billed / 1000) * 0.125, 0);
    assert.ok(Math.abs(Number(row['gb_seconds']) - gigabyteSeconds) < 1e-9);
  }
});

test('cpu agrees with the invocations that the logs were made from', async () => {
  const rows = await rowsOf('cpu');
  assert.equal(rows.length, 8);
  for (const row of rows) {
    const own = invocations.filter((one) => one.stack === row['stack'] && one.function === row['function']);
    const total = ({ duration }: Invocation) => Math.floor(duration * 0.8) + Math.floor(duration * 0.1);
    const sum = own.reduce((all, one) => all + total(one), 0);
    assert.equal(row['invocations'], own.length);
    assert.equal(row['cpu_p50_ms'], rank(own.map(total), 50));
    assert.equal(row['cpu_max_ms'], Math.max(...own.map(total)));
    const wall = own.reduce((all, { duration }) => all + duration, 0);
    assert.ok(Math.abs(Number(row['cores']) - sum / wall) < 1e-9);
  }
});

test('the events of Lambda Insights change no result of another query, and no summary', async () => {
  for (const name of Object.keys(SAVED_QUERIES).filter((one) => one !== 'cpu')) {
    assert.deepEqual(await rowsOf(name), await rowsOf(name, plainFolder), name);
  }
  assert.deepEqual(await rowsOf('cpu', plainFolder), []);
  assert.deepEqual(await summariseReports(logFolder(folder)), await summariseReports(logFolder(plainFolder)));
  const groups = ['/aws/lambda/sheep-shed-dev-ts-get-cat'];
  assert.deepEqual(
    await listInvocations(logFolder(folder), { groups }),
    await listInvocations(logFolder(plainFolder), { groups }),
  );
});

test('every query tells the stacks apart by the names of their functions', async (t) => {
  const stacks = [...new Set([...STACK_NAMES, 'ts', 'tsthin', 'python', 'rust'])];
  const all = await mkdtemp(join(tmpdir(), 'all-stacks-'));
  t.after(() => rm(all, { recursive: true, force: true }));
  await writeGoldenLogs(all, { stacks, withLambdaInsights: true });
  for (const name of Object.keys(SAVED_QUERIES)) {
    const found = new Set((await rowsOf(name, all)).map((row) => row['stack']));
    const expected = name === 'slowest' ? stacks.filter((stack) => found.has(stack)) : stacks;
    assert.deepEqual([...found].sort(), [...expected].sort(), name);
  }
});

test('the query cost has the prices of the table', () => {
  const { 'lambda-compute-arm64': compute, 'lambda-requests': requests } = LAMBDA_PRICES;
  assert.ok(SAVED_QUERIES['cost']?.includes(`* ${compute.usd.toFixed(10)}`));
  assert.ok(SAVED_QUERIES['cost']?.includes(`* ${requests.usd.toFixed(2)} / ${requests.per}`));
});

test('docs/insights.md lists the saved queries with their questions', async () => {
  const docs = await readFile(join(import.meta.dirname, '../../docs/insights.md'), 'utf8');
  for (const [name, text] of Object.entries(SAVED_QUERIES)) {
    const question = text.split('\n', 1)[0]?.replace('# ', '');
    assert.ok(docs.includes(`| \`${name}\` | ${question} |`), name);
  }
});
