import { spawn } from 'node:child_process';
import { watch } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';

const SETTLE_MS = 200;
const PACKAGE_TIMEOUT_MS = 120_000;
const IGNORED = new Set(['node_modules', '.git', '.serverless', '.esbuild', '.cache', 'results']);

/** What to do when sources change. */
export interface WatchOptions {
  /** The project is the folder around it. */
  readonly packageDir: string;
  readonly reload: () => Promise<void>;
  readonly say: (message: string) => void;
}

/**
 * Packages the project and reloads the host when a source file changes; several changes at once count as one.
 * @returns stops watching.
 */
export function watchSources({ packageDir, reload, say }: WatchOptions): () => void {
  const project = dirname(resolve(packageDir));
  let timer: NodeJS.Timeout | undefined;
  let running = false;
  let again = false;

  async function update(): Promise<void> {
    if (running) {
      again = true;
      return;
    }
    running = true;
    try {
      const problem = await runPackage(project);
      if (problem === undefined) {
        await reload();
        say('packaged and swapped');
      } else {
        say(`packaging failed, the old code stays:\n${problem}`);
      }
    } catch (error) {
      say(`the old code stays: ${(error as Error).message}`);
    } finally {
      running = false;
      if (again) schedule();
      again = false;
    }
  }

  function schedule(): void {
    clearTimeout(timer);
    timer = setTimeout(() => void update(), SETTLE_MS);
  }

  const watcher = watch(project, { recursive: true }, (_event, file) => {
    if (file !== null && !file.split(sep).some((part) => IGNORED.has(part))) schedule();
  });
  return () => {
    clearTimeout(timer);
    watcher.close();
  };
}

/** Runs `serverless package` of the project; resolves with its output when it fails. */
function runPackage(project: string): Promise<string | undefined> {
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
