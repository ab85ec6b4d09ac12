import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parse, parseAllDocuments } from 'yaml';
import { bench } from '../run-cli.ts';
import { runOnStub } from './k6-stub.ts';
import { shedServer } from './shed-server.ts';

const folder = await mkdtemp(join(tmpdir(), 'export-test-'));
const shed = await shedServer(30);
after(async () => {
  shed.close();
  await rm(folder, { recursive: true });
});
const URLS = ['--url', `ts=${shed.url}`, '--url', `python=${shed.url}`];

async function exported(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await bench('export', ...args);
  assert.equal(code, 0, stderr);
  return stdout;
}

test('the script for k6 makes the scenarios in turns, verifies every answer, and carries its plan', async () => {
  const sized = ['--herd', '30', '--n', '2', '--duration', '4', '--rounds', '2', '--connections', '3'];
  const gates = ['--rate-steps', '50,100.5', '--slo', 'p99<250ms', '--threshold', 'cat.ts.p95<=1s'];
  const text = await exported('--for', 'k6', ...URLS, ...sized, ...gates);
  const { options, checks, counted, failure } = await runOnStub(text, join(folder, 'load.mjs'), 2);
  assert.equal(failure, undefined);
  assert.deepEqual(
    checks.filter(([, isKept]) => !isKept),
    [],
    'the answers of the functions themselves are right',
  );
  const names = ['/cat?m=3&n=2', '/dog', '/sheep/{tattoo} is right', '/wolf'];
  for (const name of names)
    assert.ok(
      checks.some(([one]) => one.startsWith(name)),
      name,
    );
  const [[name, tags] = []] = counted;
  assert.equal(name, 'sheep_shed_plan');
  assert.equal(JSON.parse(tags?.['plan'] ?? '').herd, 30);

  const scenarios = options['scenarios'] as Record<string, Record<string, unknown>>;
  const ofCat = Object.entries(scenarios).filter(([one]) => one.startsWith('cat'));
  assert.deepEqual(
    ofCat.map(([one, { executor, duration, startTime }]) => [one, executor, startTime, duration]),
    [
      ['cat-ts-warm-up', 'constant-vus', '0ms', '1000ms'],
      ['cat-python-warm-up', 'constant-vus', '2000ms', '1000ms'],
      ['cat-ts-round-1', 'constant-vus', '4000ms', '2000ms'],
      ['cat-python-round-1', 'constant-vus', '7000ms', '2000ms'],
      ['cat-python-round-2', 'constant-vus', '10000ms', '2000ms'],
      ['cat-ts-round-2', 'constant-vus', '13000ms', '2000ms'],
      ['cat-ts-rate-50', 'constant-arrival-rate', '64000ms', '4000ms'],
      ['cat-python-rate-50', 'constant-arrival-rate', '69000ms', '4000ms'],
      ['cat-ts-rate-100_5', 'constant-arrival-rate', '74000ms', '4000ms'],
      ['cat-python-rate-100_5', 'constant-arrival-rate', '79000ms', '4000ms'],
    ],
  );
  assert.deepEqual(
    [scenarios['cat-ts-rate-100_5']?.['rate'], scenarios['cat-ts-rate-100_5']?.['timeUnit']],
    [100_500, '1000s'],
  );
  const thresholds = options['thresholds'] as Record<string, string[]>;
  assert.deepEqual(thresholds['http_req_duration{bench:cat,stack:ts}'], ['max>=0', 'p(95)<=1000']);
  assert.deepEqual(thresholds['http_req_duration{bench:wolf,stack:python,rate:50}'], ['p(99)<250']);
  assert.deepEqual(thresholds['checks{bench:dog,stack:ts}'], ['rate==1']);
});

test('the script for k6 finds wrong answers, and does not begin on another herd', async () => {
  const text = await exported('--for', 'k6', ...URLS, '--herd', '31', '--warm-up', '0', '--duration', '1');
  const wrongHerd = await runOnStub(text, join(folder, 'herd.mjs'), 1);
  assert.match(
    wrongHerd.failure ?? '',
    /^ts must hold 31 sheep before the load \(npm run herd\); GET \/dog answered/,
  );
  const wrong = [{ result: 1 }, { count: -1 }, { tattoo: 1, weight: 1 }, { message: 'gone' }];
  let at = 0;
  const headers = {};
  shed.replace = (_, path) =>
    path === '/dog' && at < 2
      ? { status: 200, headers, body: `{"count":${at++ < 2 ? 31 : 0}}` }
      : { status: path === '/wolf' ? 404 : 200, headers, body: JSON.stringify(wrong[at++ % wrong.length]) };
  const { checks } = await runOnStub(text, join(folder, 'wrong.mjs'), 1);
  shed.replace = () => ({ status: 429, headers, body: '{"count":31}' });
  const throttled = await runOnStub(text, join(folder, 'throttled.mjs'), 1);
  shed.replace = undefined;
  assert.ok(checks.length >= 8 && checks.every(([, isKept]) => !isKept), JSON.stringify(checks));
  assert.deepEqual(throttled.checks, [], 'what was throttled is no wrong answer');
});

test('the manifest for the k6 operator holds the script and a TestRun of it', async () => {
  const args = [...URLS.slice(0, 2), '--scenario', 'dog', '--rate', '200', '--duration', '5'];
  const script = await exported('--for', 'k6', ...args);
  const text = await exported('--for', 'k6-operator', ...args, '--parallelism', '5');
  const [configMap, testRun] = parseAllDocuments(text).map((one) => one.toJS());
  assert.equal(configMap.data['load.js'], script);
  assert.deepEqual(
    [testRun.apiVersion, testRun.kind, testRun.spec],
    [
      'k6.io/v1alpha1',
      'TestRun',
      { parallelism: 5, script: { configMap: { name: configMap.metadata.name, file: 'load.js' } } },
    ],
  );
});

test('the script for Artillery has the load model, the expectations and the limits of one scenario', async () => {
  const base = ['--for', 'artillery', ...URLS.slice(0, 2), '--herd', '30'];
  const open = parse(
    await exported(
      ...base,
      '--scenario',
      'cat',
      '--rate',
      '80',
      '--arrivals',
      'poisson',
      '--duration',
      '30',
      '--threshold',
      'cat.p99<1s',
    ),
  );
  assert.equal(open.config.target, shed.url);
  assert.deepEqual(open.config.phases, [
    { name: 'warm-up', duration: '200ms', arrivalRate: 80, maxVusers: 50, mode: 'poisson' },
    { name: 'load', duration: '30000ms', arrivalRate: 80, maxVusers: 50, mode: 'poisson' },
  ]);
  assert.deepEqual(open.config.ensure, {
    maxErrorRate: 0,
    conditions: [{ expression: 'http.response_time.p99 < 1000' }],
  });
  assert.deepEqual(open.scenarios[0].flow, [
    { get: { url: '/cat?m=3&n=8', expect: [{ statusCode: 200 }, { jmespath: 'result == `2045`' }] } },
  ]);
  const closed = parse(
    await exported(...base, '--scenario', 'dog', '--calls', '1001', '--connections', '10'),
  );
  assert.deepEqual(closed.config.phases, [{ name: 'closed', duration: 1, arrivalCount: 10 }]);
  assert.equal(closed.scenarios[0].flow[0].count, 101);
});

test('what an engine cannot do is refused, by the option, with the value and what is allowed', async () => {
  const config = join(folder, 'config.json');
  await writeFile(config, '{"for":"k6"}');
  const rows: readonly [args: string[], line: RegExp][] = [
    [[], /--for is missing|--for must be/],
    [['--for', 'jmeter'], /--for must be one of k6, k6-operator, artillery; got "jmeter"/],
    [['--for', 'k6', '--rate', '5', '--arrivals', 'poisson'], /--arrivals must be absent .*; got "poisson"/],
    [
      ['--for', 'k6', '--calls', '100'],
      /--calls must come with --rate, or give way to --duration.*got "100"/,
    ],
    [['--for', 'k6', '--duration', '0.5'], /--duration must be at least 1 .*got "0.5"/],
    [
      ['--for', 'k6', '--threshold', 'cat.billed<3ms'],
      /--threshold must be on a latency .*got "cat.billed<3ms"/,
    ],
    [
      ['--for', 'k6', '--engine', 'autocannon', '--scenario', 'cat'],
      /--engine must be absent .*got "autocannon"/,
    ],
    [['--for', 'k6', '--sign', 'eu-west-3'], /--sign must be absent/],
    [
      ['--for', 'k6-operator', '--connections', '2'],
      /--connections must be at least --parallelism, which is 4.*"2"/,
    ],
    [['--for', 'artillery', '--rate', '5'], /--scenario must name one .*got "cat,sheep,dog,wolf"/],
    [['--for', 'artillery', '--scenario', 'cat'], /--calls or --rate is missing/],
    [['--config', config, 'more'], /unexpected "more"/],
  ];
  for (const [args, line] of rows) {
    const { code, stdout, stderr } = await bench('export', ...args);
    assert.deepEqual([code, stdout], [2, ''], `${args.join(' ')}: ${stderr}`);
    assert.match(stderr, line);
  }
});

test('the script may be written into a file', async () => {
  const out = join(folder, 'deep', 'load.js');
  assert.equal(await exported('--for', 'k6', '--out', out), '');
  assert.match(await readFile(out, 'utf8'), /"local": "http:\/\/127\.0\.0\.1:3000"/);
});
