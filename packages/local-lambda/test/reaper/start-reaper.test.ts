import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { onEnd, temporaryFolder } from '../fixture-package.ts';

const START = fileURLToPath(new URL('../../src/reaper/start-reaper.ts', import.meta.url));

/** Whether there is such a process; one that was killed stays until the system has taken note. */
function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('when a host is killed, the groups and folders that it still has go, and no others', async (t) => {
  const folder = await temporaryFolder(t);
  const [work, owned, other] = ['work', "own 'ed $(x)\\", 'other'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  for (const path of [work, owned, other]) await mkdir(path);
  const script = `import { spawn } from 'node:child_process';
    import { startReaper } from ${JSON.stringify(START)};
    const reaper = startReaper(${JSON.stringify(work)});
    const pids = [1, 2, 3].map(() => spawn('sleep', ['600'], { detached: true }).pid);
    for (const pid of pids) reaper.track(pid, true);
    reaper.track(pids[1], false);
    reaper.track(1234567, false);
    reaper.own(${JSON.stringify(owned)});
    console.log(pids.join());
    setInterval(() => {}, 1000);`;
  const host = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onEnd(t, () => host.kill('SIGKILL'));
  const { value } = await createInterface({ input: host.stdout })[Symbol.asyncIterator]().next();
  const [first, gone, third] = String(value).split(',').map(Number) as [number, number, number];
  onEnd(t, () => process.kill(gone, 'SIGKILL'));
  host.kill('SIGKILL');
  await once(host, 'exit');
  // The last thing that the reaper does.
  while (existsSync(owned)) await sleep(10);
  for (const pid of [first, third]) while (alive(pid)) await sleep(10);
  assert.ok(alive(gone));
  assert.deepEqual([existsSync(work), existsSync(other)], [false, true]);
});
