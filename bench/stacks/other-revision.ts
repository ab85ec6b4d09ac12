import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, readdir, readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { OptionError } from '@sheep-shed/options';
import { AGAINST_NAME } from '../plan/settle-options.ts';
import type { Progress } from '../world/progress.ts';
import type { StackName, StackRow } from './catalogue.ts';
import { giveModules } from './other-modules.ts';
import { isPackaged, keepPackage, removeOldPackages, runServerless } from './package-stack.ts';
import { makeWorkFolder, removeWorkFolder } from './work-folder.ts';

const GIT_LIMIT_MS = 60_000;

/** What a folder holds that no package is made from. */
const NOT_COPIED = new Set(['node_modules', '.git', '.cache', '.serverless', '.esbuild', 'results']);

/** A stack as it is in another revision of the project, packaged. */
export interface OtherRevision {
  readonly packageDir: string;
  /** `undefined` for a folder. */
  readonly commit: string | undefined;
  /** What a reader must know of it. */
  readonly notices: readonly string[];
}

/**
 * Packages a stack as it is in another revision: in a checkout of its own below `.cache`, which goes afterwards, so
 * that neither the project nor the folder is changed. The package of a commit is kept.
 * @param given a git revision, or the folder of a checkout.
 * @throws OptionError when it is neither, has no such stack, or cannot be packaged, in the words of the tool that failed.
 */
export async function packageOther(
  root: string,
  given: string,
  name: StackName,
  stack: StackRow,
  progress: Progress,
  signal: AbortSignal,
): Promise<OtherRevision> {
  const folder = existsSync(join(given, stack.folder, 'serverless.yml')) ? resolve(given) : undefined;
  const commit = folder === undefined ? await commitOf(root, given, signal) : undefined;
  const { row, notices } = await rowOf(root, { given, folder, commit }, name, stack, signal);
  // A folder may have changed since: its package is made anew.
  const key = [commit ?? randomBytes(16).toString('hex'), name, process.version];
  const digest = createHash('sha256').update(key.join('\0')).digest('hex').slice(0, 16);
  const packages = join(root, '.cache', 'packages');
  const packageDir = join(packages, `${AGAINST_NAME}-${digest}`);
  if (await isPackaged(packageDir)) return { packageDir, commit, notices };
  const checkout = await makeWorkFolder(packages, AGAINST_NAME);
  try {
    progress.step(`checking out ${given}`);
    if (commit !== undefined) await git(root, ['worktree', 'add', '--detach', checkout, commit], signal);
    else await copyFolder(resolve(given), checkout);
    await giveModules(checkout, folder === undefined ? [root] : [folder, root], progress, signal);
    progress.step(`packaging the stack ${name} of ${given} (sls package)`);
    const cwd = join(checkout, row.folder);
    await runServerless(checkout, cwd, `${name} of ${given}`, row, signal);
    await keepPackage(cwd, packageDir);
    await removeOldPackages(packages, AGAINST_NAME);
    return { packageDir, commit, notices };
  } catch (error) {
    signal.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    throw new OptionError(`--against ${given} cannot be packaged here: ${why}`, { cause: error });
  } finally {
    await removeWorkFolder(root, checkout);
  }
}

async function commitOf(root: string, given: string, signal: AbortSignal): Promise<string> {
  try {
    return await git(root, ['rev-parse', '--verify', '--end-of-options', `${given}^{commit}`], signal);
  } catch (error) {
    signal.throwIfAborted();
    throw new OptionError(
      `--against must be a git revision that is in this repository, or the folder of a checkout; got "${given}" (a clone in CI may lack the history: fetch-depth)`,
      { cause: error },
    );
  }
}

/** Runs git without its hooks. */
async function git(root: string, args: readonly string[], signal: AbortSignal): Promise<string> {
  const all = ['-C', root, '-c', 'core.hooksPath=/dev/null', ...args];
  const { stdout } = await promisify(execFile)('git', all, { timeout: GIT_LIMIT_MS, signal });
  return stdout.trim();
}

async function copyFolder(folder: string, checkout: string): Promise<void> {
  const filter = (path: string) => !NOT_COPIED.has(basename(path));
  // Entry by entry, since the checkout lies below the project, which may be the folder.
  for (const name of await readdir(folder)) {
    if (filter(name)) await cp(join(folder, name), join(checkout, name), { recursive: true, filter });
  }
}

interface Other {
  readonly given: string;
  readonly folder: string | undefined;
  readonly commit: string | undefined;
}

/** How the other revision packages the stack, by its own catalogue. */
async function rowOf(
  root: string,
  { given, folder, commit }: Other,
  name: StackName,
  stack: StackRow,
  signal: AbortSignal,
) {
  const read = (path: string) =>
    folder === undefined
      ? git(root, ['show', '--end-of-options', `${commit}:${path}`], signal).catch(() => undefined)
      : readFile(join(folder, path), 'utf8').catch(() => undefined);
  const catalogue = await read('bench/stacks/catalogue.json');
  signal.throwIfAborted();
  if (catalogue !== undefined) {
    const row = (JSON.parse(catalogue) as Partial<Record<string, StackRow>>)[name];
    if (row === undefined) throw noStack(given, name);
    return { row, notices: [] };
  }
  if ((await read(join(stack.folder, 'serverless.yml'))) === undefined) throw noStack(given, name);
  const notice = `${given} is older than the catalogue of stacks: its ${name} is what its serverless.yml packages by default`;
  return { row: { ...stack, parameters: {} }, notices: [notice] };
}

function noStack(given: string, name: string): OptionError {
  return new OptionError(`--against ${given} has no stack ${name}`);
}
