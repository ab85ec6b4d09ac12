import { join } from 'node:path';
import {
  CloudFormationClient,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import type { StackName } from '../bench/stacks/catalogue.ts';
import { parametersOf, STACKS } from '../bench/stacks/catalogue.ts';
import { type AccessKey, clientSettings, ROOT_KEY } from './account.ts';
import { childEnvironment } from './emulator.ts';
import type { Run } from './run.ts';

/** Runs one named step; what it resolves to is printed behind its time. */
export type Step = (name: string, run: () => Promise<string>) => Promise<void>;

/** What the rehearsal of one stack works with. */
export interface StackRehearsal {
  readonly stack: StackName;
  /** The project, for its commands. */
  readonly root: string;
  /** The emulator's folder. */
  readonly workDir: string;
  /** A copy of the project that may be changed. */
  readonly project: string;
  readonly endpoint: string;
  /** Key of a user with docs/deployer-policy.json. */
  readonly deployer: AccessKey;
  /** Key of a user with docs/measurer-policy.json. */
  readonly measurer: AccessKey;
  readonly run: Run;
  readonly step: Step;
}

/** Runs the command that a user would type and gives what it printed. */
export type Sls = (...args: string[]) => Promise<string>;

/** The stage that is rehearsed. */
export const STAGE = 'dev';

/** Name of the policy that bounds the functions' roles. */
export const BOUNDARY = 'sheep-shed-boundary';

/** The architecture of this machine, as a parameter: `sharp` is installed and Rust compiled here for no other. */
export const OWN_ARCHITECTURE = process.arch === 'arm64' ? 'arm64' : 'x86_64';

/** Milliseconds after which a command is given up. */
export const COMMAND_LIMIT_MS = 90_000;

/** … where it compiles. */
const COMPILE_LIMIT_MS = 30 * 60_000;

/** The functions of the contract, as their names end. */
export const FUNCTIONS = ['post-sheep', 'get-dog', 'get-cat', 'delete-wolf'] as const;

/**
 * The real command line in the folder of a stack.
 * @param args stand before every command's own. @param environment stands over that of the deployer.
 */
export function serverless(
  { stack, project, endpoint, deployer, run }: StackRehearsal,
  args: readonly string[] = ['--stage', STAGE, `--param=boundary=${BOUNDARY}`],
  environment: NodeJS.ProcessEnv = {},
): Sls {
  const { folder, compiler } = STACKS[stack];
  const own = compiler === undefined ? [] : [`--param=architecture=${OWN_ARCHITECTURE}`];
  return (...command) =>
    run(
      join(project, 'node_modules/.bin/serverless'),
      [...command, ...parametersOf(STACKS[stack]), ...own, ...args],
      {
        cwd: join(project, folder),
        env: { ...childEnvironment(endpoint, deployer), ...environment },
        limitMs: compiler === undefined ? COMMAND_LIMIT_MS : COMPILE_LIMIT_MS,
      },
    );
}

/** Name of a stack's table, and the beginning of its functions' names. */
export function nameOf(stack: StackName): string {
  return `sheep-shed-${STAGE}-${stack}`;
}

/** Name of a stack of CloudFormation. */
export function stackNameOf(stack: StackName): string {
  return `sheep-shed-${stack}-${STAGE}`;
}

/** The key of a function in `serverless.yml`. */
export function functionKey(name: string): string {
  return name.replace(/-(.)/, (_dash, letter: string) => letter.toUpperCase());
}

/** The id of the deployed API. @throws Error when the stack tells none. */
export async function apiId(endpoint: string, stack: StackName): Promise<string> {
  const StackName = stackNameOf(stack);
  const client = new CloudFormationClient(clientSettings(endpoint, ROOT_KEY));
  try {
    const { Stacks: [found] = [] } = await client.send(new DescribeStacksCommand({ StackName }));
    const id = found?.Outputs?.find(({ OutputKey }) => OutputKey === 'HttpApiId')?.OutputValue;
    if (id === undefined) throw new Error(`the stack ${StackName} has no output HttpApiId`);
    return id;
  } finally {
    client.destroy();
  }
}

/** The names of a stack's resources, by their names in the template. */
export async function placesOf(endpoint: string, stack: StackName): Promise<(logicalId: string) => string> {
  const client = new CloudFormationClient(clientSettings(endpoint, ROOT_KEY));
  const asked = new DescribeStackResourcesCommand({ StackName: stackNameOf(stack) });
  const { StackResources = [] } = await client.send(asked).finally(() => client.destroy());
  return (logicalId) => {
    const found = StackResources.find((one) => one.LogicalResourceId === logicalId)?.PhysicalResourceId;
    if (found === undefined) throw new Error(`the stack ${stackNameOf(stack)} has no ${logicalId}`);
    return found;
  };
}

/** The address that the emulator has for an API; the output of the stack is the one that AWS would have. */
export function apiUrl(endpoint: string, id: string): string {
  return `${endpoint}/_aws/execute-api/${id}/%24default`;
}

/** @throws Error with the end of the output when it does not hold the pattern. */
export function expectText(output: string, pattern: RegExp): void {
  if (!pattern.test(output)) throw new Error(`expected ${pattern} in:\n${output.slice(-2000)}`);
}
