import { DynamoDBClient, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  DynamoDBDocumentClient,
  GetCommand,
  paginateQuery,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { Chunk, FlockCounts, FlockFile, Flocks, Position, Receipt } from '../../domain/flock.ts';
import { type AwsClientOptions, clientConfiguration } from '../aws/client-options.ts';

/** Where the shed's table is, and that of the imports. */
export interface DynamodbFlocksOptions extends AwsClientOptions {
  /** The shed: hash key `tattoo` (N), attribute `weight` (N). */
  readonly table: string;
  /** What was imported: hash key `file` (S), range key `chunk` (N); `expires` (N) is its time to live. */
  readonly imports: string;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  readonly random?: () => number;
}

/** Flocks and the end of their connections. */
export interface OpenFlocks extends Flocks {
  close(): Promise<void>;
}

/** The item that tells of the whole file. */
const WHOLE = 0;

/** Receipts are of use as long as an event of their file may come again: 14 days in a queue, as many in dead letters. */
const RECEIPT_DAYS = 60;

const ATTEMPTS = 8;
const DELAY_MS = 50;

/** What another attempt may mend. */
const PASSING = new Set(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);

/**
 * Flocks in DynamoDB, by AWS's SDK. A chunk and its receipt are one transaction, so that no crash leaves sheep of
 * which nobody knows whether they are still to come or were eaten (ADR 24).
 */
export function dynamodbFlocks(options: DynamodbFlocksOptions): OpenFlocks {
  const { table, imports, now = Date.now, random = Math.random } = options;
  const lowLevel = new DynamoDBClient(clientConfiguration(options));
  const client = DynamoDBDocumentClient.from(lowLevel);

  return {
    close: async () => lowLevel.destroy(),
    async progress(file) {
      const { Item } = await client.send(
        new GetCommand({
          TableName: imports,
          Key: { file: nameOf(file), chunk: WHOLE },
          ConsistentRead: true,
        }),
      );
      return {
        position: Item?.['position'] as Position | undefined,
        counts: Item?.['counts'] as FlockCounts | undefined,
      };
    },
    async addChunk(file, chunk) {
      const expires = Math.ceil(now() / 1000) + RECEIPT_DAYS * 86_400;
      const transaction = transactionOf(table, imports, file, chunk, expires);
      for (let attempt = 1; ; attempt++) {
        try {
          await client.send(new TransactWriteCommand(transaction));
          return 'added';
        } catch (error) {
          const outcome = outcomeOf(error, chunk);
          if (outcome !== undefined) return outcome;
          if (attempt === ATTEMPTS) throw error;
          await wait(random() * DELAY_MS * 2 ** attempt);
        }
      }
    },
    async advance(file, position) {
      await unlessFailed(
        client.send(
          new UpdateCommand({
            TableName: imports,
            Key: { file: nameOf(file), chunk: WHOLE },
            UpdateExpression: 'SET #position = :position',
            ConditionExpression: 'attribute_not_exists(#position) OR #position.#chunk < :chunk',
            ExpressionAttributeNames: { '#position': 'position', '#chunk': 'chunk' },
            ExpressionAttributeValues: { ':position': position, ':chunk': position.chunk },
          }),
        ),
      );
    },
    async finish(file, counts) {
      await client.send(
        new UpdateCommand({
          TableName: imports,
          Key: { file: nameOf(file), chunk: WHOLE },
          UpdateExpression: 'SET #counts = :counts',
          ExpressionAttributeNames: { '#counts': 'counts' },
          ExpressionAttributeValues: { ':counts': counts },
        }),
      );
    },
    async *receipts(file) {
      const pages = paginateQuery(
        { client },
        {
          TableName: imports,
          ConsistentRead: true,
          KeyConditionExpression: '#file = :file AND #chunk > :whole',
          ExpressionAttributeNames: { '#file': 'file', '#chunk': 'chunk' },
          ExpressionAttributeValues: { ':file': nameOf(file), ':whole': WHOLE },
        },
      );
      for await (const { Items = [] } of pages) {
        yield Items.map(({ added, refused, bad }): Receipt => ({ added, refused, bad: bad ?? [] }));
      }
    },
  };
}

/**
 * What a transaction that changed nothing tells; `undefined`: another attempt may succeed.
 * @throws error itself when it tells nothing.
 */
function outcomeOf(error: unknown, { sheep }: Chunk): 'known' | readonly bigint[] | undefined {
  if (!(error instanceof TransactionCanceledException)) throw error;
  const [receipt, ...codes] = (error.CancellationReasons ?? []).map(({ Code = 'None' }) => Code);
  if (receipt === 'ConditionalCheckFailed') return 'known';
  const taken = sheep.filter((_sheep, i) => codes[i] === 'ConditionalCheckFailed');
  if (taken.length > 0) return taken.map(({ tattoo }) => tattoo);
  if (![receipt ?? '', ...codes].some((code) => PASSING.has(code))) throw error;
  return undefined;
}

function transactionOf(
  table: string,
  imports: string,
  file: FlockFile,
  { number, sheep, refused, bad }: Chunk,
  expires: number,
) {
  const receipt = { file: nameOf(file), chunk: number, added: sheep.length, refused, expires };
  return {
    TransactItems: [
      {
        Put: {
          TableName: imports,
          Item: bad.length === 0 ? receipt : { ...receipt, bad },
          ConditionExpression: 'attribute_not_exists(#file)',
          ExpressionAttributeNames: { '#file': 'file' },
        },
      },
      ...sheep.map(({ tattoo, weight }) => ({
        Put: {
          TableName: table,
          Item: { tattoo, weight },
          ConditionExpression: 'attribute_not_exists(tattoo)',
        },
      })),
    ],
  };
}

/** Below the 2048 bytes of a hash key: 63 of a bucket, 1024 of a key, some 40 of an ETag. */
function nameOf({ bucket, key, etag }: FlockFile): string {
  return `${bucket}/${key}#${etag}`;
}

async function unlessFailed(sent: Promise<unknown>): Promise<void> {
  await sent.catch((error: Error) => {
    if (error.name !== 'ConditionalCheckFailedException') throw error;
  });
}

const wait = (ms: number) => new Promise((done) => setTimeout(done, ms));
