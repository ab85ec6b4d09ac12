/**
 * `npm run pack`: makes the tarballs that `npm publish` takes, in `.cache/tarballs`.
 *
 * In the repository Node runs the sources; what is published is JavaScript with declarations. Each tarball holds
 * `@sheep-shed/options`, on which both build, so that it installs alone.
 */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { bundleClient } from './local-lambda/src/runtimes/node/bundle-client.ts';

const run = promisify(execFile);
const PACKAGES = import.meta.dirname;
const ROOT = dirname(PACKAGES);
const SHARED = '@sheep-shed/options';

/** The packages that are published. */
export const PUBLISHED = ['local-lambda', 'log-insights'] as const;

type Manifest = Readonly<Record<string, unknown>> & { readonly name: string };

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const path of await packAll(join(ROOT, '.cache/tarballs'))) process.stdout.write(`${path}\n`);
}

/**
 * Packs what is published and gives the paths of the tarballs, in the order of {@link PUBLISHED}.
 * @param outDir is made; tarballs of the same version in it are replaced.
 * @throws Error with what the compiler or npm printed.
 */
export async function packAll(outDir: string): Promise<readonly string[]> {
  const work = await mkdtemp(join(tmpdir(), 'sheep-shed-pack-'));
  try {
    const compiled = join(work, 'compiled');
    const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
    await run(process.execPath, [compiler, '-p', PACKAGES, '--rootDir', PACKAGES, '--outDir', compiled]);
    await mkdir(outDir, { recursive: true });
    const tarballs: string[] = [];
    for (const name of PUBLISHED) {
      const stage = join(work, name);
      await stagePackage(name, compiled, stage, { bundleDependencies: [SHARED] });
      await stagePackage('options', compiled, join(stage, 'node_modules', SHARED), {});
      await cp(join(ROOT, 'LICENSE'), join(stage, 'LICENSE'));
      if (name === 'local-lambda') {
        await writeFile(join(stage, 'dist/runtimes/node/client.cjs'), await bundleClient());
      }
      const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', outDir], { cwd: stage });
      const [packed] = JSON.parse(stdout) as readonly { readonly filename: string }[];
      tarballs.push(join(outDir, packed?.filename ?? ''));
    }
    return tarballs;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Writes what is published of a package into a folder; `files` of its package.json chooses from that. */
async function stagePackage(name: string, compiled: string, stage: string, more: object): Promise<void> {
  const source = join(PACKAGES, name);
  const isAsset = (path: string) => !path.endsWith('.ts') && !path.includes('__pycache__');
  await cp(join(source, 'src'), join(stage, 'dist'), { recursive: true, filter: isAsset });
  await cp(join(compiled, name, 'src'), join(stage, 'dist'), { recursive: true });
  const pages = (await readdir(source)).filter((file) => file.endsWith('.md'));
  for (const page of pages) await cp(join(source, page), join(stage, page));
  const manifest = JSON.parse(await readFile(join(source, 'package.json'), 'utf8')) as Manifest;
  const published = { ...publishedPaths(manifest), ...more, devDependencies: undefined };
  await writeFile(join(stage, 'package.json'), `${JSON.stringify(published, undefined, 2)}\n`);
}

/** Every `./src/x.ts` becomes the `./dist/x.js` that was compiled from it. */
function publishedPaths(manifest: Manifest): Manifest {
  const text = JSON.stringify(manifest).replaceAll(/"\.\/src\/([^"]+)\.ts"/g, '"./dist/$1.js"');
  return JSON.parse(text) as Manifest;
}
