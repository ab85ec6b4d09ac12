/** The bench on the worker, over AMQP: both models of load, every scenario, every answer verified. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { BenchResult } from '../../../bench/results/result.ts';
import { bench, temporaryFile } from '../run-cli.ts';

const CALLS = 40;
const LOADS = {
  closed: [],
  open: ['--rate', '40', '--arrivals', 'poisson'],
} as const;

for (const model of ['closed', 'open'] as const) {
  test(`the ${model} model over AMQP answers every scenario as over HTTP`, async (t) => {
    const out = await temporaryFile(t);
    const amount = [
      '--calls',
      `${CALLS}`,
      '--connections',
      '4',
      '--rounds',
      '2',
      '--herd',
      '60',
      '--out',
      out,
    ];
    const starts = ['--fresh-every', '0', '--cold', '1', '--warm-up', '0'];
    const { code, stdout, stderr } = await bench('--host', 'worker', ...LOADS[model], ...amount, ...starts);
    assert.equal(code, 0, stdout + stderr);
    const { scenarios, coldStarts } = JSON.parse(await readFile(out, 'utf8')) as BenchResult;
    assert.deepEqual(
      scenarios.map(({ scenario, stack, violations }) => [scenario, stack, violations]),
      ['cat', 'sheep', 'dog', 'wolf'].map((scenario) => [scenario, 'ts@worker', []]),
    );
    for (const { scenario, rounds, reported } of scenarios) {
      const loads = rounds.map(({ load }) => load);
      const sum = (field: 'calls' | 'lost' | 'wrong' | 'dropped') =>
        loads.reduce((all, load) => all + (load[field] ?? 0), 0);
      assert.deepEqual(
        { models: loads.map((load) => load.model), calls: sum('calls'), lost: sum('lost') },
        { models: [model, model], calls: CALLS, lost: 0 },
        scenario,
      );
      assert.deepEqual([sum('wrong'), sum('dropped'), reported?.invocations], [0, 0, CALLS], scenario);
      assert.ok(rounds.every(({ cpuMs, brokenOff }) => (cpuMs ?? 0) > 0 && brokenOff === undefined));
    }
    assert.deepEqual(
      coldStarts.map(({ starts, violations }) => [starts.length, violations]),
      scenarios.map(() => [1, []]),
    );
  });
}
