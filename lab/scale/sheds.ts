import { join } from 'node:path';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { startLocalLambda } from '@sheep-shed/local-lambda';
import type { LocalDynamodb } from '@sheep-shed/local-lambda/dynamodb';
import { startDynamodb, tablesOf } from '@sheep-shed/local-lambda/dynamodb';
import { makeHerd } from '../../bench/herd/make-herd.ts';
import { packageStack } from '../../bench/stacks/package-stack.ts';
import { localTable } from '../../bench/stacks/table.ts';
import type { Progress } from '../../bench/world/progress.ts';

const ANSWER_LIMIT_MS = 30_000;
const SOURCES = { name: 'ts', folder: '.', sources: ['src/**/*.ts', 'serverless.yml', 'package-lock.json'] };
const REPORT = /^REPORT .*\tDuration: ([\d.]+) ms\t.*\tMax Memory Used: (\d+) MB\t/;

/** What REPORT tells of one invocation. */
export interface Reported {
  readonly durationMs: number;
  /** Peak of its execution environment so far. */
  readonly memoryMb: number;
}

/** A shed of a certain size, with the TypeScript functions on a local-lambda of their own. */
export interface SizedShed {
  readonly size: number;
  readonly table: string;
  /** How many weights of its herd are prime. */
  readonly primes: number;
  /**
   * Calls a function over HTTP.
   * @throws Error when it answers with another status than those expected.
   */
  call(name: string, method: string, path: string, statuses: readonly number[]): Promise<void>;
  /** What REPORT told of a function since this was last asked, oldest first. */
  reported(name: string): Promise<readonly Reported[]>;
  /** Read request units of a scan as DynamoDB counts them. */
  readUnits(scan: { readonly isCount: boolean; readonly limit?: number }): Promise<number>;
}

/** Several sheds on one DynamoDB. */
export interface Sheds {
  readonly dynamodb: LocalDynamodb;
  readonly sheds: readonly SizedShed[];
  close(): Promise<void>;
}

/** Packages the TypeScript stack and starts a shed of each size; nothing is left running after an error. */
export async function startSheds(
  root: string,
  sizes: readonly number[],
  progress: Progress,
  signal: AbortSignal,
): Promise<Sheds> {
  const cleanups: (() => Promise<void> | void)[] = [];
  const close = async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  };
  try {
    const packageDir = await packageStack(root, SOURCES, signal, () =>
      progress.step('packaging the stack ts (sls package)'),
    );
    const dynamodb = await startDynamodb();
    cleanups.push(() => dynamodb.close());
    const sheds: SizedShed[] = [];
    for (const size of sizes) {
      progress.step(`loading ${size} sheep`);
      sheds.push(await startShed(root, packageDir, size, dynamodb, cleanups));
      signal.throwIfAborted();
    }
    return { dynamodb, sheds, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startShed(
  root: string,
  packageDir: string,
  size: number,
  dynamodb: LocalDynamodb,
  cleanups: (() => Promise<void> | void)[],
): Promise<SizedShed> {
  const [properties] = await tablesOf(packageDir);
  if (properties === undefined) throw new Error(`the template in ${packageDir} has no table`);
  const TableName = `sheep-shed-scale-${size}`;
  const table = await localTable(dynamodb, { ...properties, TableName });
  cleanups.push(() => table.close());
  const herd = makeHerd(size, 1);
  await table.load(herd.sheep);
  const reports = new Map<string, Reported[]>();
  const host = await startLocalLambda({
    packageDir,
    logsDir: join(root, 'results', 'logs'),
    cacheDir: join(root, '.cache'),
    environment: { AWS_ENDPOINT_URL_DYNAMODB: dynamodb.endpoint, SHEEP_SHED_TABLE: TableName },
    onLogEvent(group, message) {
      const [, duration, memory] = REPORT.exec(message) ?? [];
      const name = /[a-z]+-[a-z]+$/.exec(group)?.[0];
      if (duration === undefined || memory === undefined || name === undefined) return;
      reports.set(name, [
        ...(reports.get(name) ?? []),
        { durationMs: Number(duration), memoryMb: Number(memory) },
      ]);
    },
  });
  cleanups.push(() => host.close());
  return {
    size,
    table: TableName,
    primes: herd.primes.length,
    async call(name, method, path, statuses) {
      const answer = await fetch(host.url + path, { method, signal: AbortSignal.timeout(ANSWER_LIMIT_MS) });
      const body = await answer.text();
      if (!statuses.includes(answer.status)) {
        throw new Error(`${name} on ${size} sheep answered ${answer.status} ${body}`);
      }
    },
    async reported(name) {
      await host.flushLogs();
      const found = reports.get(name) ?? [];
      reports.delete(name);
      return found;
    },
    readUnits: (scan) => readUnitsOf(dynamodb, TableName, scan),
  };
}

async function readUnitsOf(
  { endpoint, credentials }: LocalDynamodb,
  TableName: string,
  { isCount, limit }: { readonly isCount: boolean; readonly limit?: number },
): Promise<number> {
  const client = new DynamoDBClient({ endpoint, credentials, region: 'local' });
  try {
    let units = 0;
    let ExclusiveStartKey: ScanCommand['input']['ExclusiveStartKey'];
    do {
      const scan = new ScanCommand({
        TableName,
        ReturnConsumedCapacity: 'TOTAL',
        ...(isCount ? { Select: 'COUNT' } : {}),
        ...(limit === undefined ? {} : { Limit: limit }),
        ExclusiveStartKey,
      });
      const { ConsumedCapacity, LastEvaluatedKey } = await client.send(scan);
      units += ConsumedCapacity?.CapacityUnits ?? Number.NaN;
      ExclusiveStartKey = LastEvaluatedKey;
    } while (ExclusiveStartKey !== undefined);
    return units;
  } finally {
    client.destroy();
  }
}
