import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, stop } from 'esbuild';
import type { FunctionDefinition } from '../../deployment-package/functions.ts';
import type { Runtime } from '../runtime.ts';

/** What the Node runtime needs. */
export interface NodeRuntimeOptions {
  /** Folder for the bundled runtime client. */
  readonly runtimeDir: string;
  /** Set the heap limits that Lambda sets for the function's memory. */
  readonly limitHeap: boolean;
  /** Hears of what differs from Lambda, once for each message. */
  readonly onNotice: (message: string) => void;
}

/**
 * Makes the runtime for `nodejs*` functions: the Node that runs local-lambda, with a runtime client of our own.
 *
 * The client is bundled into one CommonJS file when the host starts, so that an environment's start loads one
 * file and strips no types.
 */
export async function createNodeRuntime(options: NodeRuntimeOptions): Promise<Runtime> {
  const client = join(options.runtimeDir, 'node-runtime.cjs');
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('./client/main.ts', import.meta.url))],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    write: false,
    logLevel: 'silent',
  });
  // Or esbuild's own process would stay for as long as the host.
  await stop();
  await writeFile(client, outputFiles[0]?.contents ?? '');
  const major = process.versions.node.split('.')[0];
  const noticed = new Set<string>();
  return {
    prefix: 'nodejs',
    variables: ({ runtime }) => ({
      AWS_EXECUTION_ENV: `AWS_Lambda_${runtime}`,
      NODE_PATH: '/opt/nodejs/node_modules',
    }),
    // Its client was bundled when the host started.
    prepare: async () => undefined,
    command: async (definition) => {
      const wanted = /^nodejs(\d+)/.exec(definition.runtime)?.[1];
      if (wanted !== major && !noticed.has(definition.runtime)) {
        noticed.add(definition.runtime);
        options.onNotice(`${definition.runtime} functions run on Node ${process.versions.node} here`);
      }
      return {
        file: process.execPath,
        args: [...(options.limitHeap ? heapLimits(definition) : []), client],
      };
    },
  };
}

/** Lambda's own flags: old space 90 % and semi-space 5 % of the memory size. */
function heapLimits({ memorySizeMb }: FunctionDefinition): string[] {
  return [
    `--max-old-space-size=${Math.floor(memorySizeMb * 0.9)}`,
    `--max-semi-space-size=${Math.max(1, Math.floor(memorySizeMb * 0.05))}`,
  ];
}
