import assert from 'node:assert/strict';
import { test } from 'node:test';
import { summaryOf } from '../../../bench/analysis/summary.ts';
import { renderHtml } from '../../../bench/reports/html/page.ts';
import { renderMarkdown } from '../../../bench/reports/markdown.ts';
import { renderTerminal } from '../../../bench/reports/terminal.ts';
import type { BenchResult } from '../../../bench/results/result.ts';
import { sampleResult } from '../sample-result.ts';

const sample = sampleResult({ scenarios: ['cat'], cold: 2, rates: [] });

/** The sample, its other stack on the container, and the CPU time of its rounds known. */
function onHosts(): BenchResult {
  const text = JSON.stringify(sample).replaceAll('"python"', '"ts@container"');
  const result = JSON.parse(text) as BenchResult;
  return {
    ...result,
    scenarios: result.scenarios.map((one) => ({
      ...one,
      rounds: one.rounds.map((round) => ({ ...round, cpuMs: 2 * round.load.calls })),
    })),
  };
}

test('a run on several hosts says what each costs; one on Lambda alone does not', () => {
  const result = onHosts();
  assert.ok(summaryOf(result).figures.every(({ cpuPerCall }) => cpuPerCall === 2));
  for (const render of [(one: BenchResult) => renderTerminal(one, false), renderMarkdown, renderHtml]) {
    const text = render(result);
    assert.match(text, /What each host costs/);
    assert.match(text, /ts@container/);
    assert.match(text, /Not predicted for Lambda: cat on ts@container: its host is not Lambda/);
    assert.doesNotMatch(render(sample), /What each host costs/);
  }
  assert.match(renderTerminal(result, false), /^cat +ts@container( +[\d.-]+){3} +2\.00 +\d+/m);
});
