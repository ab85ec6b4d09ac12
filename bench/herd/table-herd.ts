import { randomBytes, randomInt } from 'node:crypto';
import {
  type AttributeValue,
  BatchWriteItemCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  ScanCommand,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';

/** DynamoDB takes no more requests in one batch. */
const BATCH = 25;
const MAX_ATTEMPTS = 10;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5000;
const MIN_WEIGHT = 80_000_000_000;
const WEIGHTS = 80_000_000_001;

/** What writing to a table needs. */
export interface HerdTable {
  readonly client: DynamoDBClient;
  readonly table: string;
  /** Writers at once. */
  readonly segments: number;
  /** Waits for milliseconds; a parameter, so that tests need not wait. */
  readonly sleep: (ms: number) => Promise<unknown>;
  /** Is told how many sheep are done. */
  readonly progress: (done: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Makes sure that a table has the key of a shed.
 * @throws Error naming the table that is not there, or the key that it has instead.
 */
export async function checkShed({ client, table }: Pick<HerdTable, 'client' | 'table'>): Promise<void> {
  const { Table } = await client
    .send(new DescribeTableCommand({ TableName: table }))
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

/** Puts sheep of random tattoos and weights into a table. */
export async function loadHerd(table: HerdTable, count: number): Promise<void> {
  let next = 0;
  await writeAll(table, async () => {
    const size = Math.min(BATCH, count - next);
    next += size;
    return Array.from({ length: size }, () => ({ PutRequest: { Item: randomSheep() } }));
  });
}

/** Counts the sheep of a table by a scan that reads no attributes. */
export async function countHerd({ client, table, signal }: HerdTable): Promise<number> {
  let count = 0;
  let from: Record<string, AttributeValue> | undefined;
  do {
    const page = new ScanCommand({ TableName: table, Select: 'COUNT', ExclusiveStartKey: from });
    const { Count = 0, LastEvaluatedKey } = await client.send(page, { abortSignal: signal });
    count += Count;
    from = LastEvaluatedKey;
  } while (from !== undefined);
  return count;
}

/** Removes every sheep, each segment of the table by a worker of its own. */
export async function clearHerd(table: HerdTable): Promise<void> {
  let done = 0;
  const workers = Array.from({ length: table.segments }, async (_none, Segment) => {
    let from: Record<string, AttributeValue> | undefined;
    do {
      const page = await table.client.send(
        new ScanCommand({
          TableName: table.table,
          ProjectionExpression: 'tattoo',
          Segment,
          TotalSegments: table.segments,
          ExclusiveStartKey: from,
        }),
        { abortSignal: table.signal },
      );
      const deletes = (page.Items ?? []).map((Key) => ({ DeleteRequest: { Key } }));
      for (let i = 0; i < deletes.length; i += BATCH) {
        const batch = deletes.slice(i, i + BATCH);
        await writeBatch(table, batch);
        done += batch.length;
        table.progress(done);
      }
      from = page.LastEvaluatedKey;
    } while (from !== undefined);
  });
  await Promise.all(workers);
}

async function writeAll(table: HerdTable, nextBatch: () => Promise<WriteRequest[]>): Promise<void> {
  let done = 0;
  const workers = Array.from({ length: table.segments }, async () => {
    for (let batch = await nextBatch(); batch.length > 0; batch = await nextBatch()) {
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

function randomSheep(): Record<string, AttributeValue> {
  const tattoo = randomBytes(8).readBigUInt64BE();
  return { tattoo: { N: String(tattoo) }, weight: { N: String(MIN_WEIGHT + randomInt(WEIGHTS)) } };
}
