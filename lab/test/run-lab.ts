import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { labCommand } from '../cli.ts';

const CLI = join(import.meta.dirname, '../cli.ts');
const LIMIT_MS = 180_000;

/** Runs `npm run lab` with some words. */
export function runLab(words: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const options = { timeout: LIMIT_MS, env: { ...process.env, ...environment } };
  return new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [CLI, ...words], options, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? (error === null ? 0 : error.signal), stdout, stderr }),
    );
  });
}

/** Runs the words of `npm run lab` in this process: for what starts no experiment. */
export async function labHere(words: readonly string[]) {
  const output = { stdout: '', stderr: '' };
  const writer = (name: keyof typeof output) => ({
    write: (text: string) => {
      output[name] += text;
    },
  });
  const signal = AbortSignal.timeout(LIMIT_MS);
  const code = await labCommand(words, { stdout: writer('stdout'), stderr: writer('stderr'), signal });
  return { code, ...output };
}
