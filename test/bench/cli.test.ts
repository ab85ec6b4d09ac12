import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { type TestContext, test } from 'node:test';
import { type BenchResult, RESULT_VERSION } from '../../bench/results/result.ts';
import { type Answer, startCloudWatch } from '../../packages/log-insights/test/cloudwatch-server.ts';
import { bench, benchIn, deployedShed, KEYS, NO_AWS, spawnedBench, temporaryFile } from './run-cli.ts';

test('measures a deployed shed, verifies it, and writes the result', async (t) => {
  const { url } = await deployedShed(t, () => 80_000_000_000);
  const out = await temporaryFile(t);
  const args = ['--scenario', 'sheep', '--scenario', 'dog', '--calls', '40', '--herd', '10', '--rounds', '3'];
  const { code, stdout } = await bench('--url', `mine=${url}`, ...args, '--out', out);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /sheep {5}mine {3} +40 {2}40×201 +0 /);
  assert.match(stdout, /\n {4}\/aws\/lambda\/sheep-shed-dev-mine-post-sheep\n/);
  assert.match(stdout, /Warning: the functions drew the weights themselves/);
  const result = JSON.parse(await readFile(out, 'utf8')) as BenchResult;
  assert.equal(result.version, RESULT_VERSION);
  assert.deepEqual(
    result.scenarios.map(({ scenario, rounds }) => [scenario, rounds.map(({ load }) => load.calls)]),
    [
      ['sheep', [13, 13, 14]],
      ['dog', [13, 13, 14]],
    ],
  );
});

const DOG = ['--scenario', 'dog', '--calls', '10', '--herd', '2', '--connections', '2'];
const REGION = ['--region', 'eu-west-3', '--stage', 'test'];

async function cloudWatch(t: TestContext, script: Readonly<Record<string, readonly Answer[]>>) {
  const server = await startCloudWatch(script);
  t.after(() => server.close());
  return server;
}

test('with --region a deployed shed gains the figures of its REPORT lines and its cost', async (t) => {
  const { url } = await deployedShed(t, () => 80_000_000_000);
  const out = await temporaryFile(t);
  const row = {
    function_name: 'x',
    invocations: '12',
    coldStarts: '1',
    billedSum: '180',
    memorySizeMb: '128',
  };
  const results = [Object.entries(row).map(([field, value]) => ({ field, value }))];
  const server = await cloudWatch(t, {
    StartQuery: [{ body: { queryId: 'q-1' } }],
    GetQueryResults: [{ body: { status: 'Complete', results } }],
  });
  const environment = { ...KEYS, AWS_ENDPOINT_URL: server.url };
  const { code, stdout } = await benchIn(environment, [
    '--url',
    `ts=${url}`,
    ...DOG,
    '--rounds',
    '2',
    ...REGION,
    '--out',
    out,
  ]);
  assert.equal(code, 0, stdout);
  assert.deepEqual(server.seen.find(({ operation }) => operation === 'StartQuery')?.input['logGroupNames'], [
    '/aws/lambda/sheep-shed-test-ts-get-dog',
  ]);
  assert.match(stdout, /As the host reported it .*\n.*\n.*\ndog +ts +1 /);
  assert.match(stdout, /dog +ts +1 .* 1\.508\n/);
  // Between the rounds the bench asked the dog twice, to fill the shed and to count it, which are REPORT lines too.
  assert.match(stdout, /Warning: dog on ts: 2 of the REPORT lines are the bench's own counting/);
  assert.doesNotMatch(stdout, /REPORT lines of get-dog|paste into/);
  const { scenarios } = JSON.parse(await readFile(out, 'utf8')) as BenchResult;
  assert.equal(scenarios[0]?.reported?.invocations, 12);
});

test('without rights, and without credentials, one warning says so and the rest of the result is kept', async (t) => {
  const { url } = await deployedShed(t, () => 80_000_000_000);
  const server = await cloudWatch(t, {
    StartQuery: [{ status: 400, body: { __type: 'AccessDeniedException', message: 'no' } }],
  });
  const rows: readonly [environment: Readonly<Record<string, string>>, warning: RegExp][] = [
    [
      KEYS,
      /Warning: the host's figures are not whole for dog on ts: The credentials lack a permission: .*\n/,
    ],
    [
      NO_AWS,
      /Warning: the host's figures are not whole for dog on ts: No AWS credentials found: set AWS_PROFILE/,
    ],
  ];
  for (const [environment, warning] of rows) {
    const out = await temporaryFile(t);
    const args = ['--url', `ts=${url}`, ...DOG, '--rounds', '1', ...REGION, '--out', out];
    const { code, stdout } = await benchIn({ ...environment, AWS_ENDPOINT_URL: server.url }, args);
    assert.equal(code, 0, stdout);
    assert.match(stdout, warning);
    assert.match(stdout, /dog +ts +10 +10×200 +0 /);
    const { scenarios } = JSON.parse(await readFile(out, 'utf8')) as BenchResult;
    assert.equal(scenarios[0]?.rounds[0]?.load.calls, 10);
  }
});

test('an answer that does not verify is counted and shown, and the exit code is 1', async (t) => {
  const { url } = await deployedShed(t, (tattoo) => (tattoo.endsWith('5') ? 1 : 80_000_000_000));
  const args = ['--scenario', 'sheep', '--calls', '40', '--herd', '0', '--connections', '1', '--rounds', '1'];
  const { code, stdout } = await bench('--url', url, ...args, '--out', await temporaryFile(t));
  assert.equal(code, 1);
  assert.match(stdout, /Wrong in sheep on api:/);
  assert.match(
    stdout,
    /expected 201 \{"tattoo":\d+5,"weight":80000000000…160000000000\}, got 201 .*"weight":1\}/,
  );
  assert.match(stdout, /and 1 more answers that do not verify/);
});

test('bad options are named in one line with what is allowed, and the exit code is 2', async (t) => {
  const { url: notAShed } = await deployedShed(t, () => 0);
  const rows: readonly [args: string[], line: RegExp][] = [
    [['--foo'], /^bench: unknown option --foo; allowed: --preset, --url, /],
    [
      ['--url', 'http://127.0.0.1:1'],
      /--url of \w+ must be the address of a deployed shed; got "http:\/\/127.0.0.1:1": GET \/dog was not answered: /,
    ],
    [['--url', `${notAShed}/v1`], /GET \/dog answered 404 \{"message":"Not Found"\}/],
    [['extra'], /unexpected "extra"/],
  ];
  for (const [args, line] of rows) {
    const { code, stdout, stderr } = await bench(...args);
    assert.equal(code, 2, `${args.join(' ')}: ${stderr}`);
    assert.equal(stdout, '');
    assert.match(stderr, line);
    assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
  }
  const { code, stdout, stderr } = await spawnedBench(['--foo']);
  assert.deepEqual([code, stdout], [2, '']);
  assert.match(stderr, /^bench: unknown option --foo; /);
});

test('the help names every option', async () => {
  const { code, stdout, stderr } = await spawnedBench(['--help']);
  assert.deepEqual([code, stderr], [0, '']);
  for (const flag of [
    '--url',
    '--region',
    '--stage',
    '--duration',
    '--calls',
    '--connections',
    '--scenario',
    '--m',
    '--n',
    '--herd',
    '--out',
  ]) {
    assert.ok(stdout.includes(`\n  ${flag} `), flag);
  }
});
