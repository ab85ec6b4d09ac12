import type { ResolvedOptions } from '../options.ts';
import { createNodeRuntime } from './node/node.ts';
import { createProvidedRuntime } from './provided/provided.ts';
import { preparePython } from './python/prepare-python.ts';
import { createPythonRuntime } from './python/python.ts';
import type { Runtime } from './runtime.ts';

/** Makes all runtimes of a host. @param workDir its folder, for what they need on disk. */
export async function createRuntimes(
  { onNotice, memoryLimit, cacheDir }: ResolvedOptions,
  workDir: string,
): Promise<readonly Runtime[]> {
  return [
    await createNodeRuntime({ runtimeDir: workDir, limitHeap: memoryLimit, onNotice }),
    createPythonRuntime(() => preparePython(cacheDir, onNotice), onNotice),
    createProvidedRuntime(),
  ];
}
