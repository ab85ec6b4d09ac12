/** The cache of the Rust programs, with a compiler that writes down what it would compile. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT } from '../deploy/packages.ts';

const { compiled } = createRequire(import.meta.url)(join(ROOT, 'reference/rust/cargo-cache.cjs')) as {
  compiled(stack: string, architecture: string | undefined): Promise<string>;
};

/** Refuses to run twice at once; where the source says so it breaks off half way. */
const CARGO = `#!/bin/sh
while [ "$1" != --target-dir ]; do shift; done
mkdir -p "$2/release" && mkdir "$2/running" || exit 1
if grep -q broken crates/lambda/src/bin/cat.rs; then
  printf half > "$2/release/cat"; rmdir "$2/running"; echo 'error: broken' >&2; exit 101
fi
cp crates/lambda/src/bin/cat.rs "$2/release/cat"; rmdir "$2/running"
`;

test('what was compiled is what the source says, after builds that failed, were killed, or ran at once', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'sheep-shed-cargo-'));
  const { PATH, XDG_CACHE_HOME } = process.env;
  t.after(async () => {
    Object.assign(process.env, { PATH, XDG_CACHE_HOME });
    if (XDG_CACHE_HOME === undefined) delete process.env['XDG_CACHE_HOME'];
    await rm(folder, { recursive: true, force: true });
  });
  const bin = join(folder, 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'cargo'), CARGO, { mode: 0o755 });
  await writeFile(join(bin, 'rustc'), "#!/bin/sh\necho 'release: 1.95.0'\n", { mode: 0o755 });
  Object.assign(process.env, { PATH: `${bin}:${PATH}`, XDG_CACHE_HOME: join(folder, 'cache') });

  const stackOf = async (name: string, source: string) => {
    const stack = join(folder, name);
    await mkdir(join(stack, 'crates/lambda/src/bin'), { recursive: true });
    await writeFile(join(stack, 'Cargo.toml'), 'rust-version = "1.94.1"\n');
    await writeFile(join(stack, 'Cargo.lock'), '');
    await writeFile(join(stack, 'crates/lambda/src/bin/cat.rs'), source);
    return stack;
  };
  const programOf = async (name: string, source: string) => {
    const programs = await compiled(await stackOf(name, source), undefined);
    return readFile(join(programs, 'cat'), 'utf8');
  };
  const cache = join(folder, 'cache/sheep-shed/rust');

  await assert.rejects(programOf('first', 'broken'), /could not compile the stack rust:\nerror: broken/);
  assert.equal(await programOf('first', 'one'), 'one');

  // The lock of one that was killed.
  await writeFile(join(cache, 'lock'), '');
  const before = new Date(Date.now() - 60_000);
  await utimes(join(cache, 'lock'), before, before);
  assert.deepEqual(await Promise.all([programOf('second', 'two'), programOf('third', 'three')]), [
    'two',
    'three',
  ]);
  assert.equal((await readdir(cache)).includes('lock'), false);
  assert.equal((await readdir(cache)).filter((name) => /^[0-9a-f]{16}$/.test(name)).length, 3);
});
