import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { wantsColour } from '../../../bench/reports/colour.ts';
import { renderMarkdown } from '../../../bench/reports/markdown.ts';
import { renderTerminal } from '../../../bench/reports/terminal.ts';
import type { BenchResult } from '../../../bench/results/result.ts';
import { bareResult, samplePlan, sampleResult } from '../sample-result.ts';

/** A result in which something of everything went wrong. */
function faultyResult(): BenchResult {
  const whole = sampleResult({ scenarios: ['cat', 'wolf'], hasCpu: true });
  return {
    ...whole,
    isComplete: false,
    floor: { requestsPerSecond: 2000, latencyMs: 0.1 },
    scenarios: whole.scenarios.map((one) =>
      one.scenario === 'wolf' && one.stack === 'ts'
        ? {
            ...one,
            violations: ['the sheep do not add up'],
            rounds: one.rounds.map((round) =>
              round.round === 3
                ? {
                    ...round,
                    brokenOff: 'the stack stopped answering',
                    load: {
                      ...round.load,
                      lost: 7,
                      timedOut: 5,
                      dropped: 1,
                      throttled: { gateway: 12, lambda: 0 },
                      wrong: 4,
                      firstWrong: ['a', 'b', 'c'],
                    },
                  }
                : round,
            ),
          }
        : one,
    ),
  };
}

function golden(name: string, rendered: string) {
  const path = join(import.meta.dirname, name);
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, rendered);
  assert.equal(rendered, readFileSync(path, 'utf8'));
}

test('the reports in text are what the golden files show (UPDATE_GOLDEN=1 writes them anew)', () => {
  const whole = sampleResult({ hasCpu: true });
  golden('terminal.golden.txt', `${renderTerminal(whole)}\n`);
  golden('terminal-faulty.golden.txt', `${renderTerminal(faultyResult())}\n`);
  golden('markdown.golden.md', renderMarkdown(whole));
});

test('two stacks, four scenarios, cold starts, predictions and rates fit into 64 lines of 100 columns', () => {
  const lines = renderTerminal({ ...sampleResult({ hasCpu: true }), warnings: [] }).split('\n');
  assert.ok(lines.length <= 64, String(lines.length));
  for (const line of lines) assert.ok(line.length <= 100, line);
});

test('colour adds nothing but colour', () => {
  const plain = renderTerminal(faultyResult());
  const coloured = renderTerminal(faultyResult(), true);
  assert.notEqual(coloured, plain);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape is what is looked for
  assert.equal(coloured.replace(/\u001b\[\d+m/g, ''), plain);
});

test('colour is wanted on a terminal that has it, unless NO_COLOR says otherwise', () => {
  const terminal = { isTTY: true };
  assert.equal(wantsColour(terminal, {}), true);
  assert.equal(wantsColour({}, {}), false);
  assert.equal(wantsColour(terminal, { NO_COLOR: '1' }), false);
  assert.equal(wantsColour(terminal, { NO_COLOR: '' }), true, 'empty counts as not set');
  assert.equal(wantsColour(terminal, { TERM: 'dumb' }), false);
});

test('what is not known is shown as such, and nothing throws', () => {
  const bare = bareResult();
  for (const result of [bare, { ...bare, scenarios: [], coldStarts: [], rateCurves: [] }]) {
    const text = renderTerminal(result);
    assert.match(text, /Warning: the run ended early/);
    assert.match(text, /The bench's own floor was not measured/);
    assert.doesNotMatch(text, /NaN|undefined|Infinity/);
    assert.doesNotMatch(renderMarkdown(result), /NaN|undefined|Infinity/);
  }
});

test('a stack reached by URL without its region ends with what to paste into CloudWatch', () => {
  const remote: BenchResult = {
    ...sampleResult({ stacks: ['ts'], scenarios: ['cat', 'wolf'] }),
    plan: samplePlan({
      stacks: ['ts'],
      scenarios: ['cat', 'wolf'],
      isRemote: true,
      stage: 'test',
      region: undefined,
    }),
  };
  const hint = [
    'For the figures of the host give --region, or paste into CloudWatch Logs Insights:',
    '  query   cloudwatch-queries/compare.logsinsights',
    '  window  2026-11-21T12:00:00.000Z to 2026-11-21T12:01:39.000Z',
    '  of the log groups',
    '    /aws/lambda/sheep-shed-test-ts-get-cat',
    '    /aws/lambda/sheep-shed-test-ts-delete-wolf',
  ].join('\n');
  assert.ok(renderTerminal(remote).endsWith(`\n\n${hint}`), renderTerminal(remote));
  const asked = renderTerminal({ ...remote, plan: { ...remote.plan, region: 'eu-west-3' } });
  assert.doesNotMatch(asked, /Logs Insights|this machine's/);
});

test('Markdown from names that hold markup does not become markup', () => {
  const text = renderMarkdown({ ...sampleResult(), warnings: ['<b>|x|</b> `y`'] });
  assert.match(text, /\\<b\\>\|x\|\\<\/b\\> \\`y\\`/);
});
