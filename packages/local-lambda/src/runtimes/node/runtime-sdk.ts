import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { promisify } from 'node:util';
import { LocalLambdaError } from '../../local-lambda-error.ts';

/** What the runtime's SDK is taken from and put into. */
export interface RuntimeSdkOptions {
  /** Holds the code of each function in a folder of its own; packages are linked into `node_modules` beside it. */
  readonly codeDir: string;
  /** The projects are the folders around them. */
  readonly packageDirs: readonly string[];
  /** `runtime-sdk` in it holds what was installed before. */
  readonly cacheDir: string;
  /** Install with npm what neither the functions nor the projects have. */
  readonly install: boolean;
  readonly onNotice: (message: string) => void;
}

const run = promisify(execFile);
const INSTALL_TIMEOUT_MS = 180_000;
/** Not every text of this form is one: bundles hold names of modules, too. */
const IMPORT = /(?:require\s*\(|\bfrom|\bimport\s*\(?)\s*["'`](@aws-sdk\/[a-z\d-]+)["'`/]/g;

/** What version 2 prints stands in every bundle of it. */
const MARK_OF_VERSION_2 = 'AWS SDK for JavaScript (v2)';
const VERSION_2 =
  "version 2 of AWS's SDK for JavaScript reads no AWS_ENDPOINT_URL: unless the code names endpoints, its calls go to AWS and not to servers of this machine; version 3 reads it";

/**
 * Brings the packages `@aws-sdk/…` that Lambda's Node runtime brings, for `require` and `import`: those that functions
 * name and do not hold themselves, from the `node_modules` of their project, else from the cache. A notice names what
 * is in none of them.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html
 * @throws LocalLambdaError when npm cannot install them.
 */
export async function provideRuntimeSdk(options: RuntimeSdkOptions): Promise<void> {
  const { wanted, ofVersion2 } = await wantedPackages(options.codeDir);
  if (ofVersion2.length > 0) options.onNotice(`${ofVersion2.join(', ')}: ${VERSION_2}`);
  if (wanted.size === 0) return;
  const cache = join(options.cacheDir, 'runtime-sdk');
  const folders = [...options.packageDirs.flatMap(foldersAbove), cache].map((folder) =>
    join(folder, 'node_modules'),
  );
  const find = (name: string) => folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
  const missing = [...wanted.keys()].filter((name) => find(name) === undefined);
  if (options.install && missing.length > 0) {
    options.onNotice(`installing ${missing.join(', ')} into ${cache} (once)`);
    await installInto(cache, missing);
  }
  const lacking = new Map<string, string[]>();
  for (const [name, functions] of wanted) {
    const source = find(name);
    if (source === undefined) {
      const owners = functions.join(', ');
      lacking.set(owners, [...(lacking.get(owners) ?? []), name]);
    } else {
      const link = join(dirname(options.codeDir), 'node_modules', name);
      await mkdir(dirname(link), { recursive: true });
      await symlink(resolve(source), link);
    }
  }
  for (const [owners, names] of lacking) {
    options.onNotice(
      `${owners}: neither the package nor the project holds ${names.join(', ')}, which Lambda's runtime brings; --runtime-sdk installs what is missing`,
    );
  }
}

/** What the code of functions names and brings, by the functions' folders. */
interface NamedPackages {
  /** The packages that functions name in their own code and do not hold. */
  readonly wanted: ReadonlyMap<string, readonly string[]>;
  /** Functions that bring version 2 of the SDK, in `node_modules` or in a bundle. */
  readonly ofVersion2: readonly string[];
}

async function wantedPackages(codeDir: string): Promise<NamedPackages> {
  const wanted = new Map<string, string[]>();
  const owners = await readdir(codeDir).catch(() => []);
  const ofVersion2 = new Set(
    owners.filter((owner) => existsSync(join(codeDir, owner, 'node_modules/aws-sdk/package.json'))),
  );
  for (const path of await sourcesIn(codeDir)) {
    const [owner = ''] = relative(codeDir, path).split(sep);
    const text = await readFile(path, 'utf8');
    if (text.includes(MARK_OF_VERSION_2)) ofVersion2.add(owner);
    for (const [, name = ''] of text.matchAll(IMPORT)) {
      const functions = wanted.get(name) ?? [];
      if (functions.includes(owner) || existsSync(join(codeDir, owner, 'node_modules', name))) continue;
      wanted.set(name, [...functions, owner]);
    }
  }
  return { wanted, ofVersion2: [...ofVersion2].sort() };
}

async function sourcesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const found: string[] = [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && entry.name !== 'node_modules') found.push(...(await sourcesIn(path)));
    if (entry.isFile() && /\.[cm]?js$/.test(entry.name)) found.push(path);
  }
  return found;
}

/** The folder around a package and those above it. */
function foldersAbove(packageDir: string): string[] {
  const folders: string[] = [];
  for (let folder = dirname(resolve(packageDir)); ; folder = dirname(folder)) {
    folders.push(folder);
    if (dirname(folder) === folder) return folders;
  }
}

async function installInto(folder: string, names: readonly string[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  // Or npm would look for a package above.
  if (!existsSync(join(folder, 'package.json'))) await writeFile(join(folder, 'package.json'), '{}');
  const packages = names.map((name) => `${name}@3`);
  const flags = ['--no-audit', '--no-fund', '--ignore-scripts'];
  await run('npm', ['install', ...flags, ...packages], { cwd: folder, timeout: INSTALL_TIMEOUT_MS }).catch(
    (cause: Error) => {
      throw new LocalLambdaError(
        `runtime-sdk: npm cannot install ${packages.join(' ')} (${cause.message.trim()})`,
        {
          cause,
        },
      );
    },
  );
}
