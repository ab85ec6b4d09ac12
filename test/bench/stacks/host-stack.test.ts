/** The bench on one of our own hosts: started from the sources, asked for its CPU time, started anew, verified. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { BenchResult } from '../../../bench/results/result.ts';
import { bench, temporaryFile } from '../run-cli.ts';

test('measures the container: verified answers, CPU time, REPORT records and a start of its own', async (t) => {
  const out = await temporaryFile(t);
  const args = ['--scenario', 'sheep', '--calls', '20', '--rounds', '1', '--herd', '10', '--out', out];
  const starts = ['--fresh-every', '0', '--cold', '1', '--warm-up', '0'];
  const { code, stdout, stderr } = await bench('--host', 'container', ...args, ...starts);
  assert.equal(code, 0, stdout + stderr);
  const { scenarios, coldStarts } = JSON.parse(await readFile(out, 'utf8')) as BenchResult;
  const [sheep] = scenarios;
  assert.ok(sheep !== undefined && scenarios.length === 1);
  assert.equal(sheep.stack, 'ts@container');
  assert.deepEqual(sheep.violations, []);
  const [round] = sheep.rounds;
  assert.equal(round?.brokenOff, undefined);
  assert.deepEqual(round?.load.statuses, { 201: 20 });
  assert.ok((round?.cpuMs ?? 0) > 0);
  assert.equal(round?.reported?.invocations, 20);
  assert.equal(coldStarts[0]?.starts.length, 1);
  assert.match(stdout, /What each host costs/);
  assert.match(stdout, /^sheep +ts@container +[\d.]+ +-( +[\d.]+){5}$/m);
});
