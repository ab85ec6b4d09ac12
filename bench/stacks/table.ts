import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { LocalDynamodb } from '@sheep-shed/local-lambda/dynamodb';
import type { HerdTable } from '../herd/table-herd.ts';
import { loadHerd, putHerd, readHerd } from '../herd/table-herd.ts';
import type { TableAccess } from './stack.ts';

/** dynalite is one process: more writers would only wait for each other. */
const LOCAL_SEGMENTS = 2;

/** Milliseconds; without them a request to a process that hangs would wait for ever. */
export const REQUEST_LIMITS = {
  connectionTimeout: 5_000,
  requestTimeout: 30_000,
  throwOnRequestTimeout: true,
};

/** A table on the local DynamoDB, created from the template's own resource. */
export async function localTable(
  dynamodb: LocalDynamodb,
  properties: Readonly<Record<string, unknown>>,
): Promise<TableAccess & { close(): void }> {
  const { endpoint, credentials } = dynamodb;
  await dynamodb.createTable(properties);
  return tableAt({ endpoint, credentials, region: 'local' }, String(properties['TableName']));
}

/** A table that is there already, at a server of this machine. */
export function tableAt(
  place: Pick<LocalDynamodb, 'endpoint' | 'credentials'> & { readonly region: string },
  name: string,
): TableAccess & { close(): void } {
  const client = new DynamoDBClient({ ...place, requestHandler: REQUEST_LIMITS });
  const closed = new AbortController();
  const access = tableAccess({
    client,
    table: name,
    segments: LOCAL_SEGMENTS,
    sleep,
    progress: () => undefined,
    signal: closed.signal,
  });
  return {
    ...access,
    close() {
      closed.abort();
      client.destroy();
    },
  };
}

/** Access to a table, wherever it is. @param mostRemoved sheep of other herds that loading may remove. */
export function tableAccess(table: HerdTable, mostRemoved?: number): TableAccess {
  return {
    load: (herd) => loadHerd(table, herd, mostRemoved),
    put: (sheep) => putHerd(table, sheep),
    read: () => readHerd(table),
  };
}
