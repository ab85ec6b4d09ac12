/**
 * The reaper's work, after the host has died: kills the process groups of its environments and removes its folders,
 * those on standard input (`+4711` or `/path`, one a line) and its own, the argument. `start-reaper.ts` starts it.
 */
import { text } from 'node:stream/consumers';
import { killWith } from '../confinement/strays.ts';
import { removeFolder } from '../deployment-package/read-only-folder.ts';

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

const [workDir = ''] = process.argv.slice(2);
const lines = (await text(process.stdin)).split('\n').filter((line) => line !== '');

for (const line of lines.filter((one) => one.startsWith('+'))) {
  try {
    process.kill(-Number(line), 'SIGKILL');
  } catch {
    // It is gone already.
  }
}
// What a function started in a session of its own; all that a host starts has paths below its folder.
await killWith([`${workDir}/`]);
for (const folder of [workDir, ...lines.filter((one) => one.startsWith('/'))]) await removeFolder(folder);
