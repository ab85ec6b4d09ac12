import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { bandwidthOf } from '../../../bench/analysis/prediction/bandwidth.ts';
import { meanStrictDuration } from '../../../bench/analysis/prediction/closed-form.ts';
import type { FactorsFile } from '../../../bench/results/factors-file.ts';
import { writeResult } from '../../../bench/results/result-file.ts';
import { startMemoryServer } from '../memory-server.ts';
import { bench, benchIn, interruptedBench, KEYS, NO_AWS } from '../run-cli.ts';
import { sampleResult } from '../sample-result.ts';

const FUNCTION = 'sheep-shed-dev-python-get-cat';
/** Of the cat in the sample, in ms: long, so that overruns are a small part of it. */
const LEVEL = 42;
const FACTOR = 3;

async function folder(t: TestContext) {
  const path = await mkdtemp(join(tmpdir(), 'calibrate-test-'));
  t.after(() => rm(path, { recursive: true }));
  const sample = sampleResult({ scenarios: ['cat'], rates: [], hasCpu: true });
  await writeResult(join(path, 'x.json'), sample);
  return (name: string) => join(path, name);
}

test('calibrate measures the cat at several sizes, gives its size back, and predictions take its factors', async (t) => {
  const at = await folder(t);
  const cpuMs = LEVEL * 0.6 * FACTOR;
  const aws = await startMemoryServer(FUNCTION, (mb) => meanStrictDuration(cpuMs, bandwidthOf(mb)));
  t.after(() => aws.close());
  const where = ['--url', `python=${aws.url}`, '--region', 'eu-west-3', '--out', at('f.json')];
  const sizes = ['--memory', '512,1769', '--calls', '5'];
  const environment = { ...KEYS, AWS_ENDPOINT_URL: aws.url };
  const done = await benchIn(environment, ['calibrate', at('x.json'), ...where, ...sizes]);
  assert.equal(done.code, 0, done.stdout + done.stderr);
  assert.deepEqual(aws.history, [128, 512, 1769, 128]);
  const { factors } = JSON.parse(await readFile(at('f.json'), 'utf8')) as FactorsFile;
  const [found] = factors;
  assert.ok(found && factors.length === 1);
  assert.deepEqual([found.language, found.architecture], ['javascript', 'arm64']);
  for (const { factor, calls } of found.sizes) {
    assert.equal(calls, 5);
    assert.ok(Math.abs(factor / FACTOR - 1) < 0.15, `${factor}`);
  }
  const predicted = await bench('predict', at('x.json'), '--factors', at('f.json'));
  assert.match(predicted.stdout, /factors .*of javascript calibrated in eu-west-3 on \d{4}-.*f\.json/);
  const report = await bench('report', at('x.json'), '--factors', at('f.json'));
  assert.match(report.stdout.replaceAll(/\s+/g, ' '), /calibrated in eu-west-3/);
});

test('an interrupt gives the memory size back too', async (t) => {
  const at = await folder(t);
  const aws = await startMemoryServer(FUNCTION, () => 10);
  t.after(() => aws.close());
  const where = ['--url', `python=${aws.url}`, '--region', 'eu-west-3', '--out', at('f.json')];
  const untilChanged = async () => {
    while (aws.history.length < 2) await sleep(5);
  };
  const args = ['calibrate', at('x.json'), ...where, '--calls', '1000'];
  const { code } = await interruptedBench({ ...KEYS, AWS_ENDPOINT_URL: aws.url }, args, untilChanged);
  assert.equal(code, 130);
  assert.equal(aws.history.at(-1), 128);
});

test('calibrate says what is missing before it changes anything', async (t) => {
  const at = await folder(t);
  const aws = await startMemoryServer(FUNCTION, () => 10);
  t.after(() => aws.close());
  await writeFile(at('broken.json'), '{"kind":"other"}');
  const url = ['--url', `python=${aws.url}`];
  const region = ['--region', 'eu-west-3'];
  const other = ['--url', `rust=${aws.url}`];
  const rows: readonly [args: string[], said: RegExp, environment?: Readonly<Record<string, string>>][] = [
    [[...url, ...region], /calibrate takes one result file/],
    [[at('x.json'), ...region], /--url/],
    [[at('x.json'), ...url], /--region/],
    [[at('x.json'), ...url, ...region, '--memory', '128'], /--memory must be two or three memory sizes/],
    [[at('x.json'), ...other, ...region], /x\.json holds no cat on rust/],
    [[at('x.json'), ...url, ...region, '--out', at('broken.json')], /broken\.json holds no factors/],
    [[at('x.json'), ...url, ...region], /AWS credentials that may read and change the function/, NO_AWS],
  ];
  for (const [args, said, environment = KEYS] of rows) {
    const all = ['calibrate', ...args, ...(args.includes('--out') ? [] : ['--out', at('new.json')])];
    const { code, stderr } = await benchIn({ ...environment, AWS_ENDPOINT_URL: aws.url }, all);
    assert.equal(code, 2, stderr);
    assert.match(stderr, said);
  }
  assert.deepEqual(aws.history, [128]);
});
