import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { childEnvironment } from '../../rehearsal/emulator.ts';
import { CommandError, runUntil } from '../../rehearsal/run.ts';

const settings = { cwd: tmpdir(), env: process.env, limitMs: 30_000 };
const never = new AbortController().signal;

function rejection(promise: Promise<string>): Promise<CommandError> {
  return promise.then(
    () => assert.fail('the command succeeded'),
    (error: unknown) => {
      assert.ok(error instanceof CommandError);
      return error;
    },
  );
}

test('a command gives what it printed on both streams', async () => {
  const output = await runUntil(never)('sh', ['-c', 'echo one; echo two >&2'], settings);
  assert.deepEqual(output.trim().split('\n').sort(), ['one', 'two']);
});

test('a command that fails tells its exit code and its output', async () => {
  const error = await rejection(runUntil(never)('sh', ['-c', 'echo why; exit 3'], settings));
  assert.match(error.message, /ended with exit code 3$/);
  assert.equal(error.output, 'why\n');
});

test('a command that takes too long is killed with its children', async () => {
  const script = 'sleep 60 & echo $!; wait';
  const error = await rejection(runUntil(never)('sh', ['-c', script], { ...settings, limitMs: 500 }));
  assert.match(error.message, /took longer than 0.5 s$/);
  const child = Number(error.output);
  assert.ok(child > 1);
  // Dead, or a zombie that nobody has collected yet.
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(child)], { encoding: 'utf8' });
  assert.match(stdout.trim(), /^(Z.*)?$/);
});

test('a command that cannot be found says so', async () => {
  const error = await rejection(runUntil(never)('no-such-program', [], settings));
  assert.match(error.message, /could not be started/);
});

test('an interruption ends the command', async () => {
  const controller = new AbortController();
  const failed = rejection(runUntil(controller.signal)('sleep', ['60'], settings));
  controller.abort();
  assert.match((await failed).message, /was interrupted/);
});

test('no process of the rehearsal can reach further than this machine', async () => {
  const env = childEnvironment('http://127.0.0.1:1', { accessKeyId: 'a', secretAccessKey: 'b' });
  const script =
    "fetch('http://192.0.2.1/').then(() => 0, (error) => console.log(String(error.cause ?? error)))";
  const output = await runUntil(never)(process.execPath, ['-e', script], { ...settings, env });
  assert.match(output, /the rehearsal talks to this machine only; refused 192\.0\.2\.1/);
});

test('nothing of an account gets into the environment of a command', () => {
  process.env['AWS_PROFILE'] = 'real';
  process.env['AWS_SESSION_TOKEN'] = 'real';
  const env = childEnvironment('http://127.0.0.1:1', { accessKeyId: 'a', secretAccessKey: 'b' });
  delete process.env['AWS_PROFILE'];
  delete process.env['AWS_SESSION_TOKEN'];
  assert.ok(!Object.values(env).includes('real'));
  assert.equal(env['AWS_CONFIG_FILE'], '/dev/null');
  assert.equal(join(env['AWS_SHARED_CREDENTIALS_FILE'] ?? ''), '/dev/null');
});
