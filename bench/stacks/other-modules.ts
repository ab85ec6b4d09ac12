import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, readlink, symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import type { Progress } from '../world/progress.ts';

const INSTALL_LIMIT_MS = 600_000;
const PROGRESS_MS = 1_000;

/**
 * Gives a checkout the modules that its lock file names: links to those of another checkout whose lock file is the
 * same, else `npm ci`, which runs no scripts of the packages.
 * @param owners checkouts whose modules may serve, the first that fits.
 * @throws Error in npm's own words when it fails or takes over ten minutes.
 */
export async function giveModules(
  checkout: string,
  owners: readonly string[],
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const wanted = await lockOf(checkout);
  for (const owner of owners) {
    if (wanted === undefined || (await lockOf(owner)) !== wanted) continue;
    if (!existsSync(join(owner, 'node_modules', 'serverless'))) continue;
    await linkModules(owner, checkout);
    return;
  }
  await install(checkout, progress, signal);
}

function lockOf(checkout: string): Promise<string | undefined> {
  return readFile(join(checkout, 'package-lock.json'), 'utf8').catch(() => undefined);
}

/** Links every package by itself, so that a workspace's is the checkout's own and not its owner's. */
async function linkModules(owner: string, checkout: string): Promise<void> {
  await linkEntries(join(owner, 'node_modules'), join(checkout, 'node_modules'));
  for (const group of ['packages', '.']) {
    const workspaces = await readdir(join(checkout, group), { withFileTypes: true }).catch(() => []);
    for (const workspace of workspaces.filter((one) => one.isDirectory() && one.name !== 'node_modules')) {
      const own = join(group, workspace.name, 'node_modules');
      if (existsSync(join(owner, own))) await symlink(join(owner, own), join(checkout, own));
    }
  }
}

async function linkEntries(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isSymbolicLink()) await symlink(await readlink(source), target);
    else if (entry.isDirectory() && basename(source).startsWith('@')) await linkEntries(source, target);
    else await symlink(source, target);
  }
}

async function install(checkout: string, progress: Progress, signal: AbortSignal): Promise<void> {
  const npm = process.env['npm_execpath'] ?? '';
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund'];
  const [file, all] = npm.endsWith('.js') ? [process.execPath, [npm, ...args]] : ['npm', args];
  let seconds = 0;
  const ticker = setInterval(() => {
    seconds++;
    progress.step(
      `its package-lock.json is another: npm ci, ${seconds} s of at most ${INSTALL_LIMIT_MS / 1000}`,
    );
  }, PROGRESS_MS);
  try {
    await promisify(execFile)(file, all, {
      cwd: checkout,
      timeout: INSTALL_LIMIT_MS,
      signal,
      maxBuffer: 1e8,
    });
  } catch (error) {
    signal.throwIfAborted();
    const {
      stdout = '',
      stderr = '',
      killed,
    } = error as Partial<Record<'stdout' | 'stderr', string>> & {
      readonly killed?: boolean;
    };
    const why = killed === true ? `it took over ${INSTALL_LIMIT_MS / 1000} s` : `${stdout}${stderr}`.trim();
    throw new Error(`npm ci failed:\n${why}`, { cause: error });
  } finally {
    clearInterval(ticker);
  }
}
