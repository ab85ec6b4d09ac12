import { watch } from 'node:fs';
import { dirname, resolve, sep } from 'node:path';
import { packageProject } from './package-project.ts';

const SETTLE_MS = 200;
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
      const problem = await packageProject(project);
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
