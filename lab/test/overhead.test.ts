import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { runLab } from './run-lab.ts';

test('the soak accounts for every request, and tells the memory', async () => {
  const { stdout } = await runLab(['overhead', '--soak', '2500', '--connections', '3']);
  assert.match(stdout, /^ +0 +[0-9]+ +[0-9.]+ +0\.[0-9]$/m);
  assert.match(stdout, /^2500 requests, 0 lost, 0 wrong, 2500 latencies; peak [0-9]+ MB/m);
});

test('the comparison gives both clients a row, and the ratio of the rounds', async () => {
  const { stdout } = await runLab(['overhead', '--rounds', '1', '--seconds', '0.1']);
  assert.match(stdout, /^bench +[0-9]+ +[0-9]+ +[0-9]+ +[0-9.]+$/m);
  assert.match(stdout, /^autocannon +[0-9]+ +[0-9]+ +[0-9]+ +[0-9.]+$/m);
  assert.match(stdout, /^bench over autocannon: [0-9.]+ \([0-9.]+ to [0-9.]+\)/m);
});

test('Ctrl-C ends an experiment with all that it started', async () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../cli.ts'), 'overhead'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  // Its server runs when it tells of the first round.
  await once(child.stderr, 'data');
  child.kill('SIGINT');
  const [code] = await once(child, 'close');
  assert.equal(code, 130);
});
