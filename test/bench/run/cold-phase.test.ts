import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchResult } from '../../../bench/results/result.ts';
import { startAws } from '../aws-server.ts';
import { bench, benchIn, interruptedBench, KEYS, NO_AWS, temporaryFile } from '../run-cli.ts';

const FUNCTION = 'sheep-shed-test-ts-get-dog';
const SMALL = ['--scenario', 'dog', '--calls', '3', '--herd', '0', '--connections', '1', '--rounds', '1'];
const AWS = ['--region', 'eu-west-3', '--stage', 'test', '--warm-up', '0'];

test('on AWS a variable of the function is changed for each cold start, and taken away at the end', async (t) => {
  const aws = await startAws(FUNCTION);
  t.after(() => aws.close());
  const out = await temporaryFile(t);
  const args = ['--url', `ts=${aws.url}`, ...SMALL, ...AWS, '--cold', '2', '--out', out];
  const { code, stdout, stderr } = await benchIn({ ...KEYS, AWS_ENDPOINT_URL: aws.url }, args);
  assert.equal(code, 0, stdout + stderr);
  const { coldStarts, stacks } = JSON.parse(await readFile(out, 'utf8')) as BenchResult;
  assert.equal(coldStarts.length, 1);
  const [{ starts, violations, scenario, stack }] = coldStarts as [BenchResult['coldStarts'][number]];
  assert.deepEqual([scenario, stack, violations], ['dog', 'ts', []]);
  assert.deepEqual(
    starts.map(({ initMs, durationMs, billedMs }) => [initMs, durationMs, billedMs]),
    [
      [100.5, 2.5, 103],
      [100.5, 2.5, 103],
    ],
  );
  assert.ok(starts.every(({ clientMs }) => clientMs > 0));
  // The last two invocations were the forced ones, each cold.
  assert.deepEqual(aws.invocations.slice(-2), [true, true]);
  assert.deepEqual(aws.history, [
    '{"SHEEP_SHED_TABLE":"sheep"}',
    '{"SHEEP_SHED_TABLE":"sheep","SHEEP_SHED_BENCH_COLD_START":"1"}',
    '{"SHEEP_SHED_TABLE":"sheep","SHEEP_SHED_BENCH_COLD_START":"2"}',
    '{"SHEEP_SHED_TABLE":"sheep"}',
  ]);
  assert.equal(stacks[0]?.functions[0]?.memorySizeMb, 128);
});

test('an interrupt in the middle of the cold starts takes the variable away too, and keeps what was measured', async (t) => {
  const aws = await startAws(FUNCTION);
  t.after(() => aws.close());
  const out = await temporaryFile(t);
  const args = ['--url', `ts=${aws.url}`, ...SMALL, ...AWS, '--cold', '50', '--out', out];
  const untilThird = async () => {
    while (aws.history.length < 4) await sleep(20);
  };
  const { code, stderr } = await interruptedBench({ ...KEYS, AWS_ENDPOINT_URL: aws.url }, args, untilThird);
  assert.equal(code, 130, stderr);
  assert.deepEqual(aws.variables(), { SHEEP_SHED_TABLE: 'sheep' });
  const { isComplete, scenarios, coldStarts } = JSON.parse(await readFile(out, 'utf8')) as BenchResult;
  assert.equal(isComplete, false);
  assert.equal(scenarios[0]?.rounds.length, 1);
  const started = coldStarts[0]?.starts.length ?? 0;
  assert.ok(started >= 2 && started < 50, `${started} cold starts`);
});

test('--cold without credentials, or for a function that is not there, is refused before anything is measured', async (t) => {
  const aws = await startAws(FUNCTION);
  t.after(() => aws.close());
  const rows: readonly [environment: Readonly<Record<string, string>>, name: string, line: RegExp][] = [
    [
      NO_AWS,
      'ts',
      /^bench: --cold and --fresh-every must come with AWS credentials that may read .*: CredentialsProviderError: /,
    ],
    [
      KEYS,
      'other',
      /^bench: --cold and --fresh-every must come with .* the function sheep-shed-test-other-get-dog: .*not found/,
    ],
  ];
  for (const [environment, name, line] of rows) {
    const args = ['--url', `${name}=${aws.url}`, ...SMALL, ...AWS, '--cold', '1'];
    const { code, stderr } = await benchIn({ ...environment, AWS_ENDPOINT_URL: aws.url }, args);
    assert.equal(code, 2, stderr);
    assert.match(stderr, line);
    assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
  }
  assert.deepEqual(aws.invocations, []);
});

test('on this machine the rounds begin with cold starts, and what is missing is forced; one stack runs under two names', async (t) => {
  const out = await temporaryFile(t);
  const stacks = ['--stack', 'colda=ts', '--stack', 'coldb=ts'];
  const sizes = ['--scenario', 'cat', '--scenario', 'wolf', '--calls', '6', '--rounds', '2', '--herd', '50'];
  const { code, stdout, stderr } = await bench(...stacks, ...sizes, '--cold', '3', '--out', out);
  assert.equal(code, 0, stdout + stderr);
  const { coldStarts, scenarios, floor } = JSON.parse(await readFile(out, 'utf8')) as BenchResult;
  assert.deepEqual(
    coldStarts.map(({ scenario, stack, violations, starts }) => [scenario, stack, violations, starts.length]),
    [
      ['cat', 'colda', [], 3],
      ['cat', 'coldb', [], 3],
      ['wolf', 'colda', [], 3],
      ['wolf', 'coldb', [], 3],
    ],
  );
  for (const { initMs = 0, durationMs = 0, billedMs = 0 } of coldStarts.flatMap(({ starts }) => starts)) {
    assert.ok(initMs > 0);
    // REPORT rounds both to hundredths; what it bills is rounded up before.
    const above = billedMs - (initMs + durationMs);
    assert.ok(above > -0.011 && above < 1.011, `${initMs} + ${durationMs} was billed as ${billedMs}`);
  }
  for (const { rounds, violations, reported } of scenarios) {
    assert.deepEqual(violations, []);
    assert.deepEqual(
      rounds.map((round) => [round.load.calls, round.reported?.invocations]),
      [
        [3, 3],
        [3, 3],
      ],
    );
    // The warm-up took the cold start, and is in no figure.
    assert.deepEqual([reported?.invocations, reported?.coldStarts], [6, 0]);
  }
  assert.ok((floor?.requestsPerSecond ?? 0) > 0);
});
