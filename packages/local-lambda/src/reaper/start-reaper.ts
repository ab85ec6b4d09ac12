import { type ChildProcess, spawn } from 'node:child_process';
import module from 'node:module';
import { dirname } from 'node:path';
import { programPath } from '../program.ts';

/** The host's end of the reaper. */
export interface Reaper {
  /** Tells of a process group that was started or is gone. */
  track(group: number, alive: boolean): void;
  /** Tells of a folder that goes too if the host dies. */
  own(folder: string): void;
  /** Ends the reaper without killing anything; resolves when it is gone. */
  close(): Promise<void>;
}

const PROGRAM = programPath('./reaper', import.meta.url);
/** A reaper that cannot live is not started for ever. */
const MAX_STARTS = 5;

/**
 * Waits beside the host, in a shell: a Node that does nothing would hold 40 MB. It keeps the lines `+4711` and `/path`,
 * `-4711` takes one back, and `bye` ends it. When the lines end without one, the host has died, by `kill -9` too, and
 * the arguments are run with the lines that are left (see `reaper.ts`).
 */
const WATCH = `
trap '' INT TERM HUP
kept=
while IFS= read -r line; do
  case $line in
    bye) exit ;;
    -*)
      gone="+\${line#-}
"
      case $kept in *"$gone"*) kept="\${kept%%"$gone"*}\${kept#*"$gone"}" ;; esac ;;
    *) kept="$kept$line
" ;;
  esac
done
printf %s "$kept" | "$@"`;

/**
 * Starts the reaper; should it be killed, another one takes over.
 * @param workDir the host's folder, removed if the host dies without doing so.
 */
export function startReaper(workDir: string): Reaper {
  const groups = new Set<number>();
  const folders = new Set<string>();
  const compileCache = module.getCompileCacheDir?.();
  let starts = 0;
  let closing = false;
  let child: ChildProcess = start();

  function start(): ChildProcess {
    starts += 1;
    const reap = [process.execPath, '--no-warnings', PROGRAM, workDir];
    const started = spawn('/bin/sh', ['-c', WATCH, 'local-lambda-reaper', ...reap], {
      // A group of its own, or Ctrl-C in the terminal would reach it as well.
      detached: true,
      // Node makes the folder of its version itself.
      env: compileCache === undefined ? {} : { NODE_COMPILE_CACHE: dirname(compileCache) },
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    started.on('error', () => undefined);
    started.stdin?.on('error', () => undefined);
    started.once('exit', () => {
      if (closing || starts >= MAX_STARTS) return;
      child = start();
      for (const group of groups) child.stdin?.write(`+${group}\n`);
      for (const folder of folders) child.stdin?.write(`${folder}\n`);
    });
    started.unref();
    return started;
  }

  return {
    track: (group, alive) => {
      if (alive) groups.add(group);
      else groups.delete(group);
      child.stdin?.write(`${alive ? '+' : '-'}${group}\n`);
    },
    own: (folder) => {
      folders.add(folder);
      child.stdin?.write(`${folder}\n`);
    },
    close: () =>
      new Promise((resolve) => {
        closing = true;
        if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return resolve();
        child.ref();
        child.once('exit', () => resolve());
        child.stdin?.end('bye\n');
      }),
  };
}
