import { execFile } from 'node:child_process';
import { join } from 'node:path';

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
