import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeResult } from '../../../bench/results/result-file.ts';
import { bench } from '../run-cli.ts';
import { bareResult, sampleResult } from '../sample-result.ts';

test('predict shows each memory size with its ranges, and says what it cannot predict', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'predict-test-'));
  t.after(() => rm(folder, { recursive: true }));
  const at = (name: string) => join(folder, name);
  const shape = { scenarios: ['cat', 'dog'], stacks: ['ts'], rates: [] } as const;
  await writeResult(at('x.json'), sampleResult({ ...shape, hasCpu: true }));
  await writeResult(at('remote.json'), bareResult());
  await writeResult(at('cpuless.json'), sampleResult(shape));

  const sizes = ['--memory', '256,1769', '--memory', '10240', '--calls-per-day', '1000000'];
  const shown = await bench('predict', at('x.json'), ...sizes, '--architecture', 'x86_64');
  assert.deepEqual([shown.code, shown.stderr], [0, '']);
  assert.match(shown.stdout, /cat ts +256 +[\d.]+ \([\d.]+–[\d.]+\)/);
  assert.match(shown.stdout, /dog ts +10240 /);
  assert.match(shown.stdout, /USD a day/);
  assert.match(shown.stdout, /x86_64, factors built in.*docs\/prediction\.md#constants/);

  const rows: readonly [args: string[], said: RegExp][] = [
    [['remote.json'], /remote\.json cannot be predicted: dog on api: a deployed API was measured/],
    [['cpuless.json'], /cannot be predicted: cat on ts, dog on ts: no CPU time of its calls is known/],
    [['x.json', '--memory', '64'], /--memory must be memory sizes in MB from 128 to 10240.*64/],
    [['x.json', '--memory', '128,128'], /--memory must be .*each once/],
    [['x.json', '--architecture', 'riscv'], /--architecture must be one of arm64, x86_64/],
    [['none.json'], /none\.json cannot be read/],
  ];
  for (const [[name = '', ...options], said] of rows) {
    const { code, stderr } = await bench('predict', at(name), ...options);
    assert.equal(code, 2, stderr);
    assert.match(stderr, said);
  }
  assert.match((await bench('predict')).stderr, /predict takes one result file/);
});
