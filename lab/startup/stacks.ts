import { join } from 'node:path';
import type { LocalLambda } from '@sheep-shed/local-lambda';
import { preparePython } from '@sheep-shed/local-lambda';
import { startDynamodb, tablesOf } from '@sheep-shed/local-lambda/dynamodb';
import { OptionError } from '@sheep-shed/options';
import type { LocalStackName } from '../../bench/plan/options.ts';
import { packageStacks } from '../../bench/stacks/local-stacks.ts';
import type { TableAccess } from '../../bench/stacks/stack.ts';
import { localTable } from '../../bench/stacks/table.ts';
import type { Progress } from '../../bench/world/progress.ts';
import type { Subject } from './cold-starts.ts';
import { hostForStarts } from './cold-starts.ts';
import { openCpuQuota } from './cpu-quota.ts';
import type { FunctionName } from './options.ts';
import { instrumentPackage, QUOTA_VARIABLE, writeBarePackage } from './packages.ts';
import { callWith, HERD, passesPerHerd } from './requests.ts';

/** A name is `sheep-shed-<stage>-<stack>-<function>`, and every function has two words. */
const LAST_TWO_WORDS = /[a-z]+-[a-z]+$/;

/** Everything that is started, ready to be measured. */
export interface StartedStacks {
  readonly subjects: readonly Subject[];
  readonly packages: ReadonlyMap<LocalStackName, string>;
  /** What the functions of a stack find in their environment besides. */
  readonly environment: Readonly<Record<string, string>>;
  /** Makes the tables ready for a pass. */
  prepare(pass: number): Promise<void>;
  close(): Promise<void>;
}

/** What is to be started, and where. */
export interface StartStacksOptions {
  readonly root: string;
  /** For packages that are made for this run. */
  readonly folder: string;
  readonly chosen: readonly LocalStackName[] | undefined;
  /** Share of a CPU that an invocation gets; `undefined`: all of it. */
  readonly cpu: number | undefined;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/**
 * Starts the stacks and the bare runtimes.
 * @throws OptionError when a chosen stack cannot start here, or the CPU cannot be limited.
 */
export async function startStacks(options: StartStacksOptions): Promise<StartedStacks> {
  const { root, folder, chosen, cpu, progress, signal } = options;
  const cleanups: (() => Promise<void> | void)[] = [];
  const close = async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  };
  try {
    const quota = cpu === undefined ? undefined : await openCpuQuota(cpu);
    if (quota !== undefined) cleanups.push(() => quota.close());
    const { packages } = await packageStacks(root, chosen, progress, signal).catch((error: Error) => {
      signal.throwIfAborted();
      const named = chosen === undefined ? 'a stack' : `--stack ${chosen.join(' ')}`;
      throw error instanceof OptionError
        ? error
        : new OptionError(`${named} cannot start: ${error.message}`, { cause: error });
    });
    const python = await preparePython(join(root, '.cache'), progress.step);
    const bare = join(folder, 'bare');
    await writeBarePackage(bare, python.ready);
    const dynamodb = await startDynamodb();
    cleanups.push(() => dynamodb.close());
    const environment = { AWS_ENDPOINT_URL_DYNAMODB: dynamodb.endpoint };
    const tables: TableAccess[] = [];
    const subjects: Subject[] = [];
    for (const [stack, packageDir] of [['bare', bare], ...packages] as [string, string][]) {
      const isBare = stack === 'bare';
      if (!isBare) {
        const [properties] = await tablesOf(packageDir);
        const table = await localTable(dynamodb, properties ?? {});
        cleanups.push(() => table.close());
        tables.push(table);
      }
      const instrumented = join(folder, `instrumented-${stack}`);
      await instrumentPackage(packageDir, instrumented);
      const starting = await hostForStarts({
        stack,
        packageDir: instrumented,
        logsDir: join(folder, 'logs', stack),
        cacheDir: join(root, '.cache'),
        environment: {
          ...(isBare ? {} : environment),
          ...(quota === undefined ? {} : { [QUOTA_VARIABLE]: quota.processesFile }),
        },
        progress,
        shortName: (name) => LAST_TWO_WORDS.exec(name)?.[0] ?? name,
        call: isBare ? callBare : callFunction,
      });
      cleanups.push(() => starting.close());
      subjects.push(...starting.subjects);
    }
    return {
      subjects,
      packages,
      environment,
      close,
      async prepare(pass) {
        if (pass % passesPerHerd(1) === 0) for (const table of tables) await table.load(HERD.sheep);
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function callBare(host: LocalLambda, name: string): Promise<void> {
  const { errorType, payload } = await host.invoke(name, {});
  if (errorType !== undefined) throw new Error(`${name} failed: ${JSON.stringify(payload)}`);
}

async function callFunction(host: LocalLambda, name: string): Promise<void> {
  await callWith(LAST_TWO_WORDS.exec(name)?.[0] as FunctionName)(host, name);
}
