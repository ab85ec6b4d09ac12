import { join } from 'node:path';
import { preparePython } from '@sheep-shed/local-lambda';
import type { LocalDynamodb } from '@sheep-shed/local-lambda/dynamodb';
import { startDynamodb, tablesOf } from '@sheep-shed/local-lambda/dynamodb';
import { OptionError } from '@sheep-shed/options';
import type { BenchOptions } from '../plan/settle-options.ts';
import { AGAINST_NAME } from '../plan/settle-options.ts';
import { type HostName, isEventScenario, targetName } from '../results/names.ts';
import type { FunctionDescription } from '../results/result.ts';
import type { Progress } from '../world/progress.ts';
import { rabbitmqOf } from './broker.ts';
import type { StackName, StackRow } from './catalogue.ts';
import { DEFAULT_STACK_NAMES, STACKS } from './catalogue.ts';
import { claimFolder } from './claim-folder.ts';
import { startHostStack } from './host-stack.ts';
import { startLambdaStack } from './lambda-stack.ts';
import { libraryVersions } from './library-versions.ts';
import type { OtherRevision } from './other-revision.ts';
import { packageOther } from './other-revision.ts';
import { missingCompiler, packageStack } from './package-stack.ts';
import { atSizes } from './sized-package.ts';
import type { Stack } from './stack.ts';
import { localTable } from './table.ts';

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
type LocalOptions = Pick<
  BenchOptions,
  'stack' | 'against' | 'host' | 'connections' | 'openConnections' | 'scenario' | 'megapixels'
> &
  Partial<Pick<BenchOptions, 'memory'>>;

/**
 * Packages stacks and runs the packages on this machine, each on a local-lambda and a table of its own, all
 * on one DynamoDB.
 * @param options `stack`: `undefined` for every default stack that can run here; `against`: another revision of the
 * one stack that is named then.
 * @throws OptionError when a chosen stack cannot run here; nothing is left running then, as after any error.
 */
export async function localStacks(
  root: string,
  options: LocalOptions,
  progress: Progress,
  signal: AbortSignal,
): Promise<OpenStacks> {
  const { stack: chosen, against, host: hosts, connections, openConnections } = options;
  const isEventDriven = options.scenario.some(isEventScenario);
  const rowOf = (source: StackName) => (isEventDriven ? withEvents(STACKS[source]) : STACKS[source]);
  const cleanups: (() => Promise<void> | void)[] = [];
  const close = async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  };
  try {
    const sources = chosen && [...new Set(chosen.map(({ source }) => source))];
    const { packages, notices } = await packageStacks(root, sources, progress, signal, rowOf);
    const named = chosen ?? [...packages.keys()].map((source) => ({ name: source, source }));
    const plain: Packaged[] = named.flatMap(({ name, source }) =>
      hosts.map((host) => ({
        name: targetName(name, host),
        host,
        conditions: STACKS[source].hostConditions ?? [],
        isAlias: targetName(name, host) !== source,
        packageDir: packages.get(source) ?? '',
      })),
    );
    const sizes = await atSizes(plain, options.memory, join(root, '.cache'), progress);
    cleanups.push(sizes.remove);
    const started: Packaged[] = [...sizes.packaged];
    const [first] = named;
    let other: OtherRevision | undefined;
    if (against !== undefined && first !== undefined) {
      other = await packageOther(root, against, first.source, rowOf(first.source), progress, signal);
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
    const logs = await claimFolder(join(root, 'results', 'logs'));
    cleanups.push(() => logs.release());
    const broker = hosts.includes('worker') ? await rabbitmqOf(progress) : undefined;
    if (broker !== undefined) cleanups.push(() => broker.stop());
    const concurrency = Math.max(connections, openConnections);
    const stacks: Stack[] = [];
    const here = { ...options, root, logs: logs.path, progress, signal, cleanups };
    const dynamodb = isEventDriven ? undefined : await openDynamodb(progress, cleanups);
    for (const one of started) {
      const place = { ...here, ...one };
      stacks.push(
        dynamodb === undefined
          ? await startEventStack(place)
          : await startStack({ ...place, dynamodb, broker: broker?.url, concurrency }),
      );
      signal.throwIfAborted();
    }
    const libraries = await libraryVersions(root, [...packages.keys()]);
    return {
      stacks,
      functionsOf: ({ host }) => host?.functions ?? [],
      libraries,
      notices: [...notices, ...sizes.notices, ...(other?.notices ?? [])],
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
  rowOf: (name: StackName) => StackRow = (name) => STACKS[name],
): Promise<StackPackages> {
  const { names, notices } = await runnable(root, chosen, progress);
  // Each takes one core; all have ended when one fails.
  const packaged = await Promise.allSettled(
    names.map(async (name) => {
      const { compiler } = STACKS[name];
      const how =
        compiler === undefined ? '' : `; ${compiler} takes minutes where it has not compiled this yet`;
      const onStart = () => progress.step(`packaging the stack ${name} (sls package${how})`);
      return [name, await packageStack(root, name, rowOf(name), signal, onStart)] as const;
    }),
  );
  const failed = packaged.find((one) => one.status === 'rejected');
  if (failed) throw failed.reason;
  const packages = new Map(packaged.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])));
  return { packages, notices };
}

async function runnable(root: string, chosen: readonly StackName[] | undefined, progress: Progress) {
  const names = chosen ?? DEFAULT_STACK_NAMES;
  for (const name of names) {
    const missing = await missingCompiler(STACKS[name]);
    if (missing !== undefined) throw new OptionError(`--stack ${name} cannot run here: ${missing}`);
  }
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
  /** Whose share of the processor is enforced; absent: all of it. */
  readonly memoryMb?: number;
}

interface StartOptions extends Packaged {
  readonly root: string;
  readonly signal: AbortSignal;
  /** Folder of the log groups of this run. */
  readonly logs: string;
  readonly dynamodb: LocalDynamodb;
  readonly progress: Progress;
  readonly cleanups: (() => Promise<void> | void)[];
  readonly broker: string | undefined;
  /** Calls under way at most. */
  readonly concurrency: number;
}

/** Targets under other names than their own share neither table nor logs with their twins. */
function suffixOf({ isAlias, name }: Packaged): string {
  return isAlias ? `-${name.replace('@', '-')}` : '';
}

/** A stack with the functions that event-driven scenarios measure. */
function withEvents(row: StackRow): StackRow {
  return { ...row, parameters: { ...row.parameters, portraits: 'on' } };
}

async function openDynamodb(progress: Progress, cleanups: StartOptions['cleanups']): Promise<LocalDynamodb> {
  progress.step('starting DynamoDB and local-lambda');
  const dynamodb = await startDynamodb();
  cleanups.push(() => dynamodb.close());
  return dynamodb;
}

async function startEventStack(
  options: Pick<LocalOptions, 'scenario' | 'megapixels'> &
    Omit<StartOptions, 'dynamodb' | 'broker' | 'concurrency'>,
): Promise<Stack> {
  // Other runs need not load AWS's clients of S3 and SQS.
  const { openEventStack } = await import('./event-stack.ts');
  const { stack, close } = await openEventStack({
    ...options,
    logsDir: `${options.logs}${suffixOf(options)}`,
  });
  options.cleanups.push(close);
  return stack;
}

async function startStack(options: StartOptions): Promise<Stack> {
  const { root, name, host: hostName, packageDir, commit, logs, dynamodb, progress, cleanups } = options;
  const [properties] = await tablesOf(packageDir);
  if (properties === undefined) throw new Error(`the template in ${packageDir} has no table`);
  const suffix = suffixOf(options);
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
  const environment = { AWS_ENDPOINT_URL_DYNAMODB: dynamodb.endpoint, SHEEP_SHED_TABLE: TableName };
  const { stack, close } = await startLambdaStack({
    name,
    commit,
    packageDir,
    logsDir,
    cacheDir: join(root, '.cache'),
    environment,
    cpu: options.memoryMb === undefined ? 'full' : 'lambda',
    tableOf: () => table,
    onNotice: progress.line,
  });
  cleanups.push(close);
  return stack;
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
