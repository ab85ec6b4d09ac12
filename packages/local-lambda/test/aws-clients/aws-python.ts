import { join } from 'node:path';
import { ensurePython } from '../../../../rehearsal/python-environment.ts';
import { runUntil } from '../../../../rehearsal/run.ts';

const ROOT = join(import.meta.dirname, '../../../..');

/**
 * Makes the environment of `requirements.txt` on first use.
 * @returns its interpreter, or in one line why there is none: no Python, no network.
 */
export async function awsPython(): Promise<{ readonly python: string } | string> {
  const run = runUntil(new AbortController().signal);
  return ensurePython(ROOT, join(import.meta.dirname, 'requirements.txt'), run).then(
    (bin) => ({ python: join(bin, 'python') }),
    (error: Error) => error.message,
  );
}
