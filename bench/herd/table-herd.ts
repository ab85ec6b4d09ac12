import {
  type AttributeValue,
  BatchWriteItemCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  ScanCommand,
  type ScanCommandInput,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import type { HerdSheep } from './make-herd.ts';

/** DynamoDB takes no more requests in one batch. */
const BATCH = 25;
const MAX_ATTEMPTS = 10;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5000;

/** What reading and writing a table needs. */
export interface HerdTable {
  readonly client: DynamoDBClient;
  readonly table: string;
  /** Readers and writers at once. */
  readonly segments: number;
  /** Waits for milliseconds; a parameter, so that tests need not wait. */
  readonly sleep: (ms: number) => Promise<unknown>;
  /** Is told how many sheep are written. */
  readonly progress: (done: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Makes sure that a table has the key of a shed.
 * @throws Error naming the table that is not there, or the key that it has instead.
 */
export async function checkShed({
  client,
  table,
  signal,
}: Pick<HerdTable, 'client' | 'table' | 'signal'>): Promise<void> {
  const { Table } = await client
    .send(new DescribeTableCommand({ TableName: table }), { abortSignal: signal })
    .catch(async (error: Error) => {
      if (error.name !== 'ResourceNotFoundException') throw error;
      const region = await client.config.region();
      throw new Error(`there is no table ${table} in ${region}: check --table, AWS_REGION and AWS_PROFILE`);
    });
  const keys = (Table?.KeySchema ?? []).map(({ AttributeName, KeyType }) => {
    const type = Table?.AttributeDefinitions?.find(
      (one) => one.AttributeName === AttributeName,
    )?.AttributeType;
    return `${AttributeName} (${KeyType}, ${type})`;
  });
  if (keys.join() !== 'tattoo (HASH, N)') {
    throw new Error(
      `the table ${table} is no shed: its key must be tattoo (HASH, N); it is ${keys.join(', ')}`,
    );
  }
}

/**
 * Makes a table hold exactly a herd, by putting what is missing or has another weight and removing what is too many:
 * after a few calls of a function that is much less than to write all anew.
 * @param mostRemoved sheep.
 * @returns how many sheep were removed and put.
 * @throws Error when more would have to be removed; nothing was changed then.
 */
export async function loadHerd(
  table: HerdTable,
  herd: readonly HerdSheep[],
  mostRemoved = Number.POSITIVE_INFINITY,
): Promise<number> {
  const missing = new Map(herd.map((sheep) => [sheep.tattoo, sheep]));
  const strangers: HerdSheep[] = [];
  for (const sheep of await readHerd(table)) {
    const due = missing.get(sheep.tattoo);
    if (due === undefined) strangers.push(sheep);
    else if (due.weight === sheep.weight) missing.delete(sheep.tattoo);
  }
  if (strangers.length > mostRemoved) {
    throw new Error(
      `the table ${table.table} holds ${strangers.length} sheep of other herds, of which the bench removes at most ${mostRemoved}: npm run herd -- --table ${table.table} --clear`,
    );
  }
  await writeAll(table, strangers, removal);
  await putHerd(table, missing.values());
  return strangers.length + missing.size;
}

/** Puts sheep into a table, beside those that are there. */
export async function putHerd(table: HerdTable, sheep: Iterable<HerdSheep>): Promise<void> {
  await writeAll(table, sheep, insertion);
}

/** Reads all sheep, as they are now and not as they were a moment ago. */
export async function readHerd(table: HerdTable): Promise<HerdSheep[]> {
  const herd: HerdSheep[] = [];
  await scanAll(table, { ConsistentRead: true }, async (Items) => {
    for (const { tattoo, weight } of Items) {
      herd.push({ tattoo: BigInt(tattoo?.N ?? -1), weight: Number(weight?.N) });
    }
  });
  return herd;
}

/** Counts the sheep of a table by a scan that reads no attributes. */
export async function countHerd(table: HerdTable): Promise<number> {
  let count = 0;
  await scanAll(table, { Select: 'COUNT' }, async (_items, Count) => {
    count += Count;
  });
  return count;
}

/** Removes every sheep, each segment of the table by a worker of its own. */
export async function clearHerd(table: HerdTable): Promise<void> {
  let done = 0;
  await scanAll(table, { ProjectionExpression: 'tattoo' }, async (Items) => {
    const removals = Items.map((Key) => ({ DeleteRequest: { Key } }));
    for (let i = 0; i < removals.length; i += BATCH) {
      const batch = removals.slice(i, i + BATCH);
      await writeBatch(table, batch);
      done += batch.length;
      table.progress(done);
    }
  });
}

/** Reads a table page by page, its segments side by side. */
async function scanAll(
  { client, table, segments, signal }: HerdTable,
  options: Partial<ScanCommandInput>,
  take: (items: readonly Record<string, AttributeValue>[], count: number) => Promise<void>,
): Promise<void> {
  const workers = Array.from({ length: segments }, async (_none, Segment) => {
    let from: Record<string, AttributeValue> | undefined;
    do {
      const scan = new ScanCommand({
        TableName: table,
        Segment,
        TotalSegments: segments,
        ...options,
        ExclusiveStartKey: from,
      });
      const { Items = [], Count = 0, LastEvaluatedKey } = await client.send(scan, { abortSignal: signal });
      await take(Items, Count);
      from = LastEvaluatedKey;
    } while (from !== undefined);
  });
  await Promise.all(workers);
}

async function writeAll(
  table: HerdTable,
  sheep: Iterable<HerdSheep>,
  requestOf: (one: HerdSheep) => WriteRequest,
): Promise<void> {
  const rest = sheep[Symbol.iterator]();
  let done = 0;
  const nextBatch = () => {
    const batch: WriteRequest[] = [];
    while (batch.length < BATCH) {
      const next = rest.next();
      if (next.done === true) break;
      batch.push(requestOf(next.value));
    }
    return batch;
  };
  const workers = Array.from({ length: table.segments }, async () => {
    for (let batch = nextBatch(); batch.length > 0; batch = nextBatch()) {
      await writeBatch(table, batch);
      done += batch.length;
      table.progress(done);
    }
  });
  await Promise.all(workers);
}

/** Writes up to 25 requests; what DynamoDB leaves unprocessed is repeated after pauses that double. */
async function writeBatch({ client, table, sleep, signal }: HerdTable, batch: WriteRequest[]): Promise<void> {
  let open = batch;
  for (let attempt = 0; open.length > 0; attempt++) {
    if (attempt >= MAX_ATTEMPTS)
      throw new Error(`the table ${table} left ${open.length} requests unprocessed`);
    if (attempt > 0) await sleep(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1)));
    const write = new BatchWriteItemCommand({ RequestItems: { [table]: open } });
    const { UnprocessedItems } = await client.send(write, { abortSignal: signal });
    open = UnprocessedItems?.[table] ?? [];
  }
}

function insertion({ tattoo, weight }: HerdSheep): WriteRequest {
  return { PutRequest: { Item: { tattoo: { N: String(tattoo) }, weight: { N: String(weight) } } } };
}

function removal({ tattoo }: HerdSheep): WriteRequest {
  return { DeleteRequest: { Key: { tattoo: { N: String(tattoo) } } } };
}
