import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { glob, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const PACKAGE_LIMIT_MS = 120_000;

/** Where the sources of a stack are. */
export interface StackSources {
  readonly name: string;
  /** Folder of its `serverless.yml`, from the project's root. */
  readonly folder: string;
  /** Globs of all files that decide what is in its package, from that folder. */
  readonly sources: readonly string[];
}

/**
 * Packages a stack with the Serverless Framework, unless it was packaged from the very same sources before.
 * @returns the folder of the deployment package.
 * @throws Error with the framework's own words when it fails.
 */
export async function packageStack(
  root: string,
  stack: StackSources,
  signal: AbortSignal,
  onStart: () => void,
): Promise<string> {
  const folder = join(root, stack.folder);
  const packageDir = join(folder, '.serverless');
  const digest = await digestOf(folder, stack.sources);
  const stamp = join(root, '.cache', `packaged-${stack.name}.sha256`);
  const template = join(packageDir, 'cloudformation-template-update-stack.json');
  if (existsSync(template) && (await readFile(stamp, 'utf8').catch(() => '')) === digest) return packageDir;
  onStart();
  const cli = join(root, 'node_modules', 'serverless', 'bin', 'serverless.js');
  await promisify(execFile)(process.execPath, [cli, 'package'], {
    cwd: folder,
    timeout: PACKAGE_LIMIT_MS,
    signal,
    env: { ...process.env, FORCE_COLOR: '0' },
  }).catch((error: { stdout?: string; stderr?: string }) => {
    signal.throwIfAborted();
    const words = `${error.stdout ?? ''}${error.stderr ?? ''}`.trim();
    throw new Error(`sls package failed for the stack ${stack.name}:\n${words}`, { cause: error });
  });
  await mkdir(join(root, '.cache'), { recursive: true });
  await writeFile(stamp, digest);
  return packageDir;
}

async function digestOf(folder: string, sources: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  const files = await Array.fromAsync(glob([...sources], { cwd: folder }));
  for (const file of files.sort()) {
    hash
      .update(`${file}\0`)
      .update(await readFile(join(folder, file)))
      .update('\0');
  }
  return hash.digest('hex');
}
