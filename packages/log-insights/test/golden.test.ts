import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { toRecords } from '../src/evaluate/records.ts';
import { parseQuery } from '../src/language/parser.ts';
import { logFolder } from '../src/sources/log-folder.ts';
import { GOLDEN_START, type Invocation, writeGoldenLogs } from './golden-logs.ts';
import { PEOPLE_QUERIES } from './people-queries.ts';

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
  return toRecords(await logFolder(folder).query(query, { now: NOW }));
}

/** Compares with a golden file; `UPDATE_GOLDEN=1` writes it anew, for a review of the difference. */
async function assertGolden(name: string, actual: unknown): Promise<void> {
  const path = join(GOLDEN, `${name}.json`);
  const text = `${JSON.stringify(actual, null, 2)}\n`;
  if (process.env['UPDATE_GOLDEN'] === '1') await writeFile(path, text);
  assert.equal(text, await readFile(path, 'utf8'));
}

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

test('a window takes the events at both of its ends and no others', async () => {
  const times = invocations.map(({ time }) => time).sort((a, b) => a - b);
  const [from = 0, to = 0] = [times[100], times[500]];
  const query = 'filter @type = "REPORT" or type = "platform.report" | stats count(*) as n';
  const { rows } = await logFolder(folder).query(query, { window: { from, to }, now: NOW });
  assert.equal(rows[0]?.[0], times.filter((time) => time >= from && time <= to).length);
  const empty = await logFolder(folder).query(query, { window: { from: 0, to: 1 }, now: NOW });
  assert.deepEqual(empty.rows, []);
});
