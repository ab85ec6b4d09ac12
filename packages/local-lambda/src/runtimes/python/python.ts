import { fileURLToPath } from 'node:url';
import { LocalLambdaError } from '../../local-lambda-error.ts';
import type { Runtime } from '../runtime.ts';
import { findDebugpy } from './find-debugpy.ts';
import type { PythonPreparation } from './prepare-python.ts';

const BOOTSTRAP = fileURLToPath(new URL('./bootstrap.py', import.meta.url));
const DEBUG = fileURLToPath(new URL('./debug.py', import.meta.url));

/**
 * Makes the runtime for `python3*` functions: this machine's `python3` with a bootstrap of our own.
 *
 * Python starts without its site module (`-S`), so that packages installed on this machine stay out; boto3 comes
 * from the prepared folder, behind the function's own packages, as on Lambda.
 * @param prepare is asked once, when a package with a Python function is read.
 */
export function createPythonRuntime(
  prepare: () => Promise<PythonPreparation>,
  onNotice: (message: string) => void,
): Runtime {
  let preparation: Promise<PythonPreparation> | undefined;
  const prepareOnce = (): Promise<PythonPreparation> => {
    preparation ??= prepare();
    return preparation;
  };
  const noticed = new Set<string>();
  let debugpy = '';
  return {
    prefix: 'python3',
    variables: ({ runtime }, { opt }) => ({
      AWS_EXECUTION_ENV: `AWS_Lambda_${runtime}`,
      ...(opt !== undefined && {
        PYTHONPATH: `${opt}/python/lib/${runtime}/site-packages:${opt}/python`,
      }),
    }),
    prepare: async () => {
      const prepared = await prepareOnce();
      if (!prepared.ready) onNotice(prepared.reason);
    },
    prepareDebugger: async () => {
      debugpy = await findDebugpy();
    },
    command: async ({ runtime }, _taskRoot, debugPort) => {
      const prepared = await prepareOnce();
      if (!prepared.ready) throw new LocalLambdaError(prepared.reason);
      if (runtime !== `python${prepared.version}` && !noticed.has(runtime)) {
        noticed.add(runtime);
        onNotice(`${runtime} functions run on Python ${prepared.version} here`);
      }
      const args = ['-S', '-B', '-u'];
      if (debugPort !== undefined) args.push('-X', 'frozen_modules=off', DEBUG, debugpy, String(debugPort));
      return { file: prepared.python, args: [...args, BOOTSTRAP, prepared.sitePackages] };
    },
  };
}
