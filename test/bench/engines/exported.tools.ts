import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { readResult } from '../../../bench/results/result-file.ts';
import { bench } from '../run-cli.ts';
import { shedServer } from './shed-server.ts';

const run = promisify(execFile);
const LIMIT = { timeout: 120_000, maxBuffer: 10_000_000 };

const folder = await mkdtemp(join(tmpdir(), 'engines-test-'));
// Each has its own, since sheep are added.
const sheds = [await shedServer(30), await shedServer(30)] as const;
after(async () => {
  for (const shed of sheds) shed.close();
  await rm(folder, { recursive: true });
});
const at = (name: string) => join(folder, name);
const COMMON = ['--herd', '30', '--warm-up', '0', '--timeout', '5'];

/** Why a tool is left out; `false` where it is installed. */
async function missing(tool: string): Promise<string | false> {
  try {
    await run(tool, ['--version'], LIMIT);
    return false;
  } catch {
    return `${tool} is not installed`;
  }
}

// Known before any test is: the servers end with the last test that is known.
const [noK6, noArtillery] = await Promise.all(['k6', 'artillery'].map(missing));

test('k6 runs the script, finds every answer right, and its points are imported', {
  skip: noK6,
}, async () => {
  const sizes = ['--n', '2', '--duration', '2', '--rounds', '2', '--connections', '2'];
  const steps = ['--rate-steps', '20,40', '--slo', 'p50<4s', '--threshold', '*.p99<4s'];
  const { code, stderr } = await bench(
    'export',
    '--for',
    'k6',
    '--url',
    sheds[0].url,
    ...COMMON,
    ...sizes,
    ...steps,
    '--out',
    at('load.js'),
  );
  assert.equal(code, 0, stderr);
  const files = ['--out', `json=${at('points.json.gz')}`, '--summary-export', at('summary.json')];
  await run('k6', ['run', '--quiet', '--no-usage-report', ...files, at('load.js')], LIMIT);
  const points = await bench('import', at('points.json.gz'), '--out', at('points-result.json'));
  assert.equal(points.code, 0, points.stderr);
  const { scenarios, rateCurves, plan } = await readResult(at('points-result.json'));
  assert.deepEqual(
    scenarios.map(({ scenario, rounds }) => [scenario, rounds.length]),
    ['cat', 'sheep', 'dog', 'wolf'].map((name) => [name, 2]),
  );
  assert.deepEqual([plan.herd, plan.timeout, plan.engine], [30, 5, 'k6']);
  assert.deepEqual(
    rateCurves.map(({ steps: of }) => of.length),
    [2, 2, 2, 2],
  );
  const summary = await bench('import', at('summary.json'), '--out', at('summary-result.json'));
  assert.equal(summary.code, 0, summary.stderr);
  const told = (await readResult(at('summary-result.json'))).scenarios;
  for (const [index, { rounds }] of told.entries()) {
    const inPoints = scenarios[index]?.rounds.reduce((sum, { load }) => sum + load.calls, 0) ?? 0;
    const inSteps = rateCurves[index]?.steps.reduce((sum, { load }) => sum + load.calls, 0) ?? 0;
    assert.equal(rounds[0]?.load.calls, inPoints + inSteps, 'no request is in one and not in the other');
  }
});

test('Artillery runs the script, and finds every answer right', {
  skip: noArtillery,
}, async () => {
  const plans = [
    ['--scenario', 'cat', '--n', '2', '--rate', '40', '--duration', '2', '--threshold', 'cat.p99<4s'],
    ['--scenario', 'dog', '--calls', '100', '--connections', '5'],
  ];
  for (const plan of plans) {
    const { code, stderr } = await bench(
      'export',
      '--for',
      'artillery',
      '--url',
      sheds[1].url,
      ...COMMON,
      ...plan,
      '--out',
      at('load.yml'),
    );
    assert.equal(code, 0, stderr);
    const { stdout } = await run('artillery', ['run', at('load.yml')], {
      ...LIMIT,
      env: { ...process.env, ARTILLERY_DISABLE_TELEMETRY: 'true' },
    });
    assert.match(stdout, /plugins\.expect\.ok/);
    assert.match(stdout, /ok: maxErrorRate/);
    assert.doesNotMatch(stdout, /plugins\.expect\.failed|fail: /);
  }
});
