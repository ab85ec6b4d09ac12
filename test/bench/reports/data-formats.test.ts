import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Summary } from '../../../bench/analysis/summary.ts';
import { CSV_COLUMNS, renderCsv } from '../../../bench/reports/csv.ts';
import { renderJson } from '../../../bench/reports/json.ts';
import { bareResult, sampleResult } from '../sample-result.ts';

test('CSV has a row for every scenario, stack and round, and as many cells as columns', () => {
  const lines = renderCsv(sampleResult({ rounds: 3 }))
    .trimEnd()
    .split('\r\n');
  assert.equal(lines.length, 1 + 4 * 2 * 3);
  for (const line of lines) assert.equal(line.split(',').length, Object.keys(CSV_COLUMNS).length);
  const [header = '', first = ''] = lines;
  const row = Object.fromEntries(header.split(',').map((name, index) => [name, first.split(',')[index]]));
  assert.equal(row['scenario'], 'cat');
  assert.equal(row['round'], '1');
  assert.ok(Number(row['min_ms']) < Number(row['p50_ms']) && Number(row['p50_ms']) < Number(row['max_ms']));
});

test('CSV leaves empty what is not known, and quotes what holds commas', () => {
  const bare = bareResult();
  const broken = {
    ...bare,
    scenarios: bare.scenarios.map((one) => ({
      ...one,
      rounds: one.rounds.map((round) => ({ ...round, brokenOff: 'no, "never"' })),
    })),
  };
  const [, row = ''] = renderCsv(broken).split('\r\n');
  assert.ok(row.endsWith(',,,,,,,"no, ""never"""'), row);
});

test('docs/method.md describes every column of the CSV, and no other', () => {
  const page = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'method.md'), 'utf8');
  const [, section = ''] = /## Columns of the CSV\n([\s\S]*?)(?:\n## |$)/.exec(page) ?? [];
  const named = [...section.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name),
  );
  assert.deepEqual(named.sort(), Object.keys(CSV_COLUMNS).sort());
});

test('JSON holds the derived figures with their intervals', () => {
  const summary = JSON.parse(renderJson(sampleResult())) as Summary;
  assert.equal(summary.figures.length, 8);
  const wolf = summary.ratios.find(({ metric, scenario }) => metric === 'p50' && scenario === 'wolf');
  assert.ok(wolf && 'ratio' in wolf.figures && wolf.figures.verdict === 'faster');
  for (const { p50 } of summary.figures) {
    assert.ok(p50?.interval && p50.interval.low < p50.value && p50.value < p50.interval.high);
  }
});
