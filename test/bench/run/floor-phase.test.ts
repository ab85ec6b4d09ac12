import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { startBareServer } from '../../../bench/load/start-bare-server.ts';
import { measureFloor } from '../../../bench/run/floor-phase.ts';

test('measures a rate and a latency that fit together, and leaves no server behind', async () => {
  const { signal } = new AbortController();
  const floor = await measureFloor({
    engine: 'bench',
    connections: 4,
    seconds: 0.2,
    timeoutSeconds: 5,
    signal,
  });
  assert.ok(floor.requestsPerSecond > 0);
  // With four connections no more than four requests can be answered in the time of one.
  assert.ok(floor.latencyMs > 0 && floor.latencyMs < 1000);
});

test('stops when it is told to', async () => {
  const signal = AbortSignal.timeout(400);
  await assert.rejects(
    measureFloor({ engine: 'bench', connections: 1, seconds: 60, timeoutSeconds: 5, signal }),
    {
      name: 'TimeoutError',
    },
  );
  const aborted = AbortSignal.abort(new Error('never mind'));
  await assert.rejects(startBareServer(aborted), /never mind/);
});

test('the bare server dies with the process that started it, however that one dies', async () => {
  const script = `
    const { startBareServer } = await import(${JSON.stringify(import.meta.resolve('../../../bench/load/start-bare-server.ts'))});
    const { pid } = await startBareServer(new AbortController().signal);
    process.stdout.write(String(pid));
    setTimeout(() => {}, 60_000);`;
  const parent = execFile(process.execPath, ['--input-type=module', '--eval', script]);
  const [pid] = await once(parent.stdout ?? parent, 'data', { signal: AbortSignal.timeout(20_000) });
  assert.ok(process.kill(Number(pid), 0), 'it runs');
  parent.kill('SIGKILL');
  await assert.rejects(
    async () => {
      const giveUpAt = performance.now() + 10_000;
      while (performance.now() < giveUpAt) {
        process.kill(Number(pid), 0);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    { code: 'ESRCH' },
  );
});
