/** What `npm run sbom` lists is what is deployed. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { build } from 'esbuild';
import { parse } from 'yaml';
import { cratesOf } from '../../deploy/crates.ts';
import { ROOT } from './packages.ts';

interface Bom {
  readonly components: readonly {
    readonly 'bom-ref': string;
    readonly name: string;
    readonly version: string;
    readonly hashes?: unknown;
  }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
  readonly metadata: { readonly component: { readonly name: string } };
}

function bomOf(...args: readonly string[]): Bom {
  const sbom = execFileSync(process.execPath, [join(ROOT, 'deploy/sbom.ts'), ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: 'pipe',
    timeout: 120_000,
  });
  return JSON.parse(sbom);
}

test('the bill of materials holds every package of the bundles, in its version and with its hash', async () => {
  const config = parse(readFileSync(join(ROOT, 'serverless.yml'), 'utf8'), { logLevel: 'silent' });
  const { esbuild, bundlerConditions } = config.custom;
  const handlers = globSync('src/functions/*/handler.ts', { cwd: ROOT });
  const bundled = new Set<string | undefined>();
  for (const conditions of Object.values<string[]>(bundlerConditions)) {
    const { metafile } = await build({
      absWorkingDir: ROOT,
      entryPoints: handlers,
      bundle: true,
      platform: 'node',
      format: 'esm',
      outdir: 'unwritten',
      write: false,
      metafile: true,
      alias: esbuild.alias,
      external: esbuild.external,
      mainFields: esbuild.mainFields,
      conditions,
    });
    for (const file of Object.keys(metafile.inputs)) bundled.add(packageOf(file));
  }
  bundled.delete(undefined);
  assert.ok(bundled.has('node_modules/@middy/core'));
  assert.ok(bundled.has('node_modules/@aws-sdk/client-dynamodb'));

  const bom = bomOf();
  const listed = new Map(bom.components.map((one) => [`${one.name}@${one.version}`, one]));
  for (const folder of bundled as Set<string>) {
    const { name, version } = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'));
    assert.ok(listed.get(`${name}@${version}`)?.hashes, `${name}@${version} is bundled, but not listed`);
  }
  const names = bom.components.map(({ name }) => name);
  // What deploy/sharp-package.cjs puts beside a bundle.
  for (const cpu of ['x64', 'arm64']) {
    for (const name of ['sharp', `@img/sharp-linux-${cpu}`, `@img/sharp-libvips-linux-${cpu}`]) {
      assert.ok(names.includes(name), name);
    }
  }
  assert.ok(!names.some((name) => /^@img.*(darwin|win32|musl)/.test(name)), 'of other systems nothing');
  for (const tool of ['esbuild', 'typescript', 'serverless', 'fast-check']) assert.ok(!names.includes(tool));

  assert.equal(bom.metadata.component.name, 'sheep-shed', 'and not the name of the folder');
  const lock = readFileSync(join(ROOT, 'reference/rust/Cargo.lock'), 'utf8');
  const crates = bom.components.filter((one) => one['bom-ref'].startsWith('pkg:cargo/'));
  // Every crate that is locked is a dependency of the programs, however far.
  assert.equal(crates.length, lock.split('[[package]]').length - 1);
  assert.deepEqual(
    crates.filter(({ hashes }) => hashes === undefined).map(({ name }) => name),
    ['sheep-shed-lambda', 'sheep-shed'],
  );
  const refs = new Set([...bom.components.map((one) => one['bom-ref']), 'sheep-shed@0.1.0']);
  assert.equal(refs.size, bom.components.length + 1);
  for (const { ref, dependsOn } of bom.dependencies) {
    for (const one of [ref, ...dependsOn]) assert.ok(refs.has(one), one);
  }
  const whole = bom.dependencies.find(({ ref }) => ref === 'sheep-shed@0.1.0');
  assert.ok(whole?.dependsOn.includes('pkg:cargo/sheep-shed-lambda@0.1.0'));
});

test('of two versions of a crate each is listed where it is needed; what is not needed is not', () => {
  const locked = (name: string, version: string, needs: readonly string[]) =>
    `[[package]]\nname = "${name}"\nversion = "${version}"\nchecksum = "${name}${version}"\n` +
    `dependencies = [\n${needs.map((one) => ` "${one}",\n`).join('')}]\n`;
  const lock = `version = 4\n\n${[
    locked('top', '1.0.0', ['hash 1.0.0', 'other']),
    locked('hash', '1.0.0', []),
    locked('hash', '2.0.0', ['top']),
    locked('other', '3.1.0', ['hash 2.0.0 (registry+https://example.com)']),
    locked('stray', '1.0.0', []),
  ].join('\n')}`;
  const { root, components, dependencies } = cratesOf(lock, 'top');
  assert.equal(root, 'pkg:cargo/top@1.0.0');
  const [, hash] = components;
  assert.deepEqual(hash, {
    'bom-ref': 'pkg:cargo/hash@1.0.0',
    type: 'library',
    name: 'hash',
    version: '1.0.0',
    purl: 'pkg:cargo/hash@1.0.0',
    hashes: [{ alg: 'SHA-256', content: 'hash1.0.0' }],
  });
  assert.deepEqual(
    dependencies.map(({ ref, dependsOn }) => [ref, ...dependsOn].map((one) => one.slice(10)).join(' ')),
    ['top@1.0.0 hash@1.0.0 other@3.1.0', 'hash@1.0.0', 'other@3.1.0 hash@2.0.0', 'hash@2.0.0 top@1.0.0'],
  );
  assert.throws(() => cratesOf(lock, 'gone'), /Cargo\.lock does not hold gone/);
});

test('a stack that brings no packages of its own is refused', () => {
  assert.throws(() => bomOf('--stack', 'python'), /--stack must be ts or rust, not "python"/);
});

/** The folder of the package that a file belongs to. */
function packageOf(file: string): string | undefined {
  return /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0];
}
