import { fileURLToPath } from 'node:url';
import { LocalLambdaError } from '../../local-lambda-error.ts';
import type { Runtime } from '../runtime.ts';
import type { PythonPreparation } from './prepare-python.ts';

const BOOTSTRAP = fileURLToPath(new URL('./bootstrap.py', import.meta.url));

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
    command: async ({ runtime }) => {
      const prepared = await prepareOnce();
      if (!prepared.ready) throw new LocalLambdaError(prepared.reason);
      if (runtime !== `python${prepared.version}` && !noticed.has(runtime)) {
        noticed.add(runtime);
        onNotice(`${runtime} functions run on Python ${prepared.version} here`);
      }
      return {
        file: prepared.python,
        args: ['-S', '-B', '-u', BOOTSTRAP, prepared.sitePackages],
      };
    },
  };
}
