import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { ROOT } from '../experiment.ts';

const run = promisify(execFile);
const BUILD_LIMIT_MS = 300_000;
const PROBE_LIMIT_MS = 10_000;
const OLDEST_PYTHON_MINOR = 10;

/** A program that runs the kernels of one language, written in one way; all speak the protocol of `rust/src/main.rs`. */
export interface Variant {
  readonly name: string;
  /** The kernels in which it differs from the others. */
  readonly kernels: readonly ('cat' | 'wolf')[];
  readonly program: string;
  readonly args: readonly string[];
  /** The arguments that make it run its sources as they stand, in which steps can be counted. */
  readonly sourceArgs: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** The variants that run on this machine, and why others do not. */
export interface Variants {
  readonly variants: readonly Variant[];
  readonly notices: readonly string[];
}

/** The variant that all are compared with where there is Rust, and the one where there is none. */
export const YARDSTICKS = ['Rust plain', 'TypeScript plain'] as const;

/** The kernels that the functions of the TypeScript stack run. */
export const OURS = 'TypeScript tuned';

const BOTH = ['cat', 'wolf'] as const;

/** Finds the languages of this machine; builds the Rust crate, which needs no network. */
export async function findVariants(onStep: (step: string) => void): Promise<Variants> {
  const [rust, python] = [await rustVariants(onStep), await pythonVariants()];
  const others = [rust, python];
  return {
    variants: [
      ...(typeof rust === 'string' ? [] : rust),
      await nodeVariant('plain'),
      await nodeVariant('tuned'),
      ...(typeof python === 'string' ? [] : python),
    ],
    notices: others.filter((one) => typeof one === 'string'),
  };
}

/** Bundled as the functions are (`custom.esbuild` in serverless.yml), since V8 optimises one module further than several. */
async function nodeVariant(kind: string): Promise<Variant> {
  const source = join(import.meta.dirname, `node-${kind}.ts`);
  const bundle = join(ROOT, '.cache', 'kernels-node', `${kind}.mjs`);
  await build({
    entryPoints: [source],
    outfile: bundle,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'node24',
    platform: 'node',
    logLevel: 'silent',
  });
  return {
    name: `TypeScript ${kind}`,
    kernels: BOTH,
    program: process.execPath,
    args: [bundle],
    sourceArgs: [source],
    environment: {},
  };
}

async function rustVariants(onStep: (step: string) => void): Promise<readonly Variant[] | string> {
  const target = join(ROOT, '.cache', 'kernels-rust');
  const manifest = join(import.meta.dirname, 'rust', 'Cargo.toml');
  const command = ['build', '--release', '--offline', '--locked', '--quiet'];
  onStep('building the Rust kernels (cargo build --release)');
  try {
    await run('cargo', [...command, '--manifest-path', manifest, '--target-dir', target], {
      timeout: BUILD_LIMIT_MS,
    });
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: string };
    if (code === 'ENOENT') return 'measuring without Rust: cargo is not on the PATH';
    const [cause = 'no reason given'] = (stderr ?? '').split('\n').filter((line) => line !== '');
    return `measuring without Rust: cargo could not build lab/kernels/rust: ${cause}`;
  }
  const program = join(target, 'release', 'sheep-shed-kernels');
  const rust = (name: string, kind: string, kernels: Variant['kernels']): Variant => ({
    name,
    kernels,
    program,
    args: [kind],
    sourceArgs: [kind],
    environment: {},
  });
  return [
    rust('Rust plain', 'plain', BOTH),
    rust('Rust plain, n in a local', 'n-in-a-local', ['cat']),
    rust('Rust tuned', 'tuned', BOTH),
  ];
}

async function pythonVariants(): Promise<readonly Variant[] | string> {
  const needed = `Python needs 3.${OLDEST_PYTHON_MINOR} or later`;
  // The interpreter itself: a shim in front of it would be measured too.
  const script = 'import sys; print(sys.version_info.minor, sys.executable)';
  const found = await run('python3', ['-S', '-c', script], { timeout: PROBE_LIMIT_MS }).catch(
    () => undefined,
  );
  if (found === undefined) return `measuring without Python: python3 is not on the PATH; ${needed}`;
  const [, minor = '', program = ''] = /^(\d+) (.+)$/m.exec(found.stdout) ?? [];
  if (Number(minor) < OLDEST_PYTHON_MINOR) {
    return `measuring without Python: python3 is 3.${minor}; ${needed}`;
  }
  return ['plain', 'tuned'].map((kind) => ({
    name: `Python 3.${minor} ${kind}`,
    kernels: BOTH,
    program,
    args: [join(import.meta.dirname, 'worker.py'), kind],
    sourceArgs: [join(import.meta.dirname, 'worker.py'), kind],
    environment: { PYTHONPATH: join(ROOT, 'reference', 'python'), PYTHONDONTWRITEBYTECODE: '1' },
  }));
}
