import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { glob, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const PACKAGE_LIMIT_MS = 120_000;
const STAMP = '.cache/packaged-ts.sha256';
const TEMPLATE = '.serverless/cloudformation-template-update-stack.json';

/**
 * Packages the TypeScript stack with the Serverless Framework, unless it was packaged from the very same
 * sources before.
 * @returns the folder of the deployment package.
 * @throws Error with the framework's own words when it fails.
 */
export async function packageStack(root: string, signal: AbortSignal, onStart: () => void): Promise<string> {
  const packageDir = join(root, '.serverless');
  const digest = await digestOfSources(root);
  const stamp = await readFile(join(root, STAMP), 'utf8').catch(() => '');
  if (stamp === digest && existsSync(join(root, TEMPLATE))) return packageDir;
  onStart();
  const cli = join(root, 'node_modules', 'serverless', 'bin', 'serverless.js');
  await promisify(execFile)(process.execPath, [cli, 'package'], {
    cwd: root,
    timeout: PACKAGE_LIMIT_MS,
    signal,
    env: { ...process.env, FORCE_COLOR: '0' },
  }).catch((error: { stdout?: string; stderr?: string }) => {
    signal.throwIfAborted();
    throw new Error(`sls package failed:\n${error.stdout ?? ''}${error.stderr ?? ''}`.trimEnd(), {
      cause: error,
    });
  });
  await mkdir(join(root, '.cache'), { recursive: true });
  await writeFile(join(root, STAMP), digest);
  return packageDir;
}

async function digestOfSources(root: string): Promise<string> {
  const hash = createHash('sha256');
  const files = await Array.fromAsync(
    glob(['src/**/*.ts', 'serverless.yml', 'package-lock.json'], { cwd: root }),
  );
  for (const file of files.sort()) {
    hash
      .update(`${file}\0`)
      .update(await readFile(join(root, file)))
      .update('\0');
  }
  return hash.digest('hex');
}
