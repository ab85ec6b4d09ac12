import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { BenchResult } from '../../../bench/results/result.ts';
import { startAws } from '../aws-server.ts';
import { benchIn, KEYS, temporaryFile } from '../run-cli.ts';

const LIMITS = { stage: { ThrottlingRateLimit: 20, ThrottlingBurstLimit: 40 }, unreserved: 10 };
const API = '/_aws/execute-api/abc123/%24default';
const PLAN = ['--scenario', 'dog', '--calls', '50', '--connections', '50', '--rounds', '1', '--herd', '0'];

test('a plan that AWS would throttle is refused before anything is measured, with what to change for each target', async (t) => {
  const aws = await startAws('sheep-shed-test-ts-get-dog', LIMITS);
  t.after(() => aws.close());
  const urls = ['--url', `ts=${aws.url}${API}`, '--url', `python=${aws.url}${API}`];
  const where = ['--region', 'eu-west-3', '--region', 'python=eusc-de-east-1', '--stage', 'ts=test'];
  const environment = { ...KEYS, AWS_ENDPOINT_URL: aws.url };
  const { code, stderr } = await benchIn(environment, [...urls, ...where, ...PLAN]);
  assert.equal(code, 2, stderr);
  const lines = stderr.trimEnd().split('\n').slice(-5);
  assert.match(lines[0] ?? '', /^bench: AWS would throttle this plan, .*--ignore-limits/);
  const stage =
    /: dog: --connections 50 sends about \d+ requests\/s for .* s, up to 50 at once; the stage takes 20\/s and 40 at once: --connections \d+, or deploy with --param=throttleRate=\d+00 --param=throttleBurst=100$/;
  const lambda =
    /: dog: --connections 50 needs 50 execution environments at once; 10 are left in the account: --connections 10, or ask AWS/;
  for (const [k, name] of ['ts', 'ts', 'python', 'python'].entries()) {
    assert.ok(lines[k + 1]?.startsWith(`  ${name}: `), stderr);
    assert.match(lines[k + 1] ?? '', k % 2 === 0 ? stage : lambda);
  }
  assert.deepEqual(aws.limitsAsked.toSorted(), [
    'eu-west-3 GET /2016-08-19/account-settings',
    'eu-west-3 GET /2019-09-30/functions/sheep-shed-test-ts-get-dog/concurrency',
    'eu-west-3 GET /v2/apis/abc123/stages/%24default',
    'eusc-de-east-1 GET /2016-08-19/account-settings',
    'eusc-de-east-1 GET /2019-09-30/functions/sheep-shed-dev-python-get-dog/concurrency',
    'eusc-de-east-1 GET /v2/apis/abc123/stages/%24default',
  ]);
});

test('--ignore-limits measures all the same and warns; limits that cannot be asked for are one line', async (t) => {
  const aws = await startAws('sheep-shed-dev-ts-get-dog', LIMITS);
  t.after(() => aws.close());
  const out = await temporaryFile(t);
  const forbidden = `python=${aws.url}${API.replace('abc123', 'forbidden')}`;
  const urls = ['--url', `ts=${aws.url}${API}`, '--url', forbidden, '--url', aws.url];
  const args = [
    ...urls,
    '--region',
    'ts=eu-west-3',
    '--region',
    'python=eu-west-1',
    '--ignore-limits',
    ...PLAN,
    '--out',
    out,
  ];
  const { code, stdout, stderr } = await benchIn({ ...KEYS, AWS_ENDPOINT_URL: aws.url }, args);
  assert.equal(code, 0, stdout + stderr);
  assert.match(stderr, /^api: give --region to have the limits of AWS checked before the run$/m);
  const { warnings, stacks } = JSON.parse(await readFile(out, 'utf8')) as BenchResult;
  assert.match(warnings.join('\n'), /AWS may throttle this plan: ts: dog: --connections 50 needs 50/);
  assert.deepEqual(
    stacks.map(({ name, region, stage }) => [name, region, stage]),
    [
      ['ts', 'eu-west-3', 'dev'],
      ['python', 'eu-west-1', 'dev'],
      ['api', undefined, 'dev'],
    ],
  );
  assert.match(
    stderr,
    /^python: not every limit of AWS could be asked for: AccessDeniedException: no GET \/v2\/apis\/forbidden\/[^;]*$/m,
  );
});
