import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { lstatSync, readdirSync } from 'node:fs';
import { access, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** The Python of this machine, and whether it can run functions as on Lambda. */
export type PythonPreparation =
  | {
      readonly ready: true;
      /** The interpreter itself, not a shim in front of it. */
      readonly python: string;
      /** Such as `3.12`. */
      readonly version: string;
      /** Folder with boto3 and what it needs. */
      readonly sitePackages: string;
    }
  | { readonly ready: false /** One line. */; readonly reason: string };

const run = promisify(execFile);
const REQUIREMENTS = fileURLToPath(new URL('./requirements.txt', import.meta.url));
const INSTALL_TIMEOUT_MS = 180_000;
const PROBE_TIMEOUT_MS = 10_000;
const MIN_MINOR = 10;
/** The list of what was installed, within the folder. */
const CONTENTS = '.contents';

/**
 * Makes Python functions runnable: finds `python3` on the PATH and installs the pinned boto3 of
 * `requirements.txt` into a folder of the cache on first use, which needs the network once. A folder that is not as
 * it was installed is installed anew.
 * @param cacheDir such as `.cache` of the project.
 * @param onProgress hears one line before anything that takes long.
 */
export async function preparePython(
  cacheDir: string,
  onProgress: (message: string) => void,
): Promise<PythonPreparation> {
  const found = await findPython();
  if (typeof found === 'string') return { ready: false, reason: found };
  const requirements = await readFile(REQUIREMENTS);
  const key = createHash('sha256').update(requirements).update(found.version).digest('hex').slice(0, 16);
  const sitePackages = join(cacheDir, `python-${found.version}-${key}`);
  const damage = await findDamage(sitePackages);
  if (damage !== undefined) {
    onProgress(`${damage}installing boto3 for Python ${found.version} into ${sitePackages} (once)`);
    const failed = await install(found.python, sitePackages);
    if (failed !== undefined) return { ready: false, reason: failed };
  }
  return { ready: true, ...found, sitePackages };
}

async function findPython(): Promise<{ python: string; version: string } | string> {
  const script = 'import sys; print(sys.executable); print(*sys.version_info[:2])';
  try {
    const { stdout } = await run('python3', ['-S', '-c', script], { timeout: PROBE_TIMEOUT_MS });
    const [python = '', numbers = ''] = stdout.trim().split('\n');
    const [major = 0, minor = 0] = numbers.split(' ').map(Number);
    if (major === 3 && minor >= MIN_MINOR) return { python, version: `${major}.${minor}` };
    return `python3 is ${major}.${minor}, but Python functions need 3.${MIN_MINOR} or later`;
  } catch {
    return `python3 is not on the PATH, but Python functions need 3.${MIN_MINOR} or later`;
  }
}

/**
 * Compares what is installed with the list made when it was installed: names and sizes, so that a look takes
 * milliseconds.
 * @returns undefined: all is there; else a beginning for the message, empty when nothing was ever installed.
 */
async function findDamage(sitePackages: string): Promise<string | undefined> {
  if (!(await exists(sitePackages))) return '';
  const expected = await readFile(join(sitePackages, CONTENTS), 'utf8').catch(() => undefined);
  try {
    if (expected !== undefined && expected === contentsOf(sitePackages)) return undefined;
  } catch {
    // What vanishes under the look is being replaced: damage, not a fault.
  }
  return `${sitePackages} is not as it was installed; `;
}

/**
 * One line for each file: its size and its path. What Python compiled on its own does not count.
 *
 * Reads at once: for each of 2 000 files, a promise costs several times the reading.
 */
function contentsOf(folder: string): string {
  const paths: string[] = [];
  const walk = (path: string): void => {
    for (const entry of readdirSync(join(folder, path), { withFileTypes: true })) {
      const own = join(path, entry.name);
      if (entry.isDirectory()) walk(own);
      else if (entry.isFile() && entry.name !== CONTENTS && !entry.name.endsWith('.pyc')) paths.push(own);
    }
  };
  walk('');
  const lines = paths.sort().map((path) => `${lstatSync(join(folder, path)).size} ${path}`);
  return lines.join('\n');
}

/** Installs beside the final place and renames, so that a half-done or a second installation does no harm. */
async function install(python: string, target: string): Promise<string | undefined> {
  const partial = `${target}.${randomUUID()}`;
  try {
    await mkdir(partial, { recursive: true });
    const options = ['--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary=:all:'];
    await run(python, ['-m', 'pip', 'install', ...options, '--target', partial, '-r', REQUIREMENTS], {
      timeout: INSTALL_TIMEOUT_MS,
    });
    await writeFile(join(partial, CONTENTS), contentsOf(partial));
    await replace(partial, target);
    return undefined;
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    const lines = (stderr ?? '').trim().split('\n');
    const cause = lines.findLast((line) => /error|No module/i.test(line)) ?? (error as Error).message;
    return `boto3 cannot be installed for Python functions: ${cause.split('\n')[0]}`;
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/** Another host may have installed it meanwhile, and may be running from it: what is whole stays. */
async function replace(partial: string, target: string): Promise<void> {
  if ((await findDamage(target)) === undefined) return;
  const aside = `${target}.${randomUUID()}`;
  try {
    await rename(target, aside).catch(unlessMissing);
    await rename(partial, target);
  } catch (error) {
    if ((await findDamage(target)) !== undefined) throw error;
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

function unlessMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
