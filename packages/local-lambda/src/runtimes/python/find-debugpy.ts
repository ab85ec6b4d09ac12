import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { LocalLambdaError } from '../../local-lambda-error.ts';

const run = promisify(execFile);
const TIMEOUT_MS = 10_000;
const SCRIPT =
  'import debugpy, os; print(os.path.dirname(os.path.dirname(os.path.abspath(debugpy.__file__))))';

/**
 * Finds the folder that holds debugpy in the Python of the PATH, with its own packages.
 * @throws LocalLambdaError saying how to install it.
 */
export async function findDebugpy(): Promise<string> {
  try {
    return (await run('python3', ['-c', SCRIPT], { timeout: TIMEOUT_MS })).stdout.trim();
  } catch (cause) {
    throw new LocalLambdaError(
      'inspect: Python functions need debugpy, which python3 does not find; run python3 -m pip install debugpy',
      { cause },
    );
  }
}
