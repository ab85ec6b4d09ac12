import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { createStrays } from '../../src/confinement/strays.ts';

const ON_LINUX = { skip: process.platform === 'linux' ? false : 'there is no /proc' };

test('processes are found by their environment, however long it is, and no others', ON_LINUX, async (t) => {
  const own = `stray-of-${process.pid}`;
  const start = async (text: string) => {
    // What is looked for stands behind more than one piece of what is read at once.
    const env = { A_LONG: 'x'.repeat(100_000), Z: text };
    const child = spawn('sleep', ['60'], { env, detached: true, stdio: 'ignore' });
    t.after(() => child.kill('SIGKILL'));
    await once(child, 'spawn');
    return child;
  };
  const [first, second, other] = [await start(`${own}-1;`), await start(`${own}-2;`), await start('nobody')];
  const { kill } = createStrays('/proc');
  const ended = [first, second].map((child) => once(child, 'exit'));
  await Promise.all([kill(`${own}-1;`), kill(`${own}-2;`)]);
  for (const [, signal] of await Promise.all(ended)) assert.equal(signal, 'SIGKILL');
  assert.equal(other.exitCode ?? other.signalCode, null);

  const late = await start(`${own}-3;`);
  const lateEnd = once(late, 'exit');
  await kill(`${own}-3;`);
  assert.equal((await lateEnd)[1], 'SIGKILL');
});

test('without /proc there is nothing to find', async () => {
  await createStrays('/none').kill('text');
});
