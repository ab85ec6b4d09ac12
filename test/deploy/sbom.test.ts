/** What `npm run sbom` lists is what is deployed. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { build } from 'esbuild';
import { parse } from 'yaml';
import { ROOT } from './packages.ts';

interface Bom {
  readonly components: readonly {
    readonly name: string;
    readonly version: string;
    readonly hashes?: unknown;
  }[];
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

  const sbom = execFileSync(process.execPath, [join(ROOT, 'deploy/sbom.ts')], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: 'pipe',
    timeout: 120_000,
  });
  const bom: Bom = JSON.parse(sbom);
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
});

/** The folder of the package that a file belongs to. */
function packageOf(file: string): string | undefined {
  return /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0];
}
