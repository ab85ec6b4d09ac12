import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CloudWatchLogsClient, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { IamSigner } from '../bench/stacks/iam-signer.ts';
import { dynamodbTable } from '../test/contracts/dynamodb-table.ts';
import { fetchFrom } from '../test/contracts/fetch-from.ts';
import { checksFor, type HttpTarget, type TargetFaults } from '../test/contracts/http.ts';
import { clientSettings, ROOT_KEY } from './account.ts';

/** Checks that this version of the emulator fails whatever is deployed, each with the reason. */
const EMULATOR_FAULTS: Readonly<Record<string, string>> = {
  'POST /sheep/%2537 → 400':
    'it leaves %25 escaped in a path and says that AWS does, so the message of the 400 quotes %2537',
};

/** Checks that are not run, each with the reason. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  '200 simultaneous POSTs of one tattoo: one 201':
    'the emulator starts a process for each at once and gives up; local-lambda holds it',
};

const LOG_LIMIT_MS = 5000;
const LOG_INTERVAL_MS = 100;

/** A deployed stack, with all that the contract can ask for. */
export interface ContractTarget {
  readonly endpoint: string;
  /** Address of the API. */
  readonly url: string;
  readonly table: string;
  /** Names of the functions' log groups. */
  readonly logGroups: readonly string[];
  /** The emulator's folder, in which the file `faults.json` makes its DynamoDB fail. */
  readonly workDir: string;
}

/**
 * Runs the HTTP contract, the table and faults of the database included.
 * @returns how many checks held, and each that the emulator fails, with the reason.
 * @throws Error naming every check that failed otherwise, or that the emulator no longer fails.
 */
export async function checkContract(target: ContractTarget): Promise<string> {
  const settings = clientSettings(target.endpoint, ROOT_KEY);
  const dynamodb = new DynamoDBClient(settings);
  const logs = new CloudWatchLogsClient(settings);
  try {
    const held = await runChecks({
      name: target.url,
      url: target.url,
      fetch: fetchFrom(target.url),
      table: dynamodbTable(dynamodb, target.table),
      faults: faultsOf(target, logs),
    });
    const reasons = (list: Readonly<Record<string, string>>) =>
      Object.entries(list).map(([name, why]) => `"${name}" (${why})`);
    const failed = reasons(EMULATOR_FAULTS);
    return `${held} checks hold; failed by the emulator: ${failed}; left out: ${reasons(LEFT_OUT)}`;
  } finally {
    dynamodb.destroy();
    logs.destroy();
  }
}

/**
 * Runs what the contract says of answers, every request signed.
 * @returns how many checks held. @throws Error as {@link checkContract}.
 */
export async function checkSignedContract(url: string, sign: IamSigner): Promise<number> {
  return runChecks({ name: url, fetch: fetchFrom(url, sign) });
}

async function runChecks(target: HttpTarget): Promise<number> {
  const problems: string[] = [];
  let held = 0;
  for (const { name, lacks, run } of checksFor(target)) {
    if (lacks !== undefined || Object.hasOwn(LEFT_OUT, name)) continue;
    const problem = await run().then(
      () => undefined,
      (error: Error) => error.message,
    );
    const isKnown = Object.hasOwn(EMULATOR_FAULTS, name);
    if (problem === undefined && !isKnown) held++;
    else if (problem === undefined) problems.push(`${name}: holds now; take it off the list`);
    else if (!isKnown) problems.push(`${name}: ${problem}`);
  }
  if (problems.length > 0) throw new Error(`the contract does not hold:\n${problems.join('\n')}`);
  return held;
}

function faultsOf({ workDir, logGroups }: ContractTarget, logs: CloudWatchLogsClient): TargetFaults {
  const file = join(workDir, 'faults.json');
  return {
    break: (kind, operations) => writeFileSync(file, JSON.stringify({ kind, operations })),
    mend: () => rmSync(file, { force: true }),
    async errorsLogged(requestId) {
      if (!existsSync(file)) throw new Error('nothing is broken');
      const deadline = Date.now() + LOG_LIMIT_MS;
      for (;;) {
        const found = (await Promise.all(logGroups.map((group) => errorsIn(logs, group, requestId)))).flat();
        if (found.length > 0 || Date.now() > deadline) return found;
        await sleep(LOG_INTERVAL_MS);
      }
    },
  };
}

/** The records of level ERROR of one request; the emulator's own filters match everything. */
async function errorsIn(client: CloudWatchLogsClient, logGroupName: string, requestId: string) {
  const records: Record<string, unknown>[] = [];
  for await (const { events = [] } of paginateFilterLogEvents({ client }, { logGroupName })) {
    for (const { message = '' } of events) {
      if (!message.startsWith('{')) continue;
      const record = JSON.parse(message) as Record<string, unknown>;
      if (record['level'] === 'ERROR' && record['requestId'] === requestId) records.push(record);
    }
  }
  return records;
}
