/**
 * Compiles the programs of the Rust stack, once for each content of its sources, each compiler and each processor. They
 * are kept in the user's cache, `$XDG_CACHE_HOME/sheep-shed/rust` or `~/.cache/sheep-shed/rust`, where every clone of
 * the project finds them.
 */

const { execFile, spawn } = require('node:child_process');
const { createHash } = require('node:crypto');
const { existsSync } = require('node:fs');
const {
  chmod,
  copyFile,
  cp,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} = require('node:fs/promises');
const { homedir } = require('node:os');
const { join } = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { promisify } = require('node:util');

const run = promisify(execFile);

/** What the programs are made from, in the folder of the stack. */
const SOURCES = ['Cargo.lock', 'Cargo.toml', 'crates'];

const PROBE_LIMIT_MS = 20_000;
/** Most of it goes to the SDK, once for each compiler and processor. */
const BUILD_LIMIT_MS = 25 * 60_000;
const LOCK_INTERVAL_MS = 500;
/** Who holds the lock touches it this often; one that was not for the second time belongs to nobody. */
const LOCK_TOUCH_MS = 2_000;
const LOCK_STALE_MS = 30_000;
const OUTPUT_LIMIT = 20_000;
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'];

/** Sets of programs that are kept, the latest used ones. */
const KEPT = 6;

/** The oldest C library that the programs run on: that of `provided.al2023`. */
const GLIBC = '2.34';

/** Lambda's architectures, as Rust names them. */
const TARGETS = { arm64: 'aarch64-unknown-linux-gnu', x86_64: 'x86_64-unknown-linux-gnu' };

/**
 * Compiles the programs, unless the very same ones are there.
 * @param {string} stack folder of the stack.
 * @param {string | undefined} architecture `arm64` or `x86_64` of Lambda; `undefined`: this machine.
 * @returns {Promise<string>} the folder of the programs.
 * @throws Error in one line when a tool is missing, and with the compiler's own words when it fails.
 */
async function compiled(stack, architecture) {
  const target = TARGETS[architecture];
  const compiler = await compilerOf(stack);
  if (target !== undefined) await refuseMissing(target);
  const digest = await digestOf(stack, [compiler, target ?? 'this machine']);
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'sheep-shed', 'rust');
  const programs = join(cache, digest);
  if (!existsSync(programs)) {
    await mkdir(cache, { recursive: true });
    await holding(join(cache, 'lock'), async () => {
      if (!existsSync(programs)) await build(stack, target, compiler, cache, programs);
    });
    await removeOld(cache);
  }
  const now = new Date();
  await utimes(programs, now, now);
  return programs;
}

/** The compiler's name and version, of which the programs depend. @throws Error when there is none, or an old one. */
async function compilerOf(stack) {
  const manifest = await readFile(join(stack, 'Cargo.toml'), 'utf8');
  const [, oldest] = /^rust-version = "(.*)"$/m.exec(manifest);
  const { stdout } = await run('rustc', ['-vV'], { timeout: PROBE_LIMIT_MS, cwd: stack }).catch(() => {
    throw new Error(`the stack rust needs cargo (Rust ${oldest} or later) on the PATH: https://rustup.rs`);
  });
  const [, version] = /^release: (\S+)/m.exec(stdout);
  const order = version.localeCompare(oldest, 'en', { numeric: true });
  if (order < 0)
    throw new Error(`the stack rust needs Rust ${oldest} or later; got ${version}: rustup update`);
  return stdout;
}

/** @throws Error naming what compiling for AWS lacks. */
async function refuseMissing(target) {
  const probe = { timeout: PROBE_LIMIT_MS };
  await run('cargo', ['zigbuild', '--help'], probe).catch(() => {
    const remedy = 'python3 -m pip install cargo-zigbuild, which brings zig';
    throw new Error(`to compile for ${target} the stack rust needs cargo-zigbuild: ${remedy}`);
  });
  const { stdout } = await run('rustc', ['--print', 'target-libdir', '--target', target], probe);
  const library = await readdir(stdout.trim()).catch(() => []);
  if (library.some((name) => name.startsWith('libstd'))) return;
  throw new Error(`Rust's standard library for ${target} is missing: rustup target add ${target}`);
}

async function build(stack, target, compiler, cache, programs) {
  // Always the same folder, and new files: cargo tells by the path what it has compiled, by the time what has changed.
  const source = join(cache, 'source');
  await rm(source, { recursive: true, force: true });
  for (const part of SOURCES) await cp(join(stack, part), join(source, part), { recursive: true });
  const name = createHash('sha256').update(compiler).digest('hex').slice(0, 8);
  const targetDir = join(cache, `build-${name}`);
  await removeOthers(cache, targetDir);
  const command = target === undefined ? ['build'] : ['zigbuild', '--target', `${target}.${GLIBC}`];
  const args = [...command, '--release', '--locked', '--target-dir', targetDir];
  await cargo(args, { cwd: source, env: withoutPaths(source) });
  const release = join(targetDir, target ?? '', 'release');
  const draft = `${programs}.draft`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft);
  for (const file of await readdir(join(source, 'crates', 'lambda', 'src', 'bin'))) {
    const program = file.replace(/\.rs$/, '');
    await copyFile(join(release, program), join(draft, program));
    await chmod(join(draft, program), 0o755);
  }
  await rename(draft, programs);
}

/** Runs cargo. @throws Error with its own words, or when it takes too long. */
function cargo(args, settings) {
  return new Promise((resolve, reject) => {
    // A group of its own, so that the compilers end with it.
    const child = spawn('cargo', args, { ...settings, detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
    let words = '';
    child.stderr.on('data', (chunk) => {
      words = `${words}${chunk}`.slice(-OUTPUT_LIMIT);
    });
    const kill = () => {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
    };
    const stop = () => {
      kill();
      process.exit(143);
    };
    for (const signal of SIGNALS) process.once(signal, stop);
    let isLate = false;
    const limit = setTimeout(() => {
      isLate = true;
      kill();
    }, BUILD_LIMIT_MS);
    const end = (problem) => {
      clearTimeout(limit);
      for (const signal of SIGNALS) process.off(signal, stop);
      if (problem === undefined) resolve();
      else reject(new Error(problem));
    };
    child.once('error', ({ message }) => end(`cargo could not be started: ${message}`));
    child.once('close', (code) => {
      if (isLate) end(`cargo did not compile the stack rust within ${BUILD_LIMIT_MS / 60_000} minutes`);
      else end(code === 0 ? undefined : `cargo could not compile the stack rust:\n${words}`);
    });
  });
}

/** An environment in which the compiler writes no path of this machine into the programs' messages. */
function withoutPaths(source) {
  const registry = process.env.CARGO_HOME || join(homedir(), '.cargo');
  const flags = [`--remap-path-prefix=${source}=rust`, `--remap-path-prefix=${registry}=cargo`];
  return { ...process.env, CARGO_ENCODED_RUSTFLAGS: flags.join('\x1f') };
}

async function digestOf(stack, settings) {
  const hash = createHash('sha256').update(JSON.stringify(settings));
  for (const part of SOURCES) {
    for (const file of await filesIn(stack, part)) {
      const contents = await readFile(join(stack, file));
      hash.update(`\0${file}\0${contents.length}\0`).update(contents);
    }
  }
  return hash.digest('hex').slice(0, 16);
}

async function filesIn(stack, path) {
  if (!(await stat(join(stack, path))).isDirectory()) return [path];
  const names = (await readdir(join(stack, path))).sort();
  const found = await Promise.all(names.map((name) => filesIn(stack, join(path, name))));
  return found.flat();
}

/** Removes the programs that have not been used for longest. */
async function removeOld(cache) {
  const names = (await readdir(cache)).filter((name) => /^[0-9a-f]{16}$/.test(name));
  const used = await Promise.all(names.map(async (name) => [name, (await stat(join(cache, name))).mtimeMs]));
  const old = used.sort(([, a], [, b]) => b - a).slice(KEPT);
  for (const [name] of old) await rm(join(cache, name), { recursive: true, force: true });
}

/** Removes what other compilers have built. */
async function removeOthers(cache, targetDir) {
  for (const name of await readdir(cache)) {
    const folder = join(cache, name);
    if (name.startsWith('build-') && folder !== targetDir) await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Runs work while this process alone holds the lock file. A lock that nobody touches any more is taken over: its process
 * was killed. A process id would not tell, since containers that share the cache do not see each other's processes.
 */
async function holding(lock, work) {
  const deadline = Date.now() + 2 * BUILD_LIMIT_MS;
  while (!(await take(lock))) {
    if (Date.now() > deadline) throw new Error(`${lock} is held for too long: remove it`);
    await sleep(LOCK_INTERVAL_MS);
  }
  const touching = setInterval(() => {
    const now = new Date();
    utimes(lock, now, now).catch(() => undefined);
  }, LOCK_TOUCH_MS);
  try {
    await work();
  } finally {
    clearInterval(touching);
    await rm(lock, { force: true });
  }
}

async function take(lock) {
  try {
    await writeFile(lock, '', { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    const touched = await stat(lock).catch(() => undefined);
    if (touched !== undefined && Date.now() - touched.mtimeMs > LOCK_STALE_MS)
      await rm(lock, { force: true });
    return false;
  }
}

module.exports = { compiled };
