/**
 * A Serverless Framework plugin: puts `sharp`, which cannot be bundled, into the package of the one function that uses
 * it, with the libvips of the machine that will run it. `installExtraArgs` of serverless-esbuild would install that of
 * this machine, and the whole lock file with it.
 */

const { execFile } = require('node:child_process');
const { existsSync } = require('node:fs');
const { mkdir, readdir, readFile, rename, rm, writeFile } = require('node:fs/promises');
const { join, posix } = require('node:path');
const { promisify } = require('node:util');

const FUNCTION = 'makePortrait';
const INSTALL_LIMIT_MS = 120_000;

/** What `sharp` itself needs, besides its binaries. */
const PACKAGES = ['sharp', '@img/colour', 'detect-libc', 'semver'];
const BINARIES = '@img/sharp-';

/** Sources and build tools that no function runs. */
const UNUSED = /^sharp\/(src|install|lib)\/|\.(md|d\.[cm]?ts|map|h|cc)$|^semver\/bin\//;

/** A fixed time, so that the same files make the same archive. */
const MTIME = new Date(1980, 0, 2);

/** The plugin; its shape is the framework's. */
class SharpPackage {
  constructor(serverless) {
    this.serverless = serverless;
    this.hooks = { 'after:package:createDeploymentArtifacts': () => this.addSharp() };
  }

  async addSharp() {
    const { service, serviceDir } = this.serverless;
    const target = service.functions[FUNCTION];
    if (target === undefined) return;
    const architecture = target.architecture ?? service.provider.architecture ?? 'x86_64';
    const modules = await modulesFor(serviceDir, architecture === 'arm64' ? 'arm64' : 'x64');
    const { unzipSync, zipSync } = require('fflate');
    const artifact = join(serviceDir, target.package.artifact);
    const files = { ...unzipSync(await readFile(artifact)), ...(await sharpFiles(modules)) };
    const entries = Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1));
    // Files of Unix that everyone may read: Lambda runs functions as another user than the one that unpacks them.
    const options = { mtime: MTIME, os: 3, attrs: 0o100644 << 16 };
    await writeFile(
      artifact,
      zipSync(Object.fromEntries(entries.map(([name, file]) => [name, [file, options]]))),
    );
  }
}

/** The folder of modules whose `sharp` runs there: this project's, if that is this machine. */
async function modulesFor(root, cpu) {
  // local-lambda says that it will run the package itself.
  const isHost = process.env.LOCAL_LAMBDA === '1' || (process.platform === 'linux' && process.arch === cpu);
  const own = join(root, 'node_modules');
  if (isHost) return own;
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'));
  const { version } = lock.packages['node_modules/sharp'];
  const folder = join(root, '.cache', `sharp-${version}-linux-${cpu}`);
  if (!existsSync(folder)) await install(lock, version, cpu, folder);
  return join(folder, 'node_modules');
}

/** Installs the part of the lock file that is `sharp`, for another machine. */
async function install(lock, version, cpu, folder) {
  const wanted = {};
  const take = (name) => {
    const path = `node_modules/${name}`;
    const found = lock.packages[path];
    if (found === undefined || path in wanted) return;
    wanted[path] = found;
    for (const one of Object.keys({ ...found.dependencies, ...found.optionalDependencies })) take(one);
  };
  take('sharp');
  const root = { name: 'sharp-package', version: '1.0.0', dependencies: { sharp: version } };
  const part = { ...root, lockfileVersion: 3, requires: true, packages: { '': root, ...wanted } };
  const draft = `${folder}.${process.pid}`;
  await mkdir(draft, { recursive: true });
  try {
    await writeFile(join(draft, 'package.json'), JSON.stringify({ ...root, private: true }));
    await writeFile(join(draft, 'package-lock.json'), JSON.stringify(part));
    const target = ['--os=linux', `--cpu=${cpu}`, '--libc=glibc'];
    await promisify(execFile)('npm', ['ci', '--omit=dev', '--ignore-scripts', ...target], {
      cwd: draft,
      timeout: INSTALL_LIMIT_MS,
    });
    await rename(draft, folder).catch((error) => {
      // Another process was faster: its folder is the same.
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** The files of `sharp` by their names in the package. */
async function sharpFiles(modules) {
  const images = await readdir(join(modules, '@img'));
  const binaries = images.map((name) => `@img/${name}`).filter((name) => name.startsWith(BINARIES));
  const files = {};
  for (const name of [...PACKAGES, ...binaries]) {
    for (const entry of await readdir(join(modules, name), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      const inside = posix.join(...path.slice(modules.length + 1).split(/[\\/]/));
      if (!UNUSED.test(inside)) files[posix.join('node_modules', inside)] = await readFile(path);
    }
  }
  return files;
}

module.exports = SharpPackage;
