import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { BenchResult } from '../../../bench/results/result.ts';
import { writeResult } from '../../../bench/results/result-file.ts';
import { bench, benchIn, deployedShed, spawnedBench } from '../run-cli.ts';
import { sampleResult } from '../sample-result.ts';

async function folderWith(t: TestContext, results: Readonly<Record<string, BenchResult>>) {
  const folder = await mkdtemp(join(tmpdir(), 'report-test-'));
  t.after(() => rm(folder, { recursive: true }));
  for (const [name, result] of Object.entries(results)) await writeResult(join(folder, name), result);
  return (name: string) => join(folder, name);
}

const good = sampleResult({ scenarios: ['cat', 'dog'], rates: [] });
const slower = sampleResult({ scenarios: ['cat', 'dog'], rates: [], seed: 2, slower: { ts: 3 } });
const [first, ...others] = good.scenarios;
assert.ok(first);
const wrong: BenchResult = { ...good, scenarios: [{ ...first, violations: ['one too few'] }, ...others] };

test('report makes every format, on the standard output or into a file', async (t) => {
  const at = await folderWith(t, { 'x.json': good });
  const rows: readonly [format: string, begins: RegExp][] = [
    ['terminal', /^2026-11-21 12:00 UTC, 99 s: /],
    ['markdown', /^### Sheep Shed bench: ts and python\n/],
    ['html', /^<!doctype html>\n/],
    ['csv', /^scenario,stack,round,/],
    ['json', /^\{\n/],
  ];
  for (const [format, begins] of rows) {
    const { code, stdout, stderr } = await bench('report', at('x.json'), '--format', format);
    assert.deepEqual([code, stderr], [0, ''], format);
    assert.match(stdout, begins);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape is what must not be there
    assert.doesNotMatch(stdout, /\u001b/, 'no colour without a terminal');
  }
  const { code, stdout } = await bench('report', at('x.json'), '--format', 'csv', '--out', at('deep/x.csv'));
  assert.deepEqual([code, stdout], [0, '']);
  assert.match(await readFile(at('deep/x.csv'), 'utf8'), /^scenario,/);
});

test('exit codes of report and compare, and what they say beside the report', async (t) => {
  const at = await folderWith(t, { 'good.json': good, 'slower.json': slower, 'wrong.json': wrong });
  const rows: readonly [args: string[], code: number, said: RegExp][] = [
    [
      ['report', at('good.json'), '--threshold', 'cat.ts.p50<1s'],
      0,
      /cat\.ts\.p50<1s +cat on ts +[\d.]+ ms +kept/,
    ],
    [
      ['report', at('wrong.json'), '--threshold', 'cat.ts.errors<=0'],
      1,
      /cat\.ts\.errors<=0 +cat on ts +1 +MISSED/,
    ],
    [
      ['report', at('good.json'), '--threshold', 'cat.p50<1us'],
      3,
      /cat\.p50<1us +cat on ts +[\d.]+ ms +MISSED/,
    ],
    [['report', at('slower.json'), '--baseline', at('good.json')], 4, /Regression: cat on ts/],
    [['compare', at('good.json'), at('slower.json')], 4, /Regression: cat on ts/],
    [['compare', at('slower.json'), at('good.json')], 0, /No regression that chance does not explain/],
    [['compare', at('good.json'), at('wrong.json')], 1, /before/],
    [['compare', at('good.json'), at('slower.json'), '--format', 'json'], 4, /"changes": \[/],
    [['compare', at('good.json'), at('slower.json'), '--format', 'markdown'], 4, /^### Sheep Shed bench/],
  ];
  for (const [args, code, said] of rows) {
    const ended = await bench(...args);
    assert.equal(ended.code, code, `${args.join(' ')}: ${ended.stderr}`);
    assert.match(ended.stdout + ended.stderr, said);
  }
});

test('wrong usage and files that are no results are named in one line, and the exit code is 2', async (t) => {
  const at = await folderWith(t, { 'good.json': good });
  await writeFile(at('cut.json'), (await readFile(at('good.json'), 'utf8')).slice(0, 500));
  const rows: readonly [args: string[], line: RegExp][] = [
    [['report'], /report takes one result file, such as results\/x\.json; got ""/],
    [['report', 'a', 'b'], /report takes one result file.*got "a b"/],
    [
      ['report', at('good.json'), '--format', 'pdf'],
      /--format must be one of terminal, markdown, html, csv, json; got "pdf"/,
    ],
    [['report', at('cut.json')], /cut\.json is cut off or no JSON \(.*\); understood are result files/],
    [['report', at('none.json')], /none\.json cannot be read \(no such file\)/],
    [['report', at('good.json'), '--threshold', 'wolf.p98<1ms'], /must end in one of the metrics p50, p90, /],
    [['report', at('good.json'), '--baseline', at('cut.json')], /cut\.json is cut off/],
    [['report', '--foo'], /unknown option --foo; allowed: --format, /],
    [['compare', at('good.json')], /compare takes two result files or more, the later one last; got "/],
    [['compare', at('good.json'), at('cut.json')], /cut\.json is cut off/],
    [['--threshold', 'wolf<1'], /--threshold must .*; got "wolf<1"/],
    [['--baseline', at('cut.json')], /cut\.json is cut off/],
  ];
  for (const [args, line] of rows) {
    const { code, stdout, stderr } = await bench(...args);
    assert.equal(code, 2, `${args.join(' ')}: ${stderr}`);
    assert.equal(stdout, '');
    assert.match(stderr, line);
    assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
  }
});

test('in a process of their own either gives its exit code, the report on one stream, the judgement on the other', async (t) => {
  const at = await folderWith(t, { 'good.json': good, 'slower.json': slower });
  const reported = await spawnedBench(['report', at('slower.json'), '--baseline', at('good.json')]);
  assert.equal(reported.code, 4);
  assert.match(reported.stdout, /^2026-11-21 12:00 UTC, 99 s: /);
  assert.match(reported.stderr, /Regression: cat on ts/);
  const compared = await spawnedBench(['compare', at('good.json'), at('slower.json')]);
  assert.deepEqual([compared.code, compared.stderr], [4, '']);
  assert.match(compared.stdout, /Regression: cat on ts/);
});

test('help of either command names its options', async () => {
  assert.match((await bench('report', '--help')).stdout, /--format .*\n[\s\S]*--threshold /);
  assert.match((await bench('compare', '--help')).stdout, /--format /);
  assert.match((await bench('--help')).stdout, /report --help/);
});

test('a run writes its HTML report beside the result, prints both paths, and is judged', async (t) => {
  const at = await folderWith(t, {});
  const { url } = await deployedShed(t, () => 80_000_000_000);
  const args = ['--scenario', 'dog', '--calls', '20', '--herd', '1', '--rounds', '2', '--warm-up', '0'];
  const run = (name: string, ...more: readonly string[]) =>
    benchIn({}, ['--url', url, ...args, '--out', at(name), ...more]);
  const ended = await run('x.json', '--threshold', 'dog.p50<1us', '--threshold', 'dog.billed<1s');
  assert.equal(ended.code, 3, ended.stderr);
  assert.match(ended.stdout, /dog\.p50<1us +dog on api +[\d.]+ ms +MISSED/);
  assert.match(
    ended.stdout,
    /dog\.billed<1s +dog on api +not available: no REPORT lines of it are known +MISSED/,
  );
  assert.match(ended.stdout, /Result file: .*x\.json\nReport: +.*x\.html\n$/);
  assert.deepEqual((await readdir(at('.'))).sort(), ['x.html', 'x.json']);
  const again = await run('y.json', '--baseline', at('x.json'), '--threshold', 'dog.errors<=0');
  assert.ok(again.code === 0 || again.code === 4, again.stderr);
  assert.match(again.stdout, /x\.json before, .*y\.json after/);
});
