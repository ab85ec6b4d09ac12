import { spawn } from 'node:child_process';
import { join } from 'node:path';

const PACKAGE_TIMEOUT_MS = 120_000;

/** Runs `serverless package` of a project, within two minutes; resolves with its output when it fails. */
export function packageProject(project: string): Promise<string | undefined> {
  return new Promise((done) => {
    const program = join(project, 'node_modules', '.bin', 'serverless');
    const child = spawn(program, ['package'], { cwd: project, timeout: PACKAGE_TIMEOUT_MS });
    let output = '';
    const take = (chunk: Buffer): void => {
      output = (output + chunk.toString('utf8')).slice(-4_000);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.once('error', (error) => done(error.message));
    child.once('close', (code) => done(code === 0 ? undefined : output.trim()));
  });
}
