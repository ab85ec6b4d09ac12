import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';

const PACKAGE_TIMEOUT_MS = 120_000;
const LIMIT = 4_000;

/** A program and the arguments before those of one call. */
export interface Program {
  readonly file: string;
  readonly args: readonly string[];
}

const SERVERLESS: Program = { file: 'serverless', args: [] };

/**
 * Runs `serverless package` of a project, within two minutes; resolves with the end of its output when it fails.
 * @param program default: the project's own `serverless`, else that of the PATH.
 * @param options such as `--stage test`.
 */
export function packageProject(
  project: string,
  program: Program = SERVERLESS,
  options: readonly string[] = [],
): Promise<string | undefined> {
  return new Promise((done) => {
    const env = {
      ...process.env,
      PATH: [join(project, 'node_modules', '.bin'), process.env['PATH']].join(delimiter),
    };
    const args = [...program.args, 'package', ...options];
    const child = spawn(program.file, args, { cwd: project, env, timeout: PACKAGE_TIMEOUT_MS });
    let output = '';
    const take = (chunk: Buffer): void => {
      output = (output + chunk.toString('utf8')).slice(-LIMIT);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.once('error', (error) => done(error.message));
    child.once('close', (code) => done(code === 0 ? undefined : output.trim()));
  });
}
