#!/usr/bin/env node
/** `local-lambda`: the command line. */
import { OptionError } from '@sheep-shed/options';
import { type Command, parseCommand } from './cli/command.ts';
import type { LogsCommand } from './cli/logs-options.ts';
import { packageProject } from './cli/package-project.ts';
import type { Project } from './cli/start-host.ts';
import { LocalLambdaError } from './local-lambda-error.ts';
import { printLogs } from './logs/print-logs.ts';

const HERE: Project = {
  project: process.cwd(),
  packageProject: (project, signal) => packageProject(project, { signal }),
};

// Whoever read the output may be gone (`| head`): what is printed is lost then, and the host serves on.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

try {
  await run(parseCommand(process.argv.slice(2), process.env));
} catch (error) {
  if (!(error instanceof LocalLambdaError || error instanceof OptionError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}

async function run(command: Command): Promise<void> {
  switch (command.kind) {
    case 'show':
      process.stdout.write(command.text);
      break;
    case 'logs':
      await logs(command);
      break;
    case 'event': {
      const { renderSample } = await import('./cli/event.ts');
      process.stdout.write(renderSample(command));
      break;
    }
    case 'ps':
    case 'drop':
    case 'redrive': {
      const { listEnvironments, dropEnvironments, redriveEvents } = await import('./cli/instances.ts');
      const write = (text: string) => void process.stdout.write(text);
      if (command.kind === 'redrive') process.exitCode = await redriveEvents(command, write);
      else if (command.kind === 'ps') await listEnvironments(command, write, Date.now());
      else process.exitCode = await dropEnvironments(command, write);
      break;
    }
    case 'invoke': {
      const { invokeOnce } = await import('./cli/invoke.ts');
      process.exitCode = await invokeOnce(command, HERE, process);
      break;
    }
    case 'serve': {
      const { serve } = await import('./cli/serve.ts');
      await serve(command, { ...HERE, mayBeEmpty: true });
      break;
    }
  }
}

async function logs({ logsDir, group, follow, host }: LogsCommand): Promise<void> {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  process.once('SIGTERM', () => stop.abort());
  process.stdout.once('error', () => stop.abort());
  const write = (text: string) => void process.stdout.write(text);
  if (host !== undefined) {
    const { askHost } = await import('./cli/host-client.ts');
    const query = new URLSearchParams({ ...(group && { function: group }), follow: String(follow) });
    return askHost(host, 'GET', `logs?${query}`, write, stop.signal);
  }
  await printLogs({ logsDir, group, write, follow: follow ? stop.signal : undefined });
}
