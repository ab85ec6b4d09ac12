import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { makePackagingFolder, removePackagingFolder } from './packaging-folder.ts';

const PACKAGE_TIMEOUT_MS = 120_000;
const LIMIT = 4_000;

/** The project files of the Serverless Framework. */
const SERVERLESS_FILES = ['yml', 'yaml', 'json', 'js', 'cjs', 'mjs', 'ts'].map((end) => `serverless.${end}`);

/** Whether a folder holds what `serverless package` packages. */
export function isServerlessProject(folder: string): boolean {
  return SERVERLESS_FILES.some((name) => existsSync(join(folder, name)));
}

/** How a project is packaged. */
export interface Packaging {
  /** A program and its first arguments; default: the project's own `serverless`, else that of the PATH. */
  readonly program?: readonly [file: string, ...args: string[]];
  /** Such as `--stage test`. */
  readonly options?: readonly string[];
  /** Ends it. */
  readonly signal?: AbortSignal | undefined;
}

/** Runs `serverless package` of a project, within two minutes; resolves with the end of its output when it fails. */
export async function packageProject(
  project: string,
  packaging: Packaging = {},
): Promise<string | undefined> {
  const { program = ['serverless'], options = [], signal } = packaging;
  const [file, ...first] = program;
  const bin = join(project, 'node_modules', '.bin');
  const temporary = await makePackagingFolder();
  // Tells plugins that the package is for this machine, where binaries differ from those of Lambda.
  const PATH = [bin, process.env['PATH']].join(delimiter);
  const env = { ...process.env, PATH, LOCAL_LAMBDA: '1', TMPDIR: temporary };
  const problem = await new Promise<string | undefined>((done) => {
    const limits = { timeout: PACKAGE_TIMEOUT_MS, ...(signal && { signal }) };
    const child = spawn(file, [...first, 'package', ...options], { cwd: project, env, ...limits });
    let output = '';
    const take = (chunk: Buffer): void => {
      output = (output + chunk.toString('utf8')).slice(-LIMIT);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.once('error', (error) => done(error.message));
    child.once('close', (code) => done(code === 0 ? undefined : output.trim()));
  });
  await removePackagingFolder(temporary);
  return problem;
}
