import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { readResult } from '../../../bench/results/result-file.ts';
import { histogram } from '../../../bench/statistics/histogram.ts';
import { bench } from '../run-cli.ts';
import { samplePlan } from '../sample-result.ts';

const folder = await mkdtemp(join(tmpdir(), 'import-test-'));
after(() => rm(folder, { recursive: true }));
const START = Date.parse('2026-11-21T20:00:00.000Z');

type Tags = Readonly<Record<string, string>>;

/** A line as k6 0.5x and 1.x write it. */
function point(metric: string, value: number, seconds: number, tags: Tags = {}): string {
  const time = new Date(START + seconds * 1000).toISOString().replace('Z', '605870Z');
  return JSON.stringify({ metric, type: 'Point', data: { time, value, tags } });
}

function request(millis: number, seconds: number, more: Tags): string[] {
  const tags = { expected_response: 'true', group: '', method: 'GET', status: '200', ...more };
  return [
    point('http_reqs', 1, seconds, tags),
    point('http_req_duration', millis, seconds, tags),
    point('http_req_waiting', millis / 2, seconds, tags),
  ];
}

async function fileOf(name: string, lines: readonly string[]): Promise<string> {
  const text = `${lines.join('\n')}\n`;
  await writeFile(join(folder, name), name.endsWith('.gz') ? gzipSync(text) : text);
  return join(folder, name);
}

async function imported(...args: readonly string[]) {
  const out = join(folder, 'result.json');
  const ended = await bench('import', ...args, '--out', out);
  return { ...ended, result: await readResult(out) };
}

test('points become rounds whose histograms hold every latency, with the plan of the exported script', async () => {
  const plan = samplePlan({
    stacks: ['ts'],
    scenarios: ['cat'],
    rounds: 2,
    timeout: 5,
    objective: 'p50<20ms',
    rateSteps: [50],
    duration: 1,
  });
  const tags = (round: string) => ({ bench: 'cat', stack: 'ts', round, url: 'https://x/cat?m=3&n=8' });
  const latencies = [1.25, 3.5, 2, 800.75, 40];
  const script = { ...plan, steps: [{ rate: 50, seconds: 1 }], stepConnections: 50 };
  const lines = [
    '{"type":"Metric","data":{"name":"http_reqs","type":"counter","contains":"default","thresholds":[],"submetrics":null},"metric":"http_reqs"}',
    point('sheep_shed_plan', 1, 0, { plan: JSON.stringify(script), group: '::setup' }),
    ...request(9, 0, { group: '::setup', url: 'https://x/dog' }),
    ...request(9, 1, { warm_up: 'yes', url: 'https://x/cat?m=3&n=8' }),
    ...latencies.flatMap((millis, i) => request(millis, 2 + i, tags('1'))),
    ...request(0.1, 9, { ...tags('2'), status: '0', error_code: '1050', expected_response: 'false' }),
    ...request(0.1, 9, { ...tags('2'), status: '429', expected_response: 'false' }),
    ...request(4, 10, tags('2')),
    point('checks', 0, 10, { ...tags('2'), check: '/cat is right' }),
    point('checks', 1, 10, { ...tags('1'), check: '/cat is right' }),
    point('dropped_iterations', 3, 11, tags('2')),
    ...Array.from({ length: 50 }, (_, i) =>
      request(10, 20 + i / 50, { bench: 'cat', stack: 'ts', rate: '50' }),
    ).flat(),
    point('http_req_duration', 1, 30, tags('1')).slice(0, 60),
  ];
  const { code, stdout, result } = await imported(await fileOf('points.json.gz', lines));
  assert.equal(code, 1, 'something was lost and something wrong');
  const [cat] = result.scenarios;
  const [first, second] = cat?.rounds.map(({ load }) => load) ?? [];
  const all = histogram();
  for (const millis of latencies) all.record(millis * 1000);
  assert.deepEqual(first?.latency, all.toData());
  assert.deepEqual([first?.calls, first?.elapsedMs, first?.wrong], [5, 4000 + 1.25, 0]);
  const { calls, lost, timedOut, throttled, wrong, dropped, firstWrong, latency } = second ?? {};
  assert.deepEqual(
    { calls, lost, timedOut, throttled, wrong, dropped, firstWrong },
    {
      calls: 3,
      lost: 1,
      timedOut: 1,
      throttled: { gateway: 2 - 1, lambda: 0 },
      wrong: 1,
      dropped: 3,
      firstWrong: ['1 of 1 checks failed: /cat is right'],
    },
  );
  assert.deepEqual([latency?.min, latency?.max], [4000, 5_000_000], 'what was lost counts with the time-out');
  assert.deepEqual({ ...result.plan, engine: 'bench' }, JSON.parse(JSON.stringify(plan)));
  const [curve] = result.rateCurves;
  assert.deepEqual([curve?.highestRate, curve?.steps[0]?.met, curve?.steps[0]?.load.calls], [50, true, 50]);
  assert.match(
    stdout,
    /this result was imported: k6 made the load, and the bench verified none of its answers/,
  );
});

test('points of a script of your own are told apart by their addresses; what is not told stays unknown', async () => {
  const lines = [
    point('vus_max', 7, 0),
    ...request(5, 1, { scenario: 'default', url: 'https://x.example/cat?m=2&n=1' }),
    ...request(6, 1, {
      scenario: 'default',
      name: 'https://x.example/stage/sheeps/12',
      method: 'POST',
      status: '201',
    }),
    ...request(7, 2, { scenario: 'default', url: 'https://x.example/dog' }),
    ...request(8, 2, { scenario: 'default', url: 'https://x.example/dogs' }),
  ];
  const { code, stderr, result } = await imported(await fileOf('own.json', lines), '--stack', 'mine');
  assert.equal(code, 0, stderr);
  assert.deepEqual(
    result.scenarios.map(({ scenario, stack, rounds }) => [scenario, stack, rounds[0]?.load.latency.max]),
    [
      ['cat', 'mine', 5000],
      ['sheep', 'mine', 6000],
      ['dog', 'mine', 7000],
    ],
  );
  const { connections, duration, model, m, n, herd } = result.plan;
  assert.deepEqual([connections, duration, model, m, n, herd], [7, undefined, undefined, 2, 1, undefined]);
  assert.deepEqual([result.machine, result.versions.node], [undefined, undefined]);
  assert.ok(result.warnings.some((warning) => warning.startsWith('1 requests to other addresses')));
});

const trend = { avg: 4.5, min: 1.5, med: 4, max: 99.5, 'p(90)': 9, 'p(95)': 12.5, 'p(99)': 60 };

/** As `--summary-export` writes it. */
const EXPORTED = {
  root_group: { name: '', path: '', id: 'd41d8cd98f00b204e9800998ecf8427e', groups: {}, checks: {} },
  metrics: {
    http_req_duration: { ...trend, thresholds: { 'p(99)<250': false } },
    'http_req_duration{expected_response:true}': trend,
    http_req_failed: { passes: 0, fails: 5850, value: 0 },
    http_reqs: { count: 5850, rate: 97.5 },
    checks: { passes: 5850, fails: 0, value: 1 },
    vus_max: { value: 50, min: 50, max: 50 },
  },
};

test('a summary gives the quantiles that stand in it, in both shapes, and nothing more', async () => {
  const values = (metrics: Readonly<Record<string, object>>) =>
    Object.fromEntries(
      Object.entries(metrics).map(([name, one]) => [name, { type: 'trend', contains: 'time', values: one }]),
    );
  const handled = {
    options: { summaryTrendStats: ['avg', 'min', 'med', 'max', 'p(90)', 'p(95)', 'p(99)'] },
    state: { isStdOutTTY: false, testRunDurationMs: 60_000 },
    metrics: values(EXPORTED.metrics),
  };
  for (const [name, summary] of Object.entries({ exported: EXPORTED, handled })) {
    const file = await fileOf(`${name}.json`, [JSON.stringify(summary, undefined, 4)]);
    const { code, stdout, stderr, result } = await imported(file, '--scenario', 'dog');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /dog +api +5850 +0 +97\.5 +4\.00 +- +60\.0 +- +99\.5/);
    const load = result.scenarios[0]?.rounds[0]?.load;
    assert.deepEqual(load?.told, {
      quantiles: [
        [0, 1500],
        [0.5, 4000],
        [0.9, 9000],
        [0.95, 12_500],
        [0.99, 60_000],
        [1, 99_500],
      ],
      mean: 4500,
    });
    assert.deepEqual([load?.elapsedMs, load?.lost, load?.latency.count], [60_000, 0, 0]);
  }
});

test('a summary with failures does not tell what they were; one of several scenarios, not how long each took', async () => {
  const on = '{bench:dog,stack:ts}';
  const metrics = {
    ...EXPORTED.metrics,
    [`http_req_duration${on}`]: { med: 2, max: 3 },
    [`http_reqs${on}`]: { count: 10, rate: 1 },
    [`http_req_failed${on}`]: { passes: 2, fails: 8, value: 0.2 },
    [`checks${on}`]: { passes: 9, fails: 1, value: 0.9 },
    'http_req_duration{bench:cat,stack:ts}': { med: 1, 'p(99)': 1.5, max: 2 },
    'http_reqs{bench:cat,stack:ts}': { count: 99, rate: 1 },
  };
  const { code, result } = await imported(await fileOf('cases.json', [JSON.stringify({ metrics })]));
  assert.equal(code, 1);
  const [cat, dog] = result.scenarios;
  const { lost, timedOut, wrong, elapsedMs } = dog?.rounds[0]?.load ?? {};
  assert.deepEqual([lost, timedOut, wrong, elapsedMs], [undefined, undefined, 2, undefined]);
  assert.deepEqual([cat?.scenario, cat?.rounds[0]?.load.lost], ['cat', 0]);
});

test('every report and comparison of an imported result says so', async () => {
  const file = await fileOf('summary.json', [JSON.stringify(EXPORTED)]);
  const { result } = await imported(file, '--scenario', 'dog');
  const path = join(folder, 'result.json');
  for (const format of ['terminal', 'markdown', 'html', 'json']) {
    const { code, stdout, stderr } = await bench('report', path, '--format', format);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /k6 made the load, and the bench verified none of its answers/, format);
    assert.doesNotMatch(stdout, /undefined|NaN|Every answer was verified/, format);
  }
  const csv = (await bench('report', path, '--format', 'csv')).stdout
    .split('\r\n')
    .map((row) => row.split(','));
  assert.equal(csv[1]?.[csv[0]?.indexOf('engine') ?? 0], 'k6');
  assert.equal(csv[1]?.[csv[0]?.indexOf('mean_ms') ?? 0], '4.5');
  assert.equal(result.plan.engine, 'k6');
  const { stdout } = await bench('compare', path, path);
  assert.match(stdout, /the run before was imported: k6 made the load/);
  const kept = await bench('report', path, '--threshold', 'dog.p99<61ms', '--threshold', 'dog.p99<=1ms');
  assert.equal(kept.code, 3);
  assert.match(kept.stderr, /dog\.p99<61ms +dog on api +60\.0 ms +kept/);
});

test('files that hold no results of k6 are refused, by what they lack', async () => {
  const empty = await fileOf('empty.json', ['{"metrics":{}}']);
  const cut = await fileOf('cut.json', ['{"metrics":{']);
  const foreign = await fileOf('foreign.json', request(1, 1, { url: 'https://x/other' }));
  const summary = await fileOf('untold.json', [JSON.stringify(EXPORTED)]);
  const uncounted = await fileOf('uncounted.json', ['{"metrics":{"http_req_duration":{"med":1}}}']);
  const rows: readonly [args: string[], line: RegExp][] = [
    [[], /import takes files of k6, such as points\.json\.gz; got none/],
    [[join(folder, 'none.json')], /none\.json cannot be read: ENOENT/],
    [[empty], /no summary of k6 .*understood are --summary-export/],
    [[cut], /cut\.json is cut off or no JSON/],
    [[foreign], /the points hold no request of cat, sheep, dog or wolf/],
    [[summary], /--scenario is missing: the summary does not tell/],
    [[summary, empty, '--scenario', 'dog'], /import takes one summary; got "/],
    [[uncounted, '--scenario', 'dog'], /"http_reqs" has no "count"/],
    [[summary, '--for', 'artillery'], /--for must be one of k6; got "artillery"/],
  ];
  for (const [args, line] of rows) {
    const { code, stderr } = await bench('import', ...args);
    assert.equal(code, 2, `${args.join(' ')}: ${stderr}`);
    assert.match(stderr, line);
    assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
  }
});
