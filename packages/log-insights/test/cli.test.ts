import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { costOf, costPerMillion, requestUnits } from '../src/cost.ts';
import { type Io, main } from '../src/main.ts';
import { PRICES } from '../src/prices.ts';
import { listShippedQueries } from '../src/shipped-queries.ts';
import { summariseFolder } from '../src/summarise.ts';
import { GOLDEN_START, type Invocation, writeGoldenLogs } from './golden-logs.ts';

const ALWAYS = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
let folder = '';
let invocations: readonly Invocation[] = [];

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'insights-cli-'));
  invocations = await writeGoldenLogs(folder);
});
after(() => rm(folder, { recursive: true, force: true }));

async function insights(...argv: readonly string[]): Promise<{ code: number; out: string; error: string }> {
  let out = '';
  let error = '';
  const io: Io = {
    out: (text) => {
      out += text;
    },
    error: (text) => {
      error += text;
    },
    progress() {},
    input: (async function* () {})(),
    now: () => GOLDEN_START + 600_000,
    signal: new AbortController().signal,
  };
  return { code: await main(argv, io), out, error };
}

test('--help and --list', async () => {
  const help = await insights('--help');
  assert.equal(help.code, 0);
  for (const option of ['--query', '--from', '--group', '--local', '--logs', '--region', '--format'])
    assert.ok(help.out.includes(option));
  const list = await insights('--list');
  assert.match(list.out, /^cold-starts +How long does the init/);
  assert.equal(list.out.trim().split('\n').length, (await listShippedQueries()).length);
});

const COUNT =
  'filter @type = "REPORT" | stats count(*) as n, avg(@duration) as ms by @memorySize / 1000 / 1000 as mb';

test('each format', async () => {
  const run = (format: string) => insights('-q', COUNT, '--local', folder, '--format', format);
  const table = await run('table');
  assert.match(table.out, /^ mb +n +ms\n-+ +-+ +-+\n128 +840 +\d+\.\d\d\n\n1 row from 3774 log events\n/);
  assert.match(table.out, /null-arithmetic: arithmetic with a missing value/);
  const markdown = await run('markdown');
  assert.match(
    markdown.out,
    /^\| mb \| n \| ms \|\n\| ---: \| ---: \| ---: \|\n\| 128 \| 840 \| \d+\.\d\d \|\n/,
  );
  const csv = await run('csv');
  assert.match(csv.out, /^mb,n,ms\n128,840,\d+\.\d{5,}\n$/);
  assert.match(csv.error, /1 row from 3774 log events/);
  const json = JSON.parse((await run('json')).out);
  assert.deepEqual(json.columns, ['mb', 'n', 'ms']);
  assert.equal(json.rows[0].n, 840);
  assert.ok('null-arithmetic' in json.choices);
});

test('csv and markdown escape what would break them', async () => {
  const query = `fields 'a,"b' as x, 'c|d' as y, "e\\nf" as z | limit 1`;
  assert.match(
    (await insights('-q', query, '--local', folder, '--format', 'csv')).out,
    /^x,y,z\n"a,""b",c\|d,"e\nf"\n$/,
  );
  assert.match(
    (await insights('-q', query, '--local', folder, '--format', 'markdown')).out,
    /\| a,"b \| c\\\|d \| e f \|/,
  );
});

test('a query by name, by file, and with a bench result as its window', async () => {
  const byName = await insights('compare', '--local', folder, '--format', 'json');
  assert.equal(byName.code, 0, byName.error);
  const file = join(folder, 'own.logsinsights');
  await writeFile(file, COUNT);
  assert.equal((await insights(file, '--local', folder)).code, 0);
  const result = join(folder, 'result.json');
  await writeFile(
    result,
    JSON.stringify({ window: { from: new Date(GOLDEN_START).toISOString(), to: GOLDEN_START + 60_000 } }),
  );
  const windowed = JSON.parse(
    (await insights('-q', COUNT, '--local', folder, '--from', result, '--format', 'json')).out,
  );
  const expected = invocations.filter(
    ({ time, format }) => format === 'text' && time <= GOLDEN_START + 60_000,
  );
  assert.equal(windowed.rows[0].n, expected.length);
  const relative = JSON.parse(
    (await insights('-q', COUNT, '--local', folder, '--from', '-9m', '--to=-1m', '--format', 'json')).out,
  );
  const late = invocations.filter(({ time, format }) => format === 'text' && time >= GOLDEN_START + 60_000);
  assert.equal(relative.rows[0].n, late.length);
});

test('a window without records says so and is no failure', async () => {
  const { code, out, error } = await insights(
    'compare',
    '--local',
    folder,
    '--from',
    '2020-01-01',
    '--to',
    '2020-01-02',
  );
  assert.equal(code, 0);
  assert.match(out, /0 rows from 0 log events/);
  assert.match(error, /no events in the window/);
  const filtered = await insights('-q', 'filter a = 1', '--local', folder);
  assert.match(filtered.error, /no log event passed the query/);
});

const USAGE: readonly (readonly [argv: readonly string[], message: RegExp])[] = [
  [[], /No query given/],
  [['compre'], /"compre" is neither a shipped query nor a file; did you mean compare\?/],
  [['compare', 'cost'], /One query at a time: "cost"/],
  [['compare', '-q', 'x'], /exclude each other/],
  [['compare', '--fom', '-1h'], /Unknown option '--fom'/],
  [['compare', '--format', 'xml'], /--format "xml" is unknown: use table, markdown, csv, json/],
  [['compare', '--local', 'a', '--region', 'eu-west-3'], /--local and --region exclude each other/],
  [['compare', '--region', 'paris'], /--region "paris" is no AWS region/],
  [['compare', '--from', 'yesterday'], /--from "yesterday" is no time: use/],
  [['compare', '--from', 'now', '--to', '-1h'], /lies after --to/],
  [['compare', '--from', 'none.json'], /--from "none.json" cannot be read/],
  [['compare', '--local', 'no/such/folder'], /--local "no\/such\/folder" holds no log groups/],
  [['compare', '--logs', 'no-such-file'], /--logs "no-such-file" does not exist/],
  [['compare', '--monthly', '5'], /--monthly "5" goes only with/],
  [['cost', '--monthly', 'many'], /--monthly "many" must be a number/],
  [['cost', '--monthly', '1', '--architecture', 'mips'], /--architecture "mips" is unknown/],
  [['cost', '--sheep', '1'], /--sheep "1" needs --monthly/],
];

test('faults of the command line exit with 2 and say what is allowed, on one line', async () => {
  for (const [argv, message] of USAGE) {
    const { code, out, error } = await insights(...argv);
    assert.equal(code, 2, argv.join(' '));
    assert.match(error, message);
    assert.equal(error.trim().split('\n').length, 1, error);
    assert.equal(out, '');
  }
});

test('faults of a query exit with 2 and point at the place', async () => {
  const { code, error } = await insights('-q', 'fields @message\n| pattern @message', '--local', folder);
  assert.equal(code, 2);
  assert.match(
    error,
    /pattern is not supported by this evaluator.*\(line 2, column 3\)\n2 \| \| pattern @message\n {6}\^{7}\n$/s,
  );
});

test('the table of costs cites its prices', async () => {
  const { code, out } = await insights('cost', '--local', folder, '--monthly', '2000000', '--sheep', '0');
  assert.equal(code, 0);
  assert.match(out, /function +stack +lambda-compute-arm64 +lambda-requests +http-api-requests/);
  assert.match(out, /lambda-requests: USD 0.2 for 1000000 requests, us-east-1, 2026-\d\d-\d\d, https:/);
});

test('costs are billed time by memory, plus requests and request units', () => {
  const usage = {
    billedMs: 100,
    memoryMb: 512,
    architecture: 'arm64',
    ...requestUnits('delete-wolf', 1000),
  } as const;
  const cost = costPerMillion(usage);
  const byPrice = Object.fromEntries(cost.items.map(({ price, usd }) => [price, usd]));
  assert.ok(Math.abs((byPrice['lambda-compute-arm64'] ?? 0) - 50_000 * 0.0000133334) < 1e-9);
  assert.equal(byPrice['lambda-requests'], 0.2);
  assert.equal(byPrice['dynamodb-writes'], 0.625);
  assert.equal(requestUnits('delete-wolf', 1000).readUnits, 4);
  assert.equal(requestUnits('get-dog', 0).readUnits, 0.5);
  assert.deepEqual(requestUnits('get-cat', 1000), { readUnits: 0, writeUnits: 0 });
  assert.throws(() => requestUnits('get-dog', -1), RangeError);
  assert.ok(Math.abs(costOf(usage, 3_000_000).usd - 3 * cost.usd) < 1e-9);
  for (const [id, row] of Object.entries(PRICES)) {
    assert.equal(row.id, id);
    assert.match(row.date, /^\d{4}-\d\d-\d\d$/);
  }
});

test('summaries of a folder agree with the invocations that the logs were made from', async () => {
  const summaries = await summariseFolder({
    folder,
    groups: ['/aws/lambda/sheep-shed-*'],
    window: ALWAYS,
    now: 0,
  });
  assert.equal(summaries.size, 8);
  for (const [name, summary] of summaries) {
    const own = invocations.filter((one) => name === `sheep-shed-dev-${one.stack}-${one.function}`);
    const count = (test: (one: Invocation) => boolean): number => own.filter(test).length;
    assert.equal(summary.invocations, own.length);
    assert.equal(
      summary.coldStarts,
      count(({ init }) => init !== undefined),
    );
    assert.equal(
      summary.timeouts,
      count(({ status }) => status === 'timeout'),
    );
    assert.equal(
      summary.errors,
      count(({ status }) => status === 'error'),
    );
    assert.equal(
      summary.billedSum,
      own.reduce((sum, { billed }) => sum + billed, 0),
    );
    assert.equal(summary.maxMemoryUsedMb, Math.max(...own.map(({ memoryUsed }) => memoryUsed)));
    assert.equal(summary.memorySizeMb, 128);
    const sorted = own.map(({ duration }) => duration).sort((a, b) => a - b);
    assert.equal(summary.durationP50, sorted[Math.ceil(sorted.length / 2) - 1]);
  }
});

test('each shipped query becomes a QueryDefinition with the text of its file', async () => {
  const require = createRequire(import.meta.url);
  const { queryDefinitions } = require('../../../deploy/query-definitions.cjs');
  const definitions = queryDefinitions({ logGroupNames: ['/aws/lambda/x'] });
  const queries = await listShippedQueries();
  assert.equal(Object.keys(definitions).length, queries.length);
  const compare = definitions.CompareQuery;
  assert.equal(compare.Type, 'AWS::Logs::QueryDefinition');
  assert.equal(compare.Properties.Name, 'sheep-shed/compare');
  assert.deepEqual(compare.Properties.LogGroupNames, ['/aws/lambda/x']);
  const file = join(import.meta.dirname, '../../../cloudwatch-queries/compare.logsinsights');
  assert.equal(compare.Properties.QueryString, await readFile(file, 'utf8'));
  assert.equal('LogGroupNames' in queryDefinitions().CompareQuery.Properties, false);
});
