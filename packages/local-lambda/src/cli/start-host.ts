import { LocalLambdaError } from '../local-lambda-error.ts';
import { type LocalLambdaOptions, resolveOptions } from '../options.ts';
import { type LocalLambda, startLocalLambda } from '../start.ts';
import { startDynamodb, tablesOf } from '../start-dynamodb.ts';
import { readEnvFile } from './env-file.ts';
import { isServerlessProject } from './package-project.ts';
import type { ServeCommand } from './serve-command.ts';

/** Where the AWS SDKs look for DynamoDB. */
const ENDPOINT = 'AWS_ENDPOINT_URL_DYNAMODB';

/** Packages the Serverless project of a folder; resolves with what its tool printed when it fails. */
export type PackageProject = (project: string, signal?: AbortSignal) => Promise<string | undefined>;

/** The project whose package is served, unless the command names packages of others. */
export interface Project {
  readonly project: string;
  readonly packageProject: PackageProject;
  /** Whether a folder without Serverless project means an empty platform; default: it is an error. */
  readonly mayBeEmpty?: boolean;
}

/** Who hears of a host. */
export type HostListeners = Required<Pick<LocalLambdaOptions, 'onNotice'>> &
  Pick<LocalLambdaOptions, 'onLogEvent' | 'onReport'>;

/** A host with what was started for it. */
export interface StartedHost {
  readonly host: LocalLambda;
  /** What it serves; none: an empty platform. */
  readonly packageDirs: readonly string[];
  /** Ends the host, and DynamoDB after it. */
  close(): Promise<void>;
}

/**
 * Starts what a command line asks for: packages the project first, where it is to be, then DynamoDB with the tables
 * of the template, then the host.
 * @param here is packaged first when the command asks for it.
 * @throws LocalLambdaError naming the option, the template's path or the port that is wrong.
 */
export async function startHost(
  command: ServeCommand,
  here: Project,
  listeners: HostListeners,
): Promise<StartedHost> {
  const { options, envFile } = command;
  // Before anything that takes long.
  resolveOptions(options, 1);
  const file = envFile === undefined ? undefined : await readEnvFile(envFile);
  const given = { ...file?.environment, ...options.environment };
  const isEmpty = command.packageFirst && here.mayBeEmpty === true && !isServerlessProject(here.project);
  const packageDirs = isEmpty ? [] : options.packageDir;
  if (isEmpty) {
    listeners.onNotice(
      `${here.project} holds no Serverless project: an empty platform starts, to which AWS's clients bring functions; --package serves a package`,
    );
  } else if (command.packageFirst) {
    listeners.onNotice('packaging (serverless package)');
    const problem = await here.packageProject(here.project);
    if (problem !== undefined) throw new LocalLambdaError(`serverless package failed:\n${problem}`);
  }
  const wantsTables = command.dynamodb && !(ENDPOINT in given);
  const tables = wantsTables ? await tablesOf(packageDirs, options) : [];
  const dynamodb = tables.length > 0 ? await startDynamodb() : undefined;
  try {
    for (const table of tables) await dynamodb?.createTable(table);
    const host = await startLocalLambda({
      ...options,
      packageDir: packageDirs,
      environment: { ...given, ...(dynamodb && { [ENDPOINT]: dynamodb.endpoint }) },
      functionEnvironment: ownVariables(file?.functionEnvironment ?? {}, options.environment),
      ...listeners,
    });
    return {
      host,
      packageDirs,
      close: async () => {
        await host.close();
        await dynamodb?.close();
      },
    };
  } catch (error) {
    await dynamodb?.close();
    throw error;
  }
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
