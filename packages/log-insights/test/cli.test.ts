import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { LAMBDA_PRICES, lambdaCost } from '../src/cost.ts';
import { type Io, main } from '../src/main.ts';
import { listQueries } from '../src/named-queries.ts';
import { listInvocations, summariseReports } from '../src/report-lines.ts';
import { logFolder } from '../src/sources/log-folder.ts';
import { GOLDEN_START, type Invocation, writeGoldenLogs } from './golden-logs.ts';

const QUERIES = join(import.meta.dirname, 'queries');
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
    environment: {},
    now: () => GOLDEN_START + 600_000,
    signal: new AbortController().signal,
  };
  return {
    code: await main(argv.includes('--queries') ? argv : [...argv, '--queries', QUERIES], io),
    out,
    error,
  };
}

test('--help and --list', async () => {
  const help = await insights('--help');
  assert.equal(help.code, 0);
  for (const option of ['--query, -q', '--from', '--group', '--local', '--logs', '--region', '--format'])
    assert.ok(help.out.includes(option));
  for (const format of ['table', 'markdown', 'csv', 'json']) assert.ok(help.out.includes(format));
  assert.match(help.out, /Exit codes: 0 .* 1 .*\n2 /);
  const list = await insights('--list');
  assert.match(list.out, /^cold-starts {2}How many invocations were cold\?\n/);
  assert.equal(list.out.trim().split('\n').length, (await listQueries(QUERIES)).length);
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
  const byName = await insights('latency', '--local', folder, '--format', 'json');
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
    'latency',
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
  [['latensy'], /No query or file "latensy"; did you mean latency\?/],
  [['latency', 'cold-starts'], /One query at a time: "cold-starts"/],
  [['latency', '-q', 'x'], /exclude each other/],
  [['latency', '--fom', '-1h'], /unknown option --fom; allowed: --query, /],
  [['latency', '--format', 'xml'], /--format must be one of table, markdown, csv, json; got "xml"/],
  [['latency', '--local', 'a', '--region', 'eu-west-3'], /--local and --region exclude each other/],
  [['latency', '--region', 'paris'], /--region must be an AWS region, such as eu-west-3; got "paris"/],
  [['latency', '--from', 'yesterday'], /--from "yesterday" is not a time: use/],
  [['latency', '--from', 'now', '--to', '-1h'], /lies after --to/],
  [['latency', '--from', 'none.json'], /--from "none.json" cannot be read/],
  [['latency', '--local', 'no/such/folder'], /"no\/such\/folder" holds no log groups/],
  [['latency', '--logs', 'no-such-file'], /The log file "no-such-file" does not exist/],
  [['latency', '--logs', '-', '--group', '/aws/*'], /--group "\/aws\/\*" must be one name without wildcards/],
  [['latency', '--logs', '-', '--group', 'a', '--group', 'b'], /--group "a b" must be one name/],
  [['latency', '--monthly', '5'], /--monthly 5 needs --cost/],
  [['--cost', '--monthly', 'many'], /--monthly must be a number of invocations from 0.*; got "many"/],
  [['latency', '--cost'], /--cost excludes a query/],
  [['unheard-of'], /No query or file "unheard-of"; .*queries holds cold-starts, latency. /],
  [['latency', '--queries', 'no/such/folder'], /--queries "no\/such\/folder" is not a folder/],
  [[tmpdir()], /is a folder, not a query/],
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

test('the program works in any folder, and says there what it needs', async () => {
  const cli = join(import.meta.dirname, '..', 'src', 'cli.ts');
  const run = (args: readonly string[], input: string) =>
    new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
      const options = { cwd: tmpdir(), timeout: 60_000 };
      const child = execFile(process.execPath, [cli, ...args], options, (_error, stdout, stderr) =>
        resolve({ code: child.exitCode, stdout, stderr }),
      );
      child.stdin?.end(input);
    });
  const piped = await run(['-q', 'stats count(*) as n', '--logs', '-', '--format', 'csv'], 'one\ntwo\n');
  assert.deepEqual([piped.code, piped.stdout], [0, 'n\n2\n']);
  const lost = await run(['-q', 'stats count(*)'], '');
  assert.equal(lost.code, 2);
  assert.match(lost.stderr, /^log-insights: No logs given, and .*: use --local, --logs or --region\n$/);
  assert.equal((await run(['--list'], '')).code, 0);
});

test('faults of a query exit with 2 and point at the place', async () => {
  const { code, error } = await insights('-q', 'fields @message\n| pattern @message', '--local', folder);
  assert.equal(code, 2);
  assert.match(
    error,
    /pattern is not supported by this evaluator.*\(line 2, column 3\)\n2 \| \| pattern @message\n {6}\^{7}\n$/s,
  );
});

test('--cost shows what each function costs and cites its prices', async () => {
  const { code, out } = await insights('--cost', '--local', folder, '--monthly', '2000000');
  assert.equal(code, 0);
  assert.match(
    out,
    /^function +invocations +billed_ms +memory_mb +arm64_usd_per_million +x86_64_usd_per_million/,
  );
  assert.match(out, /lambda-requests: USD 0.20 for 1000000 requests, us-east-1, 2026-\d\d-\d\d, https:/);
  const json = JSON.parse(
    (await insights('--cost', '--local', folder, '--monthly', '2000000', '--format', 'json')).out,
  );
  assert.equal(json.rows.length, 8);
  for (const row of json.rows) {
    const seconds = (row.billed_ms / 1000) * (128 / 1024) * 1_000_000;
    assert.ok(Math.abs(row.arm64_usd_per_million - (0.2 + seconds * 0.0000133334)) < 1e-9);
    assert.ok(Math.abs(row.x86_64_usd_per_month - 2 * row.x86_64_usd_per_million) < 1e-9);
  }
  assert.equal(
    (await insights('--cost', '--local', folder, '--from', '2020-01-01', '--to', '2020-01-02')).code,
    0,
  );
});

test('costs are billed time by memory, plus requests', () => {
  const usage = { billedMs: 100, memoryMb: 512, architecture: 'arm64' } as const;
  const [compute, requests] = lambdaCost(usage, 1_000_000);
  assert.ok(Math.abs((compute?.usd ?? 0) - 50_000 * 0.0000133334) < 1e-9);
  assert.deepEqual(requests, { price: 'lambda-requests', quantity: 1_000_000, usd: 0.2 });
  for (const [id, row] of Object.entries(LAMBDA_PRICES)) {
    assert.equal(row.id, id);
    assert.match(row.date, /^\d{4}-\d\d-\d\d$/);
  }
});

test('summaries and lists of one memory size leave the others out', async () => {
  const sizeOf = async (memorySizeMb: number) =>
    [...(await summariseReports(logFolder(folder), { memorySizeMb })).values()].map(
      (one) => one.memorySizeMb,
    );
  const all = [...(await summariseReports(logFolder(folder))).values()];
  const [size = 0] = all.map(({ memorySizeMb }) => memorySizeMb ?? 0);
  assert.deepEqual(new Set(await sizeOf(size)), new Set([size]));
  assert.deepEqual(await sizeOf(size + 1), []);
  assert.deepEqual(await listInvocations(logFolder(folder), { memorySizeMb: size + 1 }), []);
  assert.ok((await listInvocations(logFolder(folder), { memorySizeMb: size })).length > 0);
});

test('summaries of a folder agree with the invocations that the logs were made from', async () => {
  const summaries = await summariseReports(logFolder(folder));
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
