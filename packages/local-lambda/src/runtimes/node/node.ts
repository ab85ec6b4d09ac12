import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
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
 * The client is one CommonJS file, so that an environment's start loads one file and strips no types.
 */
export async function createNodeRuntime(options: NodeRuntimeOptions): Promise<Runtime> {
  const client = await findClient(options.runtimeDir);
  const major = process.versions.node.split('.')[0];
  const noticed = new Set<string>();
  return {
    prefix: 'nodejs',
    variables: ({ runtime }, { opt = '/opt' }) => ({
      AWS_EXECUTION_ENV: `AWS_Lambda_${runtime}`,
      NODE_PATH: `${opt}/nodejs/${runtime.replace(/^nodejs(\d+).*$/, 'node$1')}/node_modules:${opt}/nodejs/node_modules`,
    }),
    // Its client is ready since the host started.
    prepare: async () => undefined,
    // Node brings its own.
    prepareDebugger: async () => undefined,
    command: async (definition, _taskRoot, debugPort) => {
      const wanted = /^nodejs(\d+)/.exec(definition.runtime)?.[1];
      if (wanted !== major && !noticed.has(definition.runtime)) {
        noticed.add(definition.runtime);
        options.onNotice(`${definition.runtime} functions run on Node ${process.versions.node} here`);
      }
      return {
        file: process.execPath,
        args: [
          ...(options.limitHeap ? heapLimits(definition) : []),
          // On stderr its address would be in the function's log.
          ...(debugPort === undefined
            ? []
            : [`--inspect=127.0.0.1:${debugPort}`, '--inspect-publish-uid=http']),
          client,
        ],
      };
    },
  };
}

/** The published package holds the bundle; in the repository it is made from the sources, when the host starts. */
async function findClient(runtimeDir: string): Promise<string> {
  const packed = fileURLToPath(new URL('./client.cjs', import.meta.url));
  if (existsSync(packed)) return packed;
  const { bundleClient } = await import('./bundle-client.ts');
  const client = join(runtimeDir, 'node-runtime.cjs');
  await writeFile(client, await bundleClient());
  return client;
}

/** Lambda's own flags: old space 90 % and semi-space 5 % of the memory size. */
function heapLimits({ memorySizeMb }: FunctionDefinition): string[] {
  return [
    `--max-old-space-size=${Math.floor(memorySizeMb * 0.9)}`,
    `--max-semi-space-size=${Math.max(1, Math.floor(memorySizeMb * 0.05))}`,
  ];
}
