import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { StackInputs } from './catalogue.ts';
import { parametersOf } from './catalogue.ts';
import { copyProject, inputsOf, isInput } from './project-copy.ts';
import { makeWorkFolder, removeOrphans, removeWorkFolder } from './work-folder.ts';

const PACKAGE_LIMIT_MS = 120_000;
const PROBE_LIMIT_MS = 20_000;
const COMPILE_LIMIT_MS = 30 * 60_000;

/** Packages of one stack that are kept, the latest used ones. */
const KEPT = 5;

const TEMPLATE = 'cloudformation-template-update-stack.json';

/**
 * Packages a stack with the Serverless Framework, unless the very same package is there already. A copy of its inputs
 * is packaged, so nothing else can get in, and the `.serverless` of a user is neither read nor changed.
 * @param name the beginning of the folder's name; its end is a digest of everything that goes in.
 * @returns the folder of the deployment package, below `.cache/packages` of the root.
 * @throws Error with the framework's own words when it fails.
 */
export async function packageStack(
  root: string,
  name: string,
  stack: StackInputs,
  signal: AbortSignal,
  onStart: () => void,
): Promise<string> {
  const packages = join(root, '.cache', 'packages');
  await removeOrphans(root, packages);
  const packageDir = join(packages, `${name}-${await digestOf(root, stack)}`);
  if (await isPackaged(packageDir)) return packageDir;
  onStart();
  const copy = await makeWorkFolder(packages, name);
  try {
    await copyProject(root, copy, [stack]);
    await runServerless(root, join(copy, stack.folder), name, stack, signal);
    await keepPackage(join(copy, stack.folder), packageDir);
  } finally {
    await removeWorkFolder(root, copy);
  }
  await removeOldPackages(packages, name);
  return packageDir;
}

/** What a stack cannot be packaged without, in one line; `undefined`: all is here. */
export async function missingCompiler({ compiler, folder }: StackInputs): Promise<string | undefined> {
  if (compiler === undefined) return undefined;
  return promisify(execFile)(compiler, ['--version'], { timeout: PROBE_LIMIT_MS }).then(
    () => undefined,
    () => `${compiler} is not on the PATH: ${folder}/README.md says how to install it`,
  );
}

/** Whether a package is there; if so it counts as used now. */
export async function isPackaged(packageDir: string): Promise<boolean> {
  if (!existsSync(join(packageDir, TEMPLATE))) return false;
  const now = new Date();
  await utimes(packageDir, now, now);
  return true;
}

/** Moves what the Serverless Framework has packaged in a folder to its place. */
export async function keepPackage(folder: string, packageDir: string): Promise<void> {
  await rename(join(folder, '.serverless'), packageDir).catch((error: Error) => {
    // Another process was faster: its package is the same.
    if (!existsSync(join(packageDir, TEMPLATE))) throw error;
  });
}

/** Packages a stack in `cwd` with the Serverless Framework of `root`. @throws Error with the framework's own words. */
export async function runServerless(
  root: string,
  cwd: string,
  name: string,
  stack: StackInputs,
  signal: AbortSignal,
): Promise<void> {
  const cli = join(root, 'node_modules', 'serverless', 'bin', 'serverless.js');
  // The plugin that bundles removes none of its temporary folders.
  const temporary = await mkdtemp(join(tmpdir(), 'sheep-shed-package-'));
  try {
    await promisify(execFile)(process.execPath, [cli, 'package', ...parametersOf(stack)], {
      cwd,
      timeout: stack.compiler === undefined ? PACKAGE_LIMIT_MS : COMPILE_LIMIT_MS,
      signal,
      // What a function needs of native code is that of this machine.
      env: { ...process.env, FORCE_COLOR: '0', LOCAL_LAMBDA: '1', TMPDIR: temporary },
    });
  } catch (error) {
    signal.throwIfAborted();
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`sls package failed for the stack ${name}:\n${`${stdout}${stderr}`.trim()}`, {
      cause: error,
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** A digest of every file that goes in, the parameters, and the Node that packages. */
async function digestOf(root: string, stack: StackInputs): Promise<string> {
  const { folder, parameters } = stack;
  const hash = createHash('sha256').update(JSON.stringify([folder, parameters, process.version]));
  for (const path of inputsOf(stack)) {
    for (const file of await filesIn(root, path)) {
      const contents = await readFile(join(root, file));
      hash.update(`\0${file}\0${contents.length}\0`).update(contents);
    }
  }
  return hash.digest('hex').slice(0, 16);
}

/** The files that {@link copyProject} would copy for one input, in a fixed order. */
async function filesIn(root: string, path: string): Promise<readonly string[]> {
  if (!(await stat(join(root, path))).isDirectory()) return [path];
  const entries = await readdir(join(root, path), { withFileTypes: true });
  const names = entries.map(({ name }) => join(path, name)).filter(isInput);
  const found = await Promise.all(names.sort().map((name) => filesIn(root, name)));
  return found.flat();
}

/** Removes the packages of a stack that have not been used for longest. */
export async function removeOldPackages(packages: string, name: string): Promise<void> {
  const isOurs = new RegExp(`^${name}-[0-9a-f]{16}$`);
  const folders = (await readdir(packages)).filter((folder) => isOurs.test(folder));
  const used = await Promise.all(
    folders.map(async (folder) => ({ folder, at: (await stat(join(packages, folder))).mtimeMs })),
  );
  const old = used.toSorted((a, b) => b.at - a.at).slice(KEPT);
  for (const { folder } of old) await rm(join(packages, folder), { recursive: true, force: true });
}
