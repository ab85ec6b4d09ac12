import { dirname, resolve } from 'node:path';
import { renderDebuggers } from './launch.ts';
import { renderInvocation, renderReady } from './render.ts';
import type { ServeCommand } from './serve-command.ts';
import { type Project, startHost } from './start-host.ts';
import { watchSources } from './watch.ts';

/**
 * Serves packages on a terminal until the first SIGINT, SIGTERM or SIGHUP; what is in flight ends then, and a second
 * signal ends the process.
 * @param here is packaged first when the command asks for it, and each time when its sources change.
 * @throws LocalLambdaError naming the option, the template's path or the port that is wrong.
 */
export async function serve(command: ServeCommand, here: Project): Promise<void> {
  const { options, watch } = command;
  const lines = collectLines(say);
  const { host, close, packageDirs } = await startHost(command, here, {
    onNotice: warn,
    onReport: (functionName, report) => lines.add(renderInvocation(functionName, report)),
  });
  say(renderDebuggers(host.debuggers));
  say(renderReady(host, options.logsDir));
  const { reload } = host;
  const watchers = (watch ? packageDirs : []).map((packageDir) =>
    watchSources({
      packageDir,
      logsDir: options.logsDir,
      project: command.packageFirst ? here.project : dirname(resolve(packageDir)),
      packageProject: here.packageProject,
      reload,
      say: (text) => say(`${text}\n`),
    }),
  );
  await firstSignal();
  for (const unwatch of watchers) unwatch();
  say('stopping; once more to kill\n');
  await close();
  lines.flush();
}

function firstSignal(): Promise<void> {
  let stopping = false;
  return new Promise((resolve) => {
    const stop = (): void => {
      // The reaper kills what is left.
      if (stopping) process.exit(1);
      stopping = true;
      resolve();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  });
}

/** How long a line waits for more, in ms: a write for each one costs a request more than all that is in it. */
const LINES_MS = 20;

/** Hands on lines in pieces, the first one at once. */
function collectLines(write: (text: string) => void): { add(line: string): void; flush(): void } {
  let text = '';
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    timer = undefined;
    if (text === '') return;
    write(text);
    text = '';
    timer = setTimeout(flush, LINES_MS).unref();
  };
  return {
    flush,
    add: (line) => {
      text += `${line}\n`;
      if (timer === undefined) flush();
    },
  };
}

function say(text: string): void {
  process.stdout.write(text);
}

function warn(message: string): void {
  process.stderr.write(`${message}\n`);
}
