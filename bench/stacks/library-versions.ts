import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { preparePython } from '@sheep-shed/local-lambda';
import type { StackName, StackRow } from './catalogue.ts';
import { STACKS } from './catalogue.ts';

const PROBE_LIMIT_MS = 10_000;

/** The versions of what stacks run on here besides Node: Python, SDKs and frameworks, by name. */
export async function libraryVersions(
  root: string,
  names: readonly StackName[],
): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  for (const name of new Set(names)) {
    Object.assign(found, await versionsOf(root, STACKS[name]));
  }
  return found;
}

function versionsOf(root: string, { compiler, folder, libraries, runtime }: StackRow) {
  if (compiler === 'cargo') return cargoVersions(join(root, folder), libraries);
  return runtime.startsWith('python') ? pythonVersions(root, libraries) : npmVersions(root, libraries);
}

/** The version of each package of npm that is installed. */
export async function npmVersions(
  root: string,
  packages: readonly string[],
): Promise<Record<string, string>> {
  const entries = packages.map(async (name) => {
    const text = await readFile(join(root, 'node_modules', name, 'package.json'), 'utf8').catch(() => '{}');
    const { version = 'not available' } = JSON.parse(text) as { version?: string };
    return [name, version] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

async function pythonVersions(root: string, libraries: readonly string[]): Promise<Record<string, string>> {
  const prepared = await preparePython(join(root, '.cache'), () => undefined);
  if (!prepared.ready) return {};
  const { stdout } = await promisify(execFile)(prepared.python, ['-S', '--version'], {
    timeout: PROBE_LIMIT_MS,
  });
  // A package leaves a folder such as `botocore-1.44.5.dist-info`.
  const folders = await readdir(prepared.sitePackages);
  const versions = libraries.map((name) => {
    const folder = folders.find((one) => one.startsWith(`${name}-`) && one.endsWith('.dist-info'));
    return [name, folder?.slice(name.length + 1, -'.dist-info'.length) ?? 'not available'];
  });
  return { python: stdout.trim().replace('Python ', ''), ...Object.fromEntries(versions) };
}

async function cargoVersions(folder: string, libraries: readonly string[]): Promise<Record<string, string>> {
  const probe = promisify(execFile)('rustc', ['--version'], { timeout: PROBE_LIMIT_MS });
  const { stdout } = await probe.catch(() => ({ stdout: '' }));
  const lock = await readFile(join(folder, 'Cargo.lock'), 'utf8').catch(() => '');
  const versions = libraries.map((name) => {
    const [, version = 'not available'] =
      new RegExp(`^name = "${name}"\nversion = "(.*)"$`, 'm').exec(lock) ?? [];
    return [name, version];
  });
  const [, rust = 'not available'] = /^rustc (\S+)/.exec(stdout) ?? [];
  return { rust, ...Object.fromEntries(versions) };
}
