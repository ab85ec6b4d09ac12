import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readTemplates, resourcesOfType, type TemplateSettings } from './deployment-package/template.ts';
import { createTable, TABLE_KEYS } from './dynamodb/create-table.ts';
import { LocalLambdaError } from './local-lambda-error.ts';
import { programPath } from './program.ts';

const SERVER = programPath('./dynamodb/server', import.meta.url);
const START_LIMIT_MS = 20_000;

/** A DynamoDB of our own on this machine. */
export interface LocalDynamodb {
  /** For `AWS_ENDPOINT_URL_DYNAMODB`. */
  readonly endpoint: string;
  /** Credentials that it accepts, which open nothing else. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Creates a table that is ready for use, from the `Properties` of an `AWS::DynamoDB::Table`. */
  createTable(properties: Readonly<Record<string, unknown>>): Promise<void>;
  /** Ends the process and with it all data. */
  close(): Promise<void>;
}

/**
 * The tables of deployment packages: the `Properties` of each `AWS::DynamoDB::Table` of their templates, named by
 * its logical id where the template leaves the name to CloudFormation.
 * @throws LocalLambdaError when a folder holds no template, or one that cannot be resolved here.
 */
export async function tablesOf(
  packageDir: string | readonly string[],
  settings: TemplateSettings = {},
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const templates = await readTemplates([packageDir].flat(), settings);
  return templates.flatMap((loaded) =>
    resourcesOfType(loaded, 'AWS::DynamoDB::Table').map(({ logicalId, properties }) => ({
      TableName: logicalId,
      // What else a table may have is not read, so it need not be known here.
      ...Object.fromEntries(
        TABLE_KEYS.filter((name) => properties[name] !== undefined).map((name) => [name, properties[name]]),
      ),
    })),
  );
}

/**
 * Starts DynamoDB (dynalite) in memory, in a process of its own, which keeps its work off other event loops.
 * The process ends with this one, however this one ends.
 * @throws LocalLambdaError when dynalite is not installed; Error when it does not answer within 20 s.
 */
export async function startDynamodb(): Promise<LocalDynamodb> {
  requireDynalite();
  const child = fork(SERVER, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: [] });
  const exited = once(child, 'exit');
  const port = await Promise.race([
    once(child, 'message', { signal: AbortSignal.timeout(START_LIMIT_MS) }).then(([message]) =>
      portOf(message),
    ),
    exited.then(([code]) => Promise.reject(new Error(`DynamoDB ended at its start with exit code ${code}`))),
  ]).catch((error) => {
    child.kill('SIGKILL');
    throw error;
  });
  const endpoint = `http://127.0.0.1:${port}`;
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return {
    endpoint,
    credentials,
    createTable: (properties) => createTable(endpoint, properties),
    async close() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** It is an optional peer: a host without tables needs none of its 25 packages. */
function requireDynalite(): void {
  try {
    import.meta.resolve('dynalite');
  } catch (cause) {
    throw new LocalLambdaError(
      'the template has DynamoDB tables and dynalite, which serves them here, is not installed: npm install --save-dev dynalite, or --dynamodb off',
      { cause },
    );
  }
}

function portOf(message: unknown): number {
  if (typeof message === 'object' && message !== null && 'port' in message) return Number(message.port);
  throw new Error(`DynamoDB reported no port but ${JSON.stringify(message)}`);
}
