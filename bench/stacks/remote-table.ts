import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { makeHerd } from '../herd/make-herd.ts';
import { checkShed, countHerd } from '../herd/table-herd.ts';
import { tableNameOf } from '../results/names.ts';
import type { BenchWorld } from '../world/world.ts';
import type { TableAccess } from './stack.ts';
import { tableAccess } from './table.ts';

const SEGMENTS = 4;
/** A table with more sheep of other herds is not of the bench, or wants a decision by its owner. */
const MOST_REMOVED = 100_000;

/** What is known of the table of a deployed stack. */
export interface RemoteTable {
  readonly table: TableAccess | undefined;
  /** Why the bench leaves it alone, in words; `undefined` where it does not. */
  readonly problem: string | undefined;
}

/**
 * The table of a deployed stack, loaded with the herd, where credentials may read and write it and it is the one behind
 * the stack's address: its sheep are as many as the dog counts there. Else nothing is changed.
 */
export async function remoteTable(
  client: DynamoDBClient,
  stack: { readonly name: string; readonly stage: string; readonly counted: number },
  { herd, seed }: { readonly herd: number; readonly seed: number },
  { signal, sleep }: BenchWorld,
): Promise<RemoteTable> {
  const name = tableNameOf(stack.stage, stack.name);
  const progress = () => undefined;
  const table = { client, table: name, segments: SEGMENTS, sleep, progress, signal };
  try {
    await checkShed(table);
    const count = await countHerd(table);
    if (count !== stack.counted) {
      throw new Error(
        `it holds ${count} sheep, but the dog counts ${stack.counted}, so that it is another one`,
      );
    }
    const access = tableAccess(table, MOST_REMOVED);
    await access.load(makeHerd(herd, seed).sheep);
    return { table: access, problem: undefined };
  } catch (error) {
    signal.throwIfAborted();
    const why = (error as Error).message.replaceAll(/\s+/g, ' ').trim();
    const problem = `the table ${name} is not written by the bench: ${why}`;
    return { table: undefined, problem };
  }
}
