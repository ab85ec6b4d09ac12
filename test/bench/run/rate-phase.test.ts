import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchResult } from '../../../bench/results/result.ts';
import { bench, deployedShed, interruptedBench, temporaryFile } from '../run-cli.ts';

const PLAN = ['--scenario', 'sheep', '--calls', '1', '--rounds', '1', '--warm-up', '0', '--herd', '0'];

test('an interrupt keeps the rates that are over', async (t) => {
  const shed = await deployedShed(t, () => 80_000_000_000);
  const out = await temporaryFile(t);
  const rates = ['--rate-steps', '100,101,102,103', '--slo', 'p50<5s', '--duration', '1'];
  const untilSecondRate = async () => {
    while (shed.requests() < 220) await sleep(20);
  };
  const { code, stderr } = await interruptedBench(
    {},
    ['--url', shed.url, ...PLAN, ...rates, '--out', out],
    untilSecondRate,
  );
  assert.equal(code, 130, stderr);
  const { rateCurves, isComplete } = JSON.parse(await readFile(out, 'utf8')) as BenchResult;
  assert.equal(isComplete, false);
  const [{ steps }] = rateCurves as [BenchResult['rateCurves'][number]];
  assert.ok(steps.length >= 1 && steps.length < 4, `${steps.length} steps`);
  assert.ok(steps.every(({ load }) => load.calls >= 100));
});

test('a wrong answer at a rate fails the run and is told', async (t) => {
  // The first sheep are those of the rounds.
  let weighed = 0;
  const { url } = await deployedShed(t, () => (++weighed > 5 ? 1 : 80_000_000_000));
  const rates = ['--rate-steps', '50', '--slo', 'p50<5s', '--duration', '0.2'];
  const { code, stdout } = await bench('--url', url, ...PLAN, ...rates, '--out', await temporaryFile(t));
  assert.equal(code, 1, stdout);
  assert.match(stdout, /the rates of sheep on .*: \d+ answers at 50\/s did not verify: POST \/sheep/);
});
