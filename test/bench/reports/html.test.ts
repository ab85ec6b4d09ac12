import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CONSTANTS } from '../../../bench/analysis/prediction/constants.ts';
import { summaryOf } from '../../../bench/analysis/summary.ts';
import { logTicks } from '../../../bench/reports/html/axes.ts';
import { headlineText } from '../../../bench/reports/html/headline.ts';
import { html, raw } from '../../../bench/reports/html/markup.ts';
import { renderHtml } from '../../../bench/reports/html/page.ts';
import type { BenchResult } from '../../../bench/results/result.ts';
import { bareResult, sampleResult } from '../sample-result.ts';

test('a template escapes everything but markup', () => {
  const tag = html`<p title="${'"&'}">${'<b>'}${raw('<i>')}${[html`${1}`, undefined]}${undefined}</p>`;
  assert.equal(tag.markup, '<p title="&quot;&amp;">&lt;b&gt;<i>1</p>');
});

test('a logarithmic axis holds its values, and its ticks rise inside of it', () => {
  const values = fc.tuple(
    fc.double({ min: 1e-3, max: 1e5, noNaN: true }),
    fc.double({ min: 1, max: 1e5, noNaN: true }),
  );
  fc.assert(
    fc.property(values, ([low, factor]) => {
      const { min, max, ticks } = logTicks(low, low * factor);
      assert.ok(min <= low && max >= low * factor && min > 0 && max > min);
      assert.ok(ticks.length <= 12, ticks.join(' '));
      for (const [index, tick] of ticks.entries()) {
        assert.ok(tick >= min && tick <= max && tick > (ticks[index - 1] ?? 0));
      }
    }),
  );
});

test('the page says in words what its figures say, and holds no script and no address', () => {
  const page = renderHtml(sampleResult({ hasCpu: true }));
  assert.match(page, /<h1>ts is faster than python in 2 of 4 scenarios; 2 inconclusive<\/h1>/);
  assert.doesNotMatch(page, /<script|\bon[a-z]+=|@import|url\((?!#)/i);
  const addresses = page.match(/https?:\/\/[^"\s<]+/g) ?? [];
  const sources = Object.values(CONSTANTS)
    .map(({ source }) => source)
    .join();
  const others = [...new Set(addresses)].filter((address) => !sources.includes(address));
  assert.deepEqual(others, ['http://www.w3.org/2000/svg']);
  // From a number to the table of constants, and from there to its source.
  assert.match(page, /<a href="#constants">/);
  assert.match(page, /<div class="sheet" id="constants">/);
  assert.match(page, /<td><a href="https:\/\/www\.rfc-editor|<a href="https:\/\/github\.com\/cebert/);
  assert.match(page, /ts: cheapest with \d+ MB, fastest with \d+ MB/);
  assert.doesNotMatch(page, />(NaN|undefined|Infinity)</);
  assert.ok(page.length < 1_500_000, String(page.length));
});

test('the longest plan stays below 1.5 MB', () => {
  const page = renderHtml(
    sampleResult({
      stacks: ['a', 'b', 'c', 'd'],
      rounds: 100,
      hasCpu: true,
      calls: 100,
      rates: Array.from({ length: 20 }, (_, i) => 20 * (i + 1)),
    }),
  );
  assert.ok(page.length < 1_500_000, String(page.length));
});

test('names from outside do not become markup', () => {
  const page = renderHtml({
    ...sampleResult({ stacks: ['ts'] }),
    warnings: ['<img src=x onerror=alert(1)>'],
  });
  assert.match(page, /&lt;img src=x onerror=alert\(1\)&gt;/);
  assert.doesNotMatch(page, /<img/);
});

test('a report of little is a page too: one stack, nothing known of the host, nothing measured', () => {
  const bare = bareResult();
  for (const result of [bare, { ...bare, scenarios: [], coldStarts: [], rateCurves: [] }]) {
    const page = renderHtml(result);
    assert.match(page, /the run ended early/);
    assert.doesNotMatch(page, /NaN|undefined|Infinity/);
  }
});

test('the heading counts what is faster, slower, inconclusive and without a ratio', () => {
  const heading = (result: BenchResult) => headlineText(summaryOf(result));
  const pair = { scenarios: ['cat', 'dog'], rates: [], cold: 0 } as const;
  const slow = sampleResult({ ...pair, slower: { ts: 90 } });
  assert.equal(heading(slow), 'ts is slower than python in 2 of 2 scenarios');
  const even = sampleResult({ ...pair, scenarios: ['dog'], seed: 2 });
  assert.equal(heading(even), 'ts against python: no difference that can be told from chance');
  const [cat, ...others] = sampleResult(pair).scenarios;
  const unknown = cat && { ...cat, rounds: cat.rounds.map((round) => ({ ...round, brokenOff: 'why' })) };
  assert.ok(unknown);
  const half = { ...sampleResult(pair), scenarios: [unknown, ...others] };
  assert.equal(heading(half), 'ts against python: 1 inconclusive, 1 without a ratio');
  const both = sampleResult({ ...pair, slower: { ts: 3 } });
  assert.equal(heading(both), 'ts is faster than python in 1 of 2 scenarios, slower in 1');
  assert.equal(heading(sampleResult({ ...pair, stacks: ['ts'] })), 'How ts did');
  assert.equal(heading(sampleResult({ ...pair, stacks: ['a', 'b', 'c'] })), 'a against b and c');
});
