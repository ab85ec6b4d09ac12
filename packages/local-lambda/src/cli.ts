#!/usr/bin/env node
/** `local-lambda`: the only file of local-lambda that touches arguments, output, signals and the exit code. */
import { readFile } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import { printLogs } from './cli/logs.ts';
import { type Command, parseCommand, renderHelp } from './cli/options.ts';
import { packageProject } from './cli/package-project.ts';
import { renderInvocation, renderReady } from './cli/render.ts';
import { watchSources } from './cli/watch.ts';
import { LocalLambdaError } from './local-lambda-error.ts';
import { resolveOptions } from './options.ts';
import { type LocalLambda, startLocalLambda } from './start.ts';
import { startDynamodb, tablesOf } from './start-dynamodb.ts';

/** Where the AWS SDKs look for DynamoDB. */
const ENDPOINT = 'AWS_ENDPOINT_URL_DYNAMODB';

// Whoever read the output may be gone (`| head`): what is printed is lost then, and the host serves on.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

try {
  await run(parseCommand(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof LocalLambdaError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}

async function run(command: Command): Promise<void> {
  switch (command.kind) {
    case 'help':
      say(renderHelp());
      break;
    case 'logs':
      await logs(command);
      break;
    case 'serve':
      await serve(command);
      break;
  }
}

async function logs({ logsDir, group, follow }: Extract<Command, { kind: 'logs' }>): Promise<void> {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  process.once('SIGTERM', () => stop.abort());
  process.stdout.once('error', () => stop.abort());
  const write = (text: string) => void process.stdout.write(text);
  await printLogs({ logsDir, group, write, follow: follow ? stop.signal : undefined });
}

async function serve(command: Extract<Command, { kind: 'serve' }>): Promise<void> {
  const { options, envFile, watch } = command;
  const { host: address = '127.0.0.1' } = options;
  if (!['127.0.0.1', '::1', 'localhost'].includes(address)) {
    warn(`--host ${address}: other machines can invoke these functions, and nobody is asked for credentials`);
  }
  // Before anything that takes long.
  resolveOptions(options, 1);
  if (command.packageFirst) await packageHere();
  const given = envFile === undefined ? {} : await readEnvFile(envFile);
  const tables = command.dynamodb && !(ENDPOINT in given) ? await tablesOf(options.packageDir) : [];
  const dynamodb = tables.length > 0 ? await startDynamodb() : undefined;
  const close = async (host?: LocalLambda): Promise<void> => {
    await host?.close();
    await dynamodb?.close();
  };
  for (const table of tables) await dynamodb?.createTable(table);
  const host = await startLocalLambda({
    ...options,
    environment: { ...given, ...(dynamodb && { [ENDPOINT]: dynamodb.endpoint }) },
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
    watchSources({ packageDir, reload, say: (text) => say(`${text}\n`) }),
  );
  let stopping = false;
  const stop = (): void => {
    // The reaper kills what is left.
    if (stopping) process.exit(1);
    stopping = true;
    for (const unwatch of watchers) unwatch();
    say('stopping; once more to kill\n');
    void close(host);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
}

async function packageHere(): Promise<void> {
  say('packaging (serverless package)\n');
  const problem = await packageProject(process.cwd());
  if (problem !== undefined) throw new LocalLambdaError(`serverless package failed:\n${problem}`);
}

async function readEnvFile(path: string): Promise<Record<string, string>> {
  const text = await readFile(path, 'utf8').catch((cause: Error) => {
    throw new LocalLambdaError(`--env-file: ${path} cannot be read (${cause.message})`, { cause });
  });
  return Object.fromEntries(Object.entries(parseEnv(text)).map(([name, value]) => [name, value ?? '']));
}

function say(text: string): void {
  process.stdout.write(text);
}

function warn(message: string): void {
  process.stderr.write(`${message}\n`);
}
