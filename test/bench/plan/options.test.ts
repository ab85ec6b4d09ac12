import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OptionError } from '@sheep-shed/options';
import { readCommand } from '@sheep-shed/options/command';
import { BENCH_OPTIONS } from '../../../bench/plan/options.ts';
import { presetOf } from '../../../bench/plan/presets.ts';
import { settleOptions } from '../../../bench/plan/settle-options.ts';

const COMMAND = { options: BENCH_OPTIONS, usage: String, presetOf };
const settle = (args: readonly string[]) => {
  const line = readCommand(COMMAND, args, {});
  return line.kind === 'run' ? settleOptions(line.values) : assert.fail(line.text);
};

test('what is not allowed, and what contradicts itself, is named with its value', () => {
  const rows: readonly [args: string[], line: RegExp][] = [
    [
      ['--scenario', 'cow'],
      /--scenario must be some of cat, sheep, dog, wolf, import, portrait, .* each at most once; got "cow"/,
    ],
    [
      ['--scenario', 'cat,import'],
      /--scenario must name event-driven .* a run of their own, .*; got "cat,import"/,
    ],
    [
      ['--scenario', 'import', '--url', 'http://x'],
      /--url must be absent for --scenario import, .*; got "http:/,
    ],
    [
      ['--scenario', 'import', '--host', 'worker'],
      /--host must be lambda for --scenario import.*; got "worker"/,
    ],
    [['--scenario', 'portrait', '--stack', 'python'], /--stack must be ts for .* portrait, .*; got "python"/],
    [['--scenario', 'import', '--engine', 'autocannon'], /--engine must be bench for .*; got "autocannon"/],
    [
      ['--scenario', 'portrait', '--herd', '0'],
      /--herd must be at least --connections, which is 1, .*; got "0"/,
    ],
    [['--rows', '0'], /--rows must be a whole number from 1 to 1000000; got "0"/],
    [['--calls', '0'], /--calls must be a whole number from 1 to 10000000; got "0"/],
    [['--calls', '5', '--connections', '9'], /--connections must be at most --calls, which is 5; got "9"/],
    [['--duration', '0'], /--duration must be a number of seconds above 0, at most 3600; got "0"/],
    [['--url', 'ftp://x'], /--url must be an http:\/\/ or https:\/\/ address .*; got "ftp:\/\/x"/],
    [['--url', 'a=http://x', '--url', 'a=http://y'], /each name once.*; got "a=http:\/\/x,a=http:\/\/y"/],
    [['--url', 'http://x', '--stack', 'ts'], /--stack must be absent when --url is given; got "ts"/],
    [['--url', 'http://x', '--region', 'Paris'], /--region must be an AWS region, such as .*; got "Paris"/],
    [
      ['--against', 'HEAD~1', '--url', 'http://x'],
      /--against must be absent when --url is given; got "HEAD~1"/,
    ],
    [
      ['--against', 'HEAD~1', '--stack', 'ts', '--stack', 'python'],
      /--stack must name one stack, .*; got "ts,python"/,
    ],
    [
      ['--against', 'HEAD~1', '--stack', 'against=ts'],
      /--stack must name one stack, by another name than against,/,
    ],
    [['--host', 'lambda,boat'], /--host must be some of lambda, container, worker, .*; got "lambda,boat"/],
    [['--host', 'worker', '--url', 'http://x'], /--host must be lambda when --url is given; got "worker"/],
    [
      ['--host', 'container', '--stack', 'python'],
      /--host must be lambda for --stack python, which is not TypeScript; got "container"/,
    ],
    [
      ['--host', 'worker', '--engine', 'autocannon', '--scenario', 'cat'],
      /--host must leave out worker when --engine is autocannon/,
    ],
    [['--region', 'eu-west-3'], /--region must be absent when --url is not given; got "eu-west-3"/],
    [
      ['--stage', 'a b'],
      /--stage must be a letter, then up to 29 letters, digits and hyphens; .*; got "a b"/,
    ],
    [['--preset', 'huge'], /--preset must be one of quick, default, classic; got "huge"/],
    [['--rate', '0'], /--rate must be a number of requests a second above 0, at most 1000000; got "0"/],
    [['--rate', '5', '--arrivals', 'poisson', '--seed', 'x'], /--seed must be a whole number .*; got "x"/],
    [['--engine', 'wrk'], /--engine must be one of bench, autocannon; got "wrk"/],
    [
      ['--engine', 'autocannon'],
      /--scenario must leave out wolf when --engine is autocannon, .*; got "cat,sheep,dog,wolf"/,
    ],
    [
      ['--engine', 'autocannon', '--rate', '5'],
      /--rate must be absent when --engine is autocannon: .*; got "5"/,
    ],
    [
      ['--engine', 'autocannon', '--rate-steps', '5,9', '--slo', 'p99<9ms'],
      /--rate-steps must be absent when --engine is autocannon: .*; got "5,9"/,
    ],
    [
      ['--engine', 'autocannon', '--url', 'http://x', '--sign', 'eu-west-3'],
      /--sign must be absent when --engine is autocannon: .*; got "eu-west-3"/,
    ],
    [['--agents', '0'], /--agents must be a whole number from 1 to 1000; got "0"/],
    [['--agents-region', 'eu-west-3'], /--agents-region must be absent when --agents is not given; got "eu/],
    [['--agents', '2', '--agents-function', 'a b'], /--agents-function must be a name of a Lambda function/],
    [['--agents', '2', '--timeout', '41'], /--timeout must be at most 40 when --agents is given; got "41"/],
    [
      ['--agents', '2', '--engine', 'autocannon', '--scenario', 'cat'],
      /--engine must be bench when --agents/,
    ],
    [
      ['--agents', '2', '--scenario', 'import'],
      /--scenario must name no event-driven scenario when --agents/,
    ],
    [
      ['--agents', '2', '--host', 'worker'],
      /--host must leave out worker when --agents is given: .*"worker"/,
    ],
    [
      ['--agents', '2', '--url', 'http://x', '--sign', 'eu-west-3', '--agents-region', 'eu-west-3'],
      /--sign must be absent when --agents is given: .*; got "eu-west-3"/,
    ],
    [['--agents', '4', '--connections', '3'], /--connections must be at least --agents, which is 4; got "3"/],
    [
      ['--agents', '2', '--url', 'https://x'],
      /--agents-region is missing: the address of api .*"https:\/\/x"/,
    ],
    [['--arrivals', 'even'], /--arrivals must be absent when neither --rate nor --rate-steps is given/],
    [['--rate-steps', '50,20', '--slo', 'p99<9ms'], /--rate-steps must be 1 to 20 rising numbers .*"50,20"/],
    [['--rate-steps', '5'], /--slo is missing: --rate-steps needs an objective, .*; got --rate-steps "5"/],
    [['--slo', 'p99<250ms'], /--slo must be absent when --rate-steps is not given; got "p99<250ms"/],
    [['--slo', 'fast'], /--slo must be a quantile .* such as p99<250ms; got "fast"/],
    [['--stack', 'ts', '--stack', 'ts'], /--stack must be one of ts, .*, each name once.*; got "ts,ts"/],
    [['--stack', 'a=ts', '--stack', 'a=python'], /each name once.*; got "a=ts,a=python"/],
    [['--stack', 'a-b=ts'], /--stack must be .* no hyphen; got "a-b=ts"/],
    [['--url', 'a-b=http://x'], /--url must be .* no hyphen; got "a-b=http:\/\/x"/],
    [
      ['--stack', 'cobol'],
      /--stack must be one of ts, tsthin, python, rust, or name=one of them, .*; got "cobol"/,
    ],
    [
      ['--url', 'http://x', '--cold', '3'],
      /--cold must be 0 or come with --region and AWS credentials .*"3"/,
    ],
    [
      ['--url', 'http://x', '--fresh-every', '1'],
      /--fresh-every must be 0 or come with --region and AWS credentials .*"1"/,
    ],
    [['--warm-up', '-1'], /--warm-up must be a number of seconds from 0, at most 60; got "-1"/],
  ];
  for (const [args, line] of rows) {
    assert.throws(
      () => settle(args),
      (error) => error instanceof OptionError && line.test(error.message),
      args.join(' '),
    );
  }
});

test('stacks have their own names or given ones', () => {
  assert.deepEqual(settle(['--stack', 'a=ts,python']), settle(['--stack', 'a=ts', '--stack', 'python']));
  assert.deepEqual(settle(['--stack', 'a=ts', '--stack', 'python']).stack, [
    { name: 'a', source: 'ts' },
    { name: 'python', source: 'python' },
  ]);
});

test('--against measures one stack, the first of the catalogue unless another is named', () => {
  assert.deepEqual(settle(['--against', 'HEAD~1']).stack, [{ name: 'ts', source: 'ts' }]);
  assert.deepEqual(settle(['--against', 'HEAD~1', '--stack', 'python']).stack, [
    { name: 'python', source: 'python' },
  ]);
});

test('rates may stand with commas or one by one', () => {
  for (const steps of [
    ['--rate-steps', '5,7.5,20'],
    ['--rate-steps', '5', '--rate-steps', '7.5, 20'],
  ]) {
    assert.deepEqual(settle([...steps, '--slo', 'p99 < 250ms']).rateSteps, [5, 7.5, 20]);
  }
});

test('the open model has connections enough to keep its times, unless told otherwise', () => {
  assert.equal(settle(['--rate', '5']).connections, 50);
  assert.equal(settle(['--rate', '5', '--connections', '3']).connections, 3);
  assert.deepEqual([settle([]).connections, settle([]).openConnections], [1, 50]);
});

test('agents are where the option, the target or its address says, else here; connections are theirs together', () => {
  const regionOf = (...args: string[]) => settle(['--agents', '3', ...args]).agentsRegion;
  const api = 'https://a1.execute-api.eu-west-1.amazonaws.com';
  assert.equal(regionOf(), undefined);
  assert.equal(regionOf('--url', 'http://127.0.0.1:3000'), undefined);
  assert.equal(regionOf('--url', api), 'eu-west-1');
  assert.equal(regionOf('--url', 'https://x', '--region', 'eu-west-2'), 'eu-west-2');
  assert.equal(regionOf('--url', api, '--agents-region', 'us-east-1'), 'us-east-1');
  assert.equal(settle(['--agents', '3']).connections, 3);
  assert.equal(settle(['--agents', '3', '--url', api]).connections, 30);
  assert.equal(settle(['--agents', '3', '--rate', '9']).connections, 150);
});
