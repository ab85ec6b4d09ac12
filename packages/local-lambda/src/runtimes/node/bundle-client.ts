import { fileURLToPath } from 'node:url';
import { build, stop } from 'esbuild';

let bundled: Promise<Uint8Array> | undefined;

/**
 * The runtime client as one CommonJS file, made once in a process. In the repository alone: the published package holds
 * the result.
 */
export function bundleClient(): Promise<Uint8Array> {
  bundled ??= bundle();
  return bundled;
}

async function bundle(): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('./client/main.ts', import.meta.url))],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    write: false,
    logLevel: 'silent',
  });
  // Or esbuild's own process would stay for as long as the host.
  await stop();
  return outputFiles[0]?.contents ?? new Uint8Array();
}
