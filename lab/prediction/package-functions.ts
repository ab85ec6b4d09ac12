import { execFile } from 'node:child_process';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Lab, ROOT } from '../experiment.ts';
import { FUNCTIONS, type MeasuredFunction } from './functions.ts';

const run = promisify(execFile);
const BUILD_LIMIT_MS = 1_200_000;
/** Larger than any of them needs, since the processor is not limited by it here. */
const MEMORY_MB = 512;
const TIMEOUT_SECONDS = 60;
const RUNTIMES = { rust: 'provided.al2023', python: 'python3.13', node: 'nodejs24.x' } as const;

/** A deployment package, and what is not in it. */
export interface Packaged {
  readonly folder: string;
  readonly functions: readonly MeasuredFunction[];
  /** The name of a function in it. */
  readonly nameOf: (one: MeasuredFunction) => string;
  readonly notices: readonly string[];
}

/**
 * Makes a deployment package of the functions; builds the Rust crate, which needs the network the first time.
 * @param only names of functions; empty: all.
 */
export async function packageFunctions(
  lab: Lab,
  only: readonly string[],
  memoryMb = MEMORY_MB,
): Promise<Packaged> {
  const chosen = FUNCTIONS.filter(({ name }) => only.length === 0 || only.includes(name));
  const folder = join(lab.folder, `package-${memoryMb}`);
  await mkdir(folder, { recursive: true });
  const binaries = chosen.some(({ language }) => language === 'rust') ? await buildRust(lab) : undefined;
  const functions = chosen.filter(({ language }) => language !== 'rust' || typeof binaries !== 'string');
  const nameOf = ({ name }: MeasuredFunction) => `lab-${process.pid}-${name}`;
  const resources: Record<string, unknown> = {};
  for (const one of functions) {
    let code = join(import.meta.dirname, one.language);
    if (one.language === 'rust' && typeof binaries === 'object') {
      code = join(folder, one.name);
      await mkdir(code);
      await copyFile(join(binaries.folder, one.handler), join(code, 'bootstrap'));
    }
    resources[one.name.replace(/\W/g, '')] = {
      Type: 'AWS::Serverless::Function',
      Properties: {
        FunctionName: nameOf(one),
        CodeUri: code,
        Handler: one.handler,
        Runtime: RUNTIMES[one.language],
        MemorySize: memoryMb,
        Timeout: TIMEOUT_SECONDS,
      },
    };
  }
  await writeFile(join(folder, 'template.json'), JSON.stringify({ Resources: resources }));
  return { folder, functions, nameOf, notices: typeof binaries === 'string' ? [binaries] : [] };
}

/** @returns the folder of the binaries, or why there is none. */
async function buildRust({ progress, signal }: Lab): Promise<{ readonly folder: string } | string> {
  const target = process.env['CARGO_TARGET_DIR'] ?? join(ROOT, '.cache', 'prediction-rust');
  const manifest = join(import.meta.dirname, 'rust', 'Cargo.toml');
  progress.step('building the functions in Rust (some minutes the first time)');
  const words = ['build', '--release', '--locked', '--quiet', '--manifest-path', manifest];
  const env = { ...process.env, CARGO_TARGET_DIR: target };
  try {
    await run('cargo', words, { env, timeout: BUILD_LIMIT_MS, signal });
    return { folder: join(target, 'release') };
  } catch (error) {
    signal.throwIfAborted();
    const { code, stderr = '' } = error as { code?: unknown; stderr?: string };
    const why =
      code === 'ENOENT' ? 'there is no cargo' : (stderr.trim().split('\n')[0] ?? 'it does not build');
    return `without the functions in Rust: ${why}`;
  }
}
