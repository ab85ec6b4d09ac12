import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchResult } from '../../../bench/results/result.ts';
import { startAws } from '../aws-server.ts';
import { bench, benchIn, interruptedBench, KEYS, temporaryFile } from '../run-cli.ts';

const FUNCTION = 'sheep-shed-test-ts-get-dog';
const DOG = ['--scenario', 'dog', '--herd', '0', '--connections', '1', '--warm-up', '0', '--cold', '0'];
const AWS = ['--region', 'eu-west-3', '--stage', 'test', '--memory', '256,512'];

test('on AWS the function has each memory size in turns, and its own at the end', async (t) => {
  const aws = await startAws(FUNCTION);
  t.after(() => aws.close());
  const out = await temporaryFile(t);
  const args = ['--url', `ts=${aws.url}`, ...DOG, ...AWS, '--calls', '2', '--rounds', '2', '--out', out];
  const { code, stdout, stderr } = await benchIn({ ...KEYS, AWS_ENDPOINT_URL: aws.url }, args);
  assert.equal(code, 0, stdout + stderr);
  // 256, 512 in one round, 512, 256 in the other: where the size stays, a variable forces the new environment.
  assert.deepEqual(aws.memoryHistory, [128, 256, 512, 256, 128]);
  assert.ok(aws.history.some((text) => text.includes('COLD_START')));
  assert.deepEqual(aws.variables(), { SHEEP_SHED_TABLE: 'sheep' });
  const { stacks, plan, scenarios } = JSON.parse(await readFile(out, 'utf8')) as BenchResult;
  assert.deepEqual(plan.stacks, ['ts@256MB', 'ts@512MB']);
  assert.deepEqual(
    stacks.map(({ stage, region, functions }) => [stage, region, functions[0]?.memorySizeMb]),
    [
      ['test', 'eu-west-3', 256],
      ['test', 'eu-west-3', 512],
    ],
  );
  assert.deepEqual(
    scenarios.map(({ rounds }) => rounds.length),
    [2, 2],
  );
});

test('an interrupt gives the memory size back', async (t) => {
  const aws = await startAws(FUNCTION);
  t.after(() => aws.close());
  const args = ['--url', `ts=${aws.url}`, ...DOG, ...AWS, '--calls', '50', '--rounds', '50'];
  const untilThird = async () => {
    while (aws.memoryHistory.length < 3) await sleep(20);
  };
  const { code, stderr } = await interruptedBench(
    { ...KEYS, AWS_ENDPOINT_URL: aws.url },
    [...args, '--out', await temporaryFile(t)],
    untilThird,
  );
  assert.equal(code, 130, stderr);
  assert.equal(aws.memoryHistory.at(-1), 128);
});

test('here each size runs under its quota in the same rounds, or a notice says why at full speed', async (t) => {
  const out = await temporaryFile(t);
  const sizes = ['--calls', '2', '--rounds', '2', '--warm-up', '0', '--cold', '0', '--out', out];
  const { code, stdout, stderr } = await bench(
    ...['--stack', 'ts', '--scenario', 'cat', '--memory', '512,1024'],
    ...sizes,
    ...['--threshold', 'cat.errors<=0'],
  );
  assert.equal(code, 0, stdout + stderr);
  const { plan, stacks, warnings, scenarios } = JSON.parse(await readFile(out, 'utf8')) as BenchResult;
  const isEnforced = !warnings.some((text) =>
    /^--memory 512,1024: measured at full speed alone, since /.test(text),
  );
  assert.deepEqual(plan.stacks, isEnforced ? ['ts@512MB', 'ts@1024MB'] : ['ts']);
  assert.deepEqual(
    stacks.map(({ functions }) => functions.find((one) => one.function === 'get-cat')?.memorySizeMb),
    isEnforced ? [512, 1024] : [128],
  );
  for (const { violations, reported } of scenarios) {
    assert.deepEqual(violations, []);
    assert.equal(reported?.invocations, 2);
  }
});
