import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { LocalLambdaError } from '../../local-lambda-error.ts';
import type { Runtime } from '../runtime.ts';
import { elfArchitecture } from './elf.ts';

const ARCHITECTURES: Readonly<Record<string, string>> = { arm64: 'arm64', x64: 'x86_64' };

/** Makes the runtime for `provided*` functions: the executable `bootstrap` of the package itself. */
export function createProvidedRuntime(): Runtime {
  return {
    prefix: 'provided',
    variables: () => ({}),
    prepare: async () => undefined,
    prepareDebugger: async () => undefined,
    command: async (_definition, taskRoot) => {
      const file = join(taskRoot, 'bootstrap');
      const own = ARCHITECTURES[process.arch] ?? process.arch;
      const needed = await architectureOf(file);
      if (needed !== undefined && needed !== own) {
        throw new LocalLambdaError(`bootstrap is an executable for ${needed}, this machine is ${own}`);
      }
      return { file, args: [] };
    },
  };
}

/** A missing bootstrap is found out by starting it, as on Lambda. */
async function architectureOf(file: string): Promise<string | undefined> {
  const handle = await open(file).catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(20), 0, 20, 0);
    return elfArchitecture(buffer.subarray(0, bytesRead));
  } finally {
    await handle.close();
  }
}
