/** The scenarios import and portrait as a user runs them: packaged, on local-lambda, with an emulator of their own. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { BenchResult } from '../../../bench/results/result.ts';
import { bench, temporaryFile } from '../run-cli.ts';

const ROWS = 60;

test('files become rows and photos portraits, all verified, with one invocation each', async (t) => {
  const out = await temporaryFile(t);
  const sizes = ['--rows', String(ROWS), '--megapixels', '0.25', '--herd', '5'];
  const amount = ['--rounds', '2', '--calls', '2', '--cold', '3', '--warm-up', '0.01'];
  const { code, stdout, stderr } = await bench(
    '--scenario',
    'import,portrait',
    ...sizes,
    ...amount,
    '--out',
    out,
  );
  assert.equal(code, 0, `${stdout}\n${stderr}`);
  assert.match(stdout, new RegExp(`import +ts +${ROWS} +[\\d.]+`));
  const { plan, scenarios, coldStarts } = JSON.parse(await readFile(out, 'utf8')) as BenchResult;
  assert.deepEqual([plan.stacks, plan.rows, plan.megapixels], [['ts'], ROWS, 0.25]);
  assert.deepEqual(
    scenarios.map(({ scenario, rounds }) => [scenario, rounds.map(({ rows }) => rows)]),
    [
      ['import', [ROWS, ROWS]],
      ['portrait', [undefined, undefined]],
    ],
  );
  for (const { rounds, violations } of scenarios) {
    assert.deepEqual(violations, []);
    for (const { load, reported } of rounds) assert.deepEqual([load.calls, reported?.invocations], [1, 1]);
  }
  for (const { starts } of coldStarts) {
    assert.ok(starts.length === 3 && starts.every(({ initMs }) => initMs !== undefined));
  }
});
