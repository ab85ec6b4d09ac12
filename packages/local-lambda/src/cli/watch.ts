import { statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { isServerlessProject } from './package-project.ts';
import type { PackageProject } from './start-host.ts';
import { watchTree } from './watch-tree.ts';

const SETTLE_MS = 200;
const POLL_MS = 500;
/** Written last by `sam build` and by `cdk synth`. */
const LAST_FILES = ['template.yaml', 'template.json', 'template.yml', 'manifest.json'];
const IGNORED = new Set(['node_modules', '.git', '.serverless', '.esbuild', '.cache', 'results']);

/** What to do when sources change. */
export interface WatchOptions {
  readonly packageDir: string;
  /** The folder of its sources. */
  readonly project: string;
  /** What the host writes within it. */
  readonly logsDir: string;
  readonly packageProject: PackageProject;
  readonly reload: () => Promise<void>;
  readonly say: (message: string) => void;
}

/**
 * Packages the project around a package and reloads the host when a source file changes; several changes at once
 * count as one. A package that the Serverless Framework did not make is reloaded when its own tool makes it anew.
 * @returns stops watching.
 */
export function watchSources(options: WatchOptions): () => void {
  return isServerlessProject(options.project) ? watchProject(options) : watchPackage(options);
}

/** Looks at the times of a few files, since these tools replace whole folders. */
function watchPackage({ packageDir, reload, say }: WatchOptions): () => void {
  const stamp = (): string => LAST_FILES.map((name) => changedMs(join(packageDir, name))).join();
  let served = stamp();
  let seen = served;
  const timer = setInterval(() => {
    const before = seen;
    seen = stamp();
    if (seen === served || seen !== before) return;
    served = seen;
    reload().then(
      () => say('swapped'),
      (error: Error) => say(`the old code stays: ${error.message}`),
    );
  }, POLL_MS);
  return () => clearInterval(timer);
}

function changedMs(path: string): number {
  try {
    return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  } catch {
    // Such as a file in the place of its folder, while a tool makes it anew.
    return 0;
  }
}

function watchProject(options: WatchOptions): () => void {
  const { packageDir, logsDir, packageProject, reload, say } = options;
  const project = resolve(options.project);
  const written = [packageDir, logsDir].map((folder) => resolve(folder));
  let timer: NodeJS.Timeout | undefined;
  let running = false;
  let again = false;
  const stopped = new AbortController();

  async function update(): Promise<void> {
    if (running) {
      again = true;
      return;
    }
    running = true;
    try {
      const problem = await packageProject(project, stopped.signal);
      if (stopped.signal.aborted) return;
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
    if (stopped.signal.aborted) return;
    timer = setTimeout(() => void update(), SETTLE_MS);
  }

  const isIgnored = (path: string) => IGNORED.has(basename(path)) || written.includes(path);
  let unwatch = (): void => undefined;
  try {
    unwatch = watchTree(project, isIgnored, schedule);
  } catch (error) {
    say(`sources are not watched: ${(error as Error).message}`);
  }
  return () => {
    stopped.abort();
    clearTimeout(timer);
    unwatch();
  };
}
