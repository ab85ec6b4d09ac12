import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { MAX_QUERY_LENGTH, parseQuery } from '../src/language/parser.ts';
import { queryFolder } from '../src/run-query.ts';
import { listShippedQueries } from '../src/shipped-queries.ts';
import { GOLDEN_START, type Invocation, writeGoldenLogs } from './golden-logs.ts';
import { PEOPLE_QUERIES } from './people-queries.ts';

const ALWAYS = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
const NOW = GOLDEN_START + 2 * 3_600_000;
const GOLDEN = join(import.meta.dirname, 'golden');
let folder = '';
let invocations: readonly Invocation[] = [];

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'golden-logs-'));
  invocations = await writeGoldenLogs(folder);
});
after(() => rm(folder, { recursive: true, force: true }));

async function rowsOf(query: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const result = await queryFolder(query, folder, ['*'], ALWAYS, NOW);
  const names = result.columns.map(({ name }) => name);
  return result.rows.map((row) => Object.fromEntries(row.map((cell, index) => [names[index] ?? '', cell])));
}

/** Compares with a golden file; `UPDATE_GOLDEN=1` writes it anew, for a review of the difference. */
async function assertGolden(name: string, actual: unknown): Promise<void> {
  const path = join(GOLDEN, `${name}.json`);
  const text = `${JSON.stringify(actual, null, 2)}\n`;
  if (process.env['UPDATE_GOLDEN'] === '1') await writeFile(path, text);
  assert.equal(text, await readFile(path, 'utf8'));
}

test('every shipped query fits CloudWatch, explains itself and gives the golden result', async (t) => {
  const queries = await listShippedQueries();
  assert.deepEqual(
    queries.map(({ name }) => name),
    ['cold-starts', 'compare', 'cost', 'errors', 'memory-headroom', 'over-time', 'slowest'],
  );
  for (const { name, question, text } of queries) {
    await t.test(name, async () => {
      assert.ok(text.length <= MAX_QUERY_LENGTH);
      assert.match(question, /\?$/);
      const header = text
        .split('\n')
        .filter((line) => line.startsWith('#'))
        .join('\n');
      const rows = await rowsOf(text);
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

test('the queries that people write give the golden results', async (t) => {
  const results: Record<string, unknown> = {};
  assert.ok(Object.keys(PEOPLE_QUERIES).length >= 25);
  for (const [name, query] of Object.entries(PEOPLE_QUERIES)) {
    await t.test(name, async () => {
      assert.ok(parseQuery(query).commands.length > 0);
      results[name] = await rowsOf(query);
    });
  }
  await assertGolden('people', results);
});

function rank(values: readonly number[], percent: number): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.find(
    (value) => sorted.filter((other) => other <= value).length >= (percent / 100) * sorted.length,
  );
}

test('compare agrees with the invocations that the logs were made from', async () => {
  const shipped = (await listShippedQueries()).find(({ name }) => name === 'compare');
  const rows = await rowsOf(shipped?.text ?? '');
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
  const shipped = await listShippedQueries();
  const errors = await rowsOf(shipped.find(({ name }) => name === 'errors')?.text ?? '');
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

  const costs = await rowsOf(shipped.find(({ name }) => name === 'cost')?.text ?? '');
  for (const row of costs) {
    const own = invocations.filter((one) => one.stack === row['stack'] && one.function === row['function']);
    const gigabyteSeconds = own.reduce((sum, { billed }) => sum + (billed / 1000) * 0.125, 0);
    assert.ok(Math.abs(Number(row['gb_seconds']) - gigabyteSeconds) < 1e-9);
  }
});

test('a window takes the events at both of its ends and no others', async () => {
  const times = invocations.map(({ time }) => time).sort((a, b) => a - b);
  const [from = 0, to = 0] = [times[100], times[500]];
  const query = 'filter @type = "REPORT" or type = "platform.report" | stats count(*) as n';
  const { rows } = await queryFolder(query, folder, ['*'], { from, to }, NOW);
  assert.equal(rows[0]?.[0], times.filter((time) => time >= from && time <= to).length);
  const empty = await queryFolder(query, folder, ['*'], { from: 0, to: 1 }, NOW);
  assert.deepEqual(empty.rows, []);
});
