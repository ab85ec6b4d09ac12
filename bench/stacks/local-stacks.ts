import { join } from 'node:path';
import type { LocalLambda } from '@sheep-shed/local-lambda';
import { preparePython, startLocalLambda } from '@sheep-shed/local-lambda';
import type { LocalDynamodb } from '@sheep-shed/local-lambda/dynamodb';
import { startDynamodb, tablesOf } from '@sheep-shed/local-lambda/dynamodb';
import { logFolder, type Window } from '@sheep-shed/log-insights';
import { listInvocations, summariseReports } from '@sheep-shed/log-insights/report-lines';
import { OptionError } from '@sheep-shed/options';
import type { BenchOptions } from '../plan/settle-options.ts';
import { AGAINST_NAME } from '../plan/settle-options.ts';
import { type HostName, targetName } from '../results/names.ts';
import type { FunctionDescription } from '../results/result.ts';
import type { Progress } from '../world/progress.ts';
import { rabbitmqOf } from './broker.ts';
import type { StackName } from './catalogue.ts';
import { DEFAULT_STACK_NAMES, STACKS } from './catalogue.ts';
import { claimFolder } from './claim-folder.ts';
import { startHostStack } from './host-stack.ts';
import { lambdaCpu } from './lambda-cpu.ts';
import { libraryVersions } from './library-versions.ts';
import type { OtherRevision } from './other-revision.ts';
import { packageOther } from './other-revision.ts';
import { packageStack } from './package-stack.ts';
import type { LogAccess, Stack } from './stack.ts';
import { localTable } from './table.ts';

/** A name is `sheep-shed-<stage>-<stack>-<function>`, and every function has two words. */
const LAST_TWO_WORDS = /[a-z]+-[a-z]+$/;

/** Stacks that are ready to be measured, and what a reader must know of those that are not. */
export interface OpenStacks {
  readonly stacks: readonly Stack[];
  /** Empty where nobody told of a stack's functions. */
  readonly functionsOf: (stack: Stack) => readonly FunctionDescription[];
  /** Versions of what the stacks run on besides Node, by name; empty where nobody told. */
  readonly libraries: Readonly<Record<string, string>>;
  readonly notices: readonly string[];
  close(): Promise<void>;
}

/** What decides which stacks run here. */
type LocalOptions = Pick<BenchOptions, 'stack' | 'against' | 'host' | 'connections' | 'openConnections'>;

/**
 * Packages stacks and runs the packages on this machine, each on a local-lambda and a table of its own, all
 * on one DynamoDB.
 * @param options `stack`: `undefined` for every default stack that can run here; `against`: another revision of the
 * one stack that is named then.
 * @throws OptionError when a chosen stack cannot run here; nothing is left running then, as after any error.
 */
export async function localStacks(
  root: string,
  { stack: chosen, against, host: hosts, connections, openConnections }: LocalOptions,
  progress: Progress,
  signal: AbortSignal,
): Promise<OpenStacks> {
  const cleanups: (() => Promise<void> | void)[] = [];
  const close = async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  };
  try {
    const sources = chosen && [...new Set(chosen.map(({ source }) => source))];
    const { packages, notices } = await packageStacks(root, sources, progress, signal);
    const named = chosen ?? [...packages.keys()].map((source) => ({ name: source, source }));
    const started: Packaged[] = named.flatMap(({ name, source }) =>
      hosts.map((host) => ({
        name: targetName(name, host),
        host,
        conditions: STACKS[source].hostConditions ?? [],
        isAlias: targetName(name, host) !== source,
        packageDir: packages.get(source) ?? '',
      })),
    );
    const [first] = named;
    let other: OtherRevision | undefined;
    if (against !== undefined && first !== undefined) {
      other = await packageOther(root, against, first.source, STACKS[first.source], progress, signal);
      const { packageDir, commit } = other;
      const target = {
        name: AGAINST_NAME,
        host: 'lambda',
        conditions: [],
        isAlias: true,
        packageDir,
      } as const;
      started.push({ ...target, ...(commit && { commit }) });
    }
    progress.step('starting DynamoDB and local-lambda');
    const dynamodb = await startDynamodb();
    cleanups.push(() => dynamodb.close());
    const logs = await claimFolder(join(root, 'results', 'logs'));
    cleanups.push(() => logs.release());
    const broker = hosts.includes('worker') ? await rabbitmqOf(progress) : undefined;
    if (broker !== undefined) cleanups.push(() => broker.stop());
    const concurrency = Math.max(connections, openConnections);
    const stacks: Stack[] = [];
    for (const one of started) {
      const here = { ...one, root, logs: logs.path, dynamodb, progress, cleanups };
      stacks.push(await startStack({ ...here, broker: broker?.url, concurrency }));
      signal.throwIfAborted();
    }
    const libraries = await libraryVersions(root, [...packages.keys()]);
    return {
      stacks,
      functionsOf: ({ host }) => host?.functions ?? [],
      libraries,
      notices: [...notices, ...(other?.notices ?? [])],
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Deployment packages by stack, and what a reader must know of the stacks that have none. */
export interface StackPackages {
  readonly packages: ReadonlyMap<StackName, string>;
  readonly notices: readonly string[];
}

/**
 * Packages the stacks that can run here.
 * @param chosen `undefined` for every default stack that can run here.
 * @throws OptionError when a chosen stack cannot run here.
 */
export async function packageStacks(
  root: string,
  chosen: readonly StackName[] | undefined,
  progress: Progress,
  signal: AbortSignal,
): Promise<StackPackages> {
  const { names, notices } = await runnable(root, chosen, progress);
  // Each takes one core; all have ended when one fails.
  const packaged = await Promise.allSettled(
    names.map(async (name) => {
      const onStart = () => progress.step(`packaging the stack ${name} (sls package)`);
      return [name, await packageStack(root, name, STACKS[name], signal, onStart)] as const;
    }),
  );
  const failed = packaged.find((one) => one.status === 'rejected');
  if (failed) throw failed.reason;
  const packages = new Map(packaged.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])));
  return { packages, notices };
}

async function runnable(root: string, chosen: readonly StackName[] | undefined, progress: Progress) {
  const names = chosen ?? DEFAULT_STACK_NAMES;
  const needPython = names.filter((name) => STACKS[name].runtime.startsWith('python'));
  if (needPython.length === 0) return { names, notices: [] };
  const python = await preparePython(join(root, '.cache'), progress.step);
  if (python.ready) return { names, notices: [] };
  if (chosen !== undefined)
    throw new OptionError(`--stack ${needPython[0]} cannot run here: ${python.reason}`);
  const notice = `measuring without ${needPython.join(' and ')}: ${python.reason}`;
  progress.line(notice);
  return { names: names.filter((name) => !needPython.includes(name)), notices: [notice] };
}

interface Packaged {
  readonly name: string;
  readonly host: HostName;
  readonly conditions: readonly string[];
  /** Whether it runs under another name than its own, and must share neither table nor logs with its twin. */
  readonly isAlias: boolean;
  readonly packageDir: string;
  readonly commit?: string;
}

interface StartOptions extends Packaged {
  readonly root: string;
  /** Folder of the log groups of this run. */
  readonly logs: string;
  readonly dynamodb: LocalDynamodb;
  readonly progress: Progress;
  readonly cleanups: (() => Promise<void> | void)[];
  readonly broker: string | undefined;
  /** Calls under way at most. */
  readonly concurrency: number;
}

async function startStack(options: StartOptions): Promise<Stack> {
  const {
    root,
    name,
    host: hostName,
    isAlias,
    packageDir,
    commit,
    logs,
    dynamodb,
    progress,
    cleanups,
  } = options;
  const [properties] = await tablesOf(packageDir);
  if (properties === undefined) throw new Error(`the template in ${packageDir} has no table`);
  const suffix = isAlias ? `-${name.replace('@', '-')}` : '';
  const TableName = `${properties['TableName']}${suffix}`;
  const table = await localTable(dynamodb, { ...properties, TableName });
  cleanups.push(() => table.close());
  const logsDir = `${logs}${suffix}`;
  if (hostName !== 'lambda') {
    const { stack, close } = await startHostStack({
      ...options,
      host: hostName,
      logsDir,
      table,
      environment: hostEnvironment(dynamodb, TableName),
      onLine: progress.line,
    });
    cleanups.push(close);
    return stack;
  }
  const host = await startLocalLambda({
    packageDir,
    logsDir,
    cacheDir: join(root, '.cache'),
    environment: { AWS_ENDPOINT_URL_DYNAMODB: dynamodb.endpoint, SHEEP_SHED_TABLE: TableName },
    onNotice: progress.line,
  });
  cleanups.push(() => host.close());
  const functions = host.functions.map(describe);
  return {
    name,
    ...(commit !== undefined && { commit }),
    url: host.url,
    table,
    host: { functions, dropEnvironments: () => host.dropEnvironments(), settle: () => host.flushLogs() },
    logs: logsOf(functions, logsDir),
    cold: {
      force: (functionName) => host.dropEnvironments(fullName(functions, functionName)),
      restore: async () => undefined,
    },
    cpu: lambdaCpu(
      (functionName) => fullName(functions, functionName),
      logsDir,
      () => host.flushLogs(),
    ),
  };
}

/** What a host that is not Lambda finds its table by, as Lambda's functions are told it. */
function hostEnvironment({ endpoint, credentials }: LocalDynamodb, table: string): Record<string, string> {
  return {
    SHEEP_SHED_TABLE: table,
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    AWS_REGION: 'local',
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
}

function fullName(functions: readonly FunctionDescription[], functionName: string): string {
  const name = functions.find((one) => one.function === functionName)?.name;
  if (name === undefined) throw new Error(`the deployment package has no function ${functionName}`);
  return name;
}

function describe({
  name,
  runtime,
  architecture,
  memorySizeMb,
  packageBytes,
}: LocalLambda['functions'][number]): FunctionDescription {
  const short = LAST_TWO_WORDS.exec(name)?.[0] ?? name;
  return { function: short, name, runtime, architecture, memorySizeMb, packageBytes };
}

/** The logs on disk, which hold all invocations that ended before the host was told to settle. */
function logsOf(functions: readonly FunctionDescription[], folder: string): LogAccess {
  const source = logFolder(folder);
  const queryOf = (name: string, window: Window) => ({
    groups: [`/aws/lambda/${name}`],
    window,
    now: window.to,
  });
  return {
    isImmediate: true,
    async summarise(functionName, windows) {
      const name = fullName(functions, functionName);
      const hull = { from: windows[0]?.from ?? 0, to: windows.at(-1)?.to ?? 0 };
      const summaries = await summariseReports(source, { ...queryOf(name, hull), parts: windows });
      return { summary: summaries.get(name), problem: undefined };
    },
    async list(functionName, window) {
      const query = queryOf(fullName(functions, functionName), window);
      const invocations = await listInvocations(source, query);
      return { invocations, problem: undefined };
    },
  };
}
