import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

const MAIN = join(import.meta.dirname, '../../overhead/main.ts');
const run = (...args: readonly string[]) =>
  promisify(execFile)(process.execPath, [MAIN, ...args], { timeout: 60_000 });

test('the soak accounts for every request, and tells the memory', async () => {
  const { stdout } = await run('--soak', '2500', '--connections', '3');
  assert.match(stdout, /^ +0 +[0-9]+ +[0-9.]+ +0\.[0-9]$/m);
  assert.match(stdout, /^2500 requests, 0 lost, 0 wrong, 2500 latencies; peak [0-9]+ MB/m);
});

test('the comparison gives both clients a row, and the ratio of each round', async () => {
  const { stdout } = await run('--rounds', '1');
  assert.match(stdout, /^bench +[0-9]+ +[0-9]+ +[0-9]+ +[0-9.]+$/m);
  assert.match(stdout, /^autocannon +[0-9]+ +[0-9]+ +[0-9]+ +[0-9.]+$/m);
  assert.match(stdout, /^bench over autocannon: [0-9.]+ \([0-9.]+\)/m);
});

test('a wrong option is named, with what is allowed', async () => {
  await assert.rejects(run('--rounds', '0'), {
    code: 2,
    stderr: '--rounds must be a whole number from 1 to 100; got "0"\n',
  });
});
