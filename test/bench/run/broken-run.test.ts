import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchResult } from '../../../bench/results/result.ts';
import { handleInterrupts } from '../../../bench/world/interrupts.ts';
import { startCloudWatch } from '../../../packages/log-insights/test/cloudwatch-server.ts';
import { benchIn, deployedShed, interruptedBench, KEYS, spawnedBench, temporaryFile } from '../run-cli.ts';

const SIZES = ['--herd', '0', '--connections', '1', '--warm-up', '0', '--timeout', '5'];

async function readRounds(path: string) {
  const { scenarios, ...result } = JSON.parse(await readFile(path, 'utf8')) as BenchResult;
  return {
    ...result,
    scenarios: scenarios.map(({ scenario, stack, rounds }) => ({ scenario, stack, rounds })),
  };
}

test('a stack that stops in the middle loses its rounds from there on, the other goes on, and the exit code is 1', async (t) => {
  const well = await deployedShed(t, () => 80_000_000_000);
  // In round 3: 20 sheep a round, and the dog beside.
  const ill = await deployedShed(
    t,
    () => 80_000_000_000,
    (shed, number) => number > 55 && shed.stop(),
  );
  const out = await temporaryFile(t);
  const urls = ['--url', `well=${well.url}`, '--url', `ill=${ill.url}`];
  const plan = ['--scenario', 'sheep', '--scenario', 'dog', '--calls', '100', '--rounds', '5'];
  const { code, stdout, stderr } = await benchIn({}, [...urls, ...plan, ...SIZES, '--out', out]);
  assert.equal(code, 1, stderr);
  assert.match(stderr, /sheep on ill is given up after 2 broken rounds in a row of 5; the others go on/);
  assert.match(stdout, /Result file: /);
  const { scenarios, isComplete } = await readRounds(out);
  assert.equal(isComplete, true);
  assert.deepEqual(
    scenarios.map(({ scenario, stack, rounds }) => [
      scenario,
      stack,
      rounds.map(({ brokenOff }) => brokenOff === undefined),
    ]),
    [
      ['sheep', 'well', [true, true, true, true, true]],
      ['sheep', 'ill', [true, true, false, false]],
      ['dog', 'well', [true, true, true, true, true]],
      ['dog', 'ill', [false, false]],
    ],
  );
  const [third, fourth] = scenarios[1]?.rounds.slice(2) ?? [];
  assert.match(third?.brokenOff ?? '', /requests were not answered|stopped answering/);
  assert.equal(fourth?.load.calls, 0);
  assert.equal(
    scenarios[0]?.rounds.reduce((sum, { load }) => sum + load.calls, 0),
    100,
  );
});

test('an interrupt keeps the rounds that are over, marks the result incomplete, and the exit code is 130', async (t) => {
  const shed = await deployedShed(t, () => 80_000_000_000);
  const out = await temporaryFile(t);
  const plan = [
    '--url',
    shed.url,
    '--scenario',
    'sheep',
    '--scenario',
    'dog',
    '--rounds',
    '100',
    '--duration',
    '3600',
  ];
  const args = ['--calls', '100000', ...plan, ...SIZES, '--out', out];
  const untilThirdRound = async () => {
    while (shed.requests() < 2_500) await sleep(5);
  };
  const { code, stdout, stderr } = await interruptedBench({}, args, untilThirdRound);
  assert.equal(code, 130, stderr);
  assert.match(stdout, /Result file: /);
  const { scenarios, isComplete } = await readRounds(out);
  assert.equal(isComplete, false);
  assert.equal(scenarios.length, 1);
  const rounds = scenarios[0]?.rounds ?? [];
  assert.ok(rounds.length >= 2 && rounds.length < 100, `${rounds.length} rounds`);
  assert.ok(rounds.every(({ load, brokenOff }) => load.calls === 1_000 && brokenOff === undefined));
});

test('an interrupt before the first round is over leaves no file', async (t) => {
  const shed = await deployedShed(t, () => 80_000_000_000);
  const out = await temporaryFile(t);
  const args = ['--url', shed.url, '--scenario', 'sheep', '--duration', '3600', ...SIZES, '--out', out];
  const untilFirstCalls = async () => {
    while (shed.requests() < 100) await sleep(20);
  };
  const { code, stdout } = await spawnedBench(args, untilFirstCalls);
  assert.equal(code, 130);
  assert.equal(stdout, '');
  await assert.rejects(readFile(out), { code: 'ENOENT' });
});

test('an interrupt at any moment of the wait for CloudWatch gives exit code 130, and all that was measured', async (t) => {
  const shed = await deployedShed(t, () => 80_000_000_000);
  const answers = {
    StartQuery: [{ body: { queryId: 'q-1' } }],
    GetQueryResults: [{ body: { status: 'Running', results: [] } }],
    StopQuery: [{ body: { success: true } }],
  };
  for (const { operation, times } of [
    { operation: 'StartQuery', times: 1 },
    { operation: 'GetQueryResults', times: 1 },
    { operation: 'GetQueryResults', times: 3 },
  ]) {
    const server = await startCloudWatch(answers);
    t.after(() => server.close());
    const out = await temporaryFile(t);
    const plan = ['--url', `ts=${shed.url}`, '--scenario', 'dog', '--calls', '10', '--rounds', '1'];
    const region = ['--region', 'eu-west-3', '--stage', 'test'];
    const untilAsked = async () => {
      while (server.seen.filter((one) => one.operation === operation).length < times) await sleep(5);
    };
    const environment = { ...KEYS, AWS_ENDPOINT_URL: server.url };
    const args = [...plan, ...SIZES, ...region, '--out', out];
    const { code, stdout, stderr } = await interruptedBench(environment, args, untilAsked);
    assert.equal(code, 130, stderr);
    assert.match(stdout, /interrupted while waiting for CloudWatch/);
    const { scenarios, isComplete } = await readRounds(out);
    assert.equal(isComplete, true);
    assert.equal(scenarios[0]?.rounds[0]?.load.calls, 10);
  }
});

test('the first interrupt aborts, its echo from npm is no second one, a later one ends the process', () => {
  const listeners = new Map<string, () => void>();
  const exits: number[] = [];
  let now = 0;
  const signal = handleInterrupts(
    {
      on: (name, listener) => listeners.set(name, listener),
      exit: ((code: number) => exits.push(code)) as unknown as (code: number) => never,
    },
    () => now,
  );
  const press = () => listeners.get('SIGINT')?.();
  assert.equal(signal.aborted, false);
  press();
  assert.equal(signal.aborted, true);
  now = 100;
  press();
  assert.deepEqual(exits, []);
  now = 2_000;
  listeners.get('SIGTERM')?.();
  assert.deepEqual(exits, [130]);
});
