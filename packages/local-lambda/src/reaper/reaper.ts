/**
 * The reaper: a process beside the host that outlives it for a moment. It reads the process groups of the
 * environments on its standard input (`+4711`, `-4711`, one a line), and folders of the host beside its own (`/path`).
 * When that input ends without `bye`, the host has died, by `kill -9` too: the reaper kills the groups that are left
 * and removes the host's folders.
 */
import { createInterface } from 'node:readline';
import { killWith } from '../confinement/strays.ts';
import { removeFolder } from '../deployment-package/read-only-folder.ts';

const [workDir = ''] = process.argv.slice(2);
const groups = new Set<number>();
const folders = new Set([workDir]);
let orderly = false;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'bye') orderly = true;
  else if (line.startsWith('/')) folders.add(line);
  else if (line.startsWith('+')) groups.add(Number(line.slice(1)));
  else groups.delete(Number(line.slice(1)));
}

if (!orderly) {
  for (const group of groups) {
    try {
      process.kill(-group, 'SIGKILL');
    } catch {
      // It is gone already.
    }
  }
  // What a function started in a session of its own; all that a host starts has paths below its folder.
  await killWith([`${workDir}/`]);
  for (const folder of folders) await removeFolder(folder);
}
