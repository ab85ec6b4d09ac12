import { join } from 'node:path';
import { preparePython } from '@sheep-shed/local-lambda';
import { startDynamodb, tablesOf } from '@sheep-shed/local-lambda/dynamodb';
import type { StackName } from '../../bench/stacks/catalogue.ts';
import { packageStacks } from '../../bench/stacks/local-stacks.ts';
import type { TableAccess } from '../../bench/stacks/stack.ts';
import { localTable } from '../../bench/stacks/table.ts';
import { type Lab, ROOT } from '../experiment.ts';
import { EVENT_OF, type FunctionName, shortNameOf } from '../reported-host.ts';
import { hostSubjects, type Subject } from './cold-starts.ts';
import { openCpuQuota } from './cpu-quota.ts';
import { QUOTA_VARIABLE, writeBarePackage } from './packages.ts';

/** Stacks whose functions can be started. */
export interface StartedStacks {
  readonly subjects: readonly Subject[];
  readonly tables: readonly TableAccess[];
  readonly packages: ReadonlyMap<StackName, string>;
  /** What the functions find in their environment besides. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Packages stacks and makes a table for each, all on one DynamoDB.
 * @param cpu the share of a CPU that an invocation gets; `undefined`: all of it.
 * @throws OptionError when a chosen stack cannot run here, or the CPU cannot be limited.
 */
export async function openStacks(
  chosen: readonly StackName[] | undefined,
  cpu: number | undefined,
  { progress, signal, atEnd }: Lab,
) {
  const quota = cpu === undefined ? undefined : await openCpuQuota(cpu);
  if (quota !== undefined) atEnd(quota.close);
  const { packages } = await packageStacks(ROOT, chosen, progress, signal);
  const dynamodb = await startDynamodb();
  atEnd(dynamodb.close);
  const tables: TableAccess[] = [];
  const tableNames: string[] = [];
  for (const packageDir of packages.values()) {
    const [properties = {}] = await tablesOf(packageDir);
    const table = await localTable(dynamodb, properties);
    atEnd(table.close);
    tables.push(table);
    tableNames.push(String(properties['TableName']));
  }
  const quotaEnvironment = quota === undefined ? {} : { [QUOTA_VARIABLE]: quota.processesFile };
  const environment = { AWS_ENDPOINT_URL_DYNAMODB: dynamodb.endpoint, ...quotaEnvironment };
  return { packages, tables, tableNames, environment };
}

/** Starts the stacks and, beside them, the bare runtimes. @throws OptionError as {@link openStacks} does. */
export async function startStacks(
  chosen: readonly StackName[] | undefined,
  cpu: number | undefined,
  lab: Lab,
): Promise<StartedStacks> {
  const opened = await openStacks(chosen, cpu, lab);
  const python = await preparePython(join(ROOT, '.cache'), lab.progress.step);
  const bare = join(lab.folder, 'bare');
  await writeBarePackage(bare, python.ready);
  const subjects: Subject[] = [];
  for (const [stack, packageDir] of [['bare', bare] as const, ...opened.packages]) {
    const { environment } = opened;
    const eventOf = (name: string) => EVENT_OF[shortNameOf(name) as FunctionName]?.() ?? {};
    const hosted = await hostSubjects({ stack, packageDir, environment, nameOf: shortNameOf, eventOf }, lab);
    lab.atEnd(hosted.close);
    subjects.push(...hosted.subjects);
  }
  return { ...opened, subjects };
}
