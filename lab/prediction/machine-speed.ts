import { pbkdf2 } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';

/**
 * How long the processor takes for the same work now, in ms of CPU; NaN where Linux does not count it.
 *
 * On a machine whose own host gives its cores to others meanwhile, CPU time varies by a factor of two. The work is
 * compiled code, which no JIT changes, on a thread that sleeps when it is read: of one that runs, Linux tells what it had
 * taken at the last tick.
 */
export async function measureSpeed(): Promise<number> {
  const from = otherThreadsMs();
  await promisify(pbkdf2)('speed', 'of this machine', ROUNDS, 64, 'sha512');
  return otherThreadsMs() - from;
}

const ROUNDS = 4_000;

/** CPU time of all threads of this process but the first one. */
function otherThreadsMs(): number {
  try {
    const others = readdirSync('/proc/self/task').filter((id) => id !== String(process.pid));
    return others.reduce((sum, id) => sum + nanoseconds(id), 0) / 1e6;
  } catch {
    return Number.NaN;
  }
}

function nanoseconds(thread: string): number {
  return Number(readFileSync(`/proc/self/task/${thread}/schedstat`, 'utf8').split(' ')[0]);
}
