import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareResults } from '../../../bench/analysis/compare.ts';
import { summaryOf } from '../../../bench/analysis/summary.ts';
import { checkThreshold, parseThreshold } from '../../../bench/analysis/thresholds.ts';
import { renderCsv } from '../../../bench/reports/csv.ts';
import { renderHtml } from '../../../bench/reports/html/page.ts';
import { renderMarkdown } from '../../../bench/reports/markdown.ts';
import { renderTerminal } from '../../../bench/reports/terminal.ts';
import { samplePlan, sampleResult } from '../sample-result.ts';

const events = ['import', 'portrait'] as const;
const sample = sampleResult({ stacks: ['ts'], scenarios: events, rates: [], rounds: 3 });
const plan = samplePlan({ ...sample.plan, rows: 1000, megapixels: 12 });
const result = { ...sample, plan };

test('rows a second are those of the calls, in every report', () => {
  const [imports, portraits] = summaryOf(result).figures;
  const { rowsPerSecond, throughput } = imports ?? {};
  assert.ok(rowsPerSecond?.interval && throughput);
  assert.ok(Math.abs(rowsPerSecond.value / throughput.value - 1000) < 1e-9);
  assert.equal(portraits?.rowsPerSecond, undefined);
  for (const text of [renderTerminal(result), renderMarkdown(result), renderHtml(result)]) {
    assert.match(text, /Rows imported a second, each verified in the table/);
    assert.match(text, /files of 1000 rows, photos of 12 megapixels/);
  }
  const [header = '', first = '', ...others] = renderCsv(result).split('\r\n');
  const column = header.split(',').indexOf('rows_per_second');
  assert.ok(Number(first.split(',')[column]) > 0);
  assert.equal(others[2]?.split(',')[column], '');
  assert.doesNotMatch(renderTerminal(sampleResult()), /Rows imported/);
});

test('rows a second can be held against a threshold, and files of other sizes are told in a comparison', () => {
  const [kept] = checkThreshold(result, parseThreshold('import.rows>1/s'));
  assert.equal(kept?.isKept, true);
  const other = { ...result, plan: { ...plan, rows: 10 } };
  assert.match(compareResults([other], result).warnings.join(), /rows 10 before, 1000 after/);
});
