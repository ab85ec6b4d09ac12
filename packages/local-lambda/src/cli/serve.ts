import { dirname, resolve } from 'node:path';
import { LocalLambdaError } from '../local-lambda-error.ts';
import { type LocalLambdaOptions, resolveOptions } from '../options.ts';
import { type LocalLambda, startLocalLambda } from '../start.ts';
import { startDynamodb, tablesOf } from '../start-dynamodb.ts';
import { readEnvFile } from './env-file.ts';
import type { ServeCommand } from './options.ts';
import { renderInvocation, renderReady } from './render.ts';
import { watchSources } from './watch.ts';

/** Where the AWS SDKs look for DynamoDB. */
const ENDPOINT = 'AWS_ENDPOINT_URL_DYNAMODB';

/** Packages the Serverless project of a folder; resolves with what its tool printed when it fails. */
export type PackageProject = (project: string, signal?: AbortSignal) => Promise<string | undefined>;

/** The project whose package is served, unless the command names packages of others. */
export interface Project {
  readonly project: string;
  readonly packageProject: PackageProject;
}

/**
 * Serves packages on a terminal until the first SIGINT, SIGTERM or SIGHUP; what is in flight ends then, and a second
 * signal ends the process.
 * @param here is packaged first when the command asks for it, and each time when its sources change.
 * @throws LocalLambdaError naming the option, the template's path or the port that is wrong.
 */
export async function serve(command: ServeCommand, here: Project): Promise<void> {
  const { options, envFile, watch } = command;
  // Before anything that takes long.
  resolveOptions(options, 1);
  const file = envFile === undefined ? undefined : await readEnvFile(envFile);
  const given = { ...file?.environment, ...options.environment };
  if (command.packageFirst) {
    say('packaging (serverless package)\n');
    const problem = await here.packageProject(here.project);
    if (problem !== undefined) throw new LocalLambdaError(`serverless package failed:\n${problem}`);
  }
  const wantsTables = command.dynamodb && !(ENDPOINT in given);
  const tables = wantsTables ? await tablesOf(options.packageDir, options) : [];
  const dynamodb = tables.length > 0 ? await startDynamodb() : undefined;
  const close = async (host?: LocalLambda): Promise<void> => {
    await host?.close();
    await dynamodb?.close();
  };
  for (const table of tables) await dynamodb?.createTable(table);
  const host = await startLocalLambda({
    ...options,
    environment: { ...given, ...(dynamodb && { [ENDPOINT]: dynamodb.endpoint }) },
    functionEnvironment: ownVariables(file?.functionEnvironment ?? {}, options.environment),
    onNotice: warn,
    onLogEvent: (group, message) => {
      const line = renderInvocation(group, message);
      if (line !== undefined) say(`${line}\n`);
    },
  }).catch(async (error) => {
    await close();
    throw error;
  });
  say(renderReady(host));
  const { reload } = host;
  const watchers = (watch ? options.packageDir : []).map((packageDir) =>
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
  await close(host);
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

/** What the command line says of a variable beats what the file says of it for one function. */
function ownVariables(
  byFunction: NonNullable<LocalLambdaOptions['functionEnvironment']>,
  environment: LocalLambdaOptions['environment'],
): NonNullable<LocalLambdaOptions['functionEnvironment']> {
  return Object.fromEntries(
    Object.entries(byFunction).map(([name, variables]) => [name, { ...variables, ...environment }]),
  );
}

function say(text: string): void {
  process.stdout.write(text);
}

function warn(message: string): void {
  process.stderr.write(`${message}\n`);
}
