import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { Sheep } from '../../domain/sheep.ts';
import { keyOf } from '../aws/client-options.ts';
import type { DynamodbShed, DynamodbShedOptions, ScanPart } from './dynamodb-options.ts';
import { LIMITS, MAX_ATTEMPTS, SCAN_PAGE, scanParts } from './dynamodb-options.ts';
import { sideBySide } from './side-by-side.ts';

/** A shed in a DynamoDB table, by AWS's SDK. */
export function dynamodbShed(options: DynamodbShedOptions): DynamodbShed {
  const { table: TableName, region, endpoint, credentials, pageSize, segments, limits = LIMITS } = options;
  const lowLevel = new DynamoDBClient({
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials: async () => keyOf(await credentials()) }),
    maxAttempts: MAX_ATTEMPTS,
    retryMode: 'standard',
    requestHandler: {
      connectionTimeout: limits.connectMs,
      requestTimeout: limits.answerMs,
      throwOnRequestTimeout: true,
    },
  });
  const client = DynamoDBDocumentClient.from(lowLevel, {
    // A tattoo may exceed 2^53: numbers arrive as their digits, and each attribute reads its own.
    unmarshallOptions: { wrapNumbers: (digits: string) => digits },
  });
  const countPage = pageSize === undefined ? {} : { Limit: pageSize };
  const Limit = pageSize ?? SCAN_PAGE;
  const parts = scanParts(segments);

  async function countOf(part: ScanPart): Promise<number> {
    let count = 0;
    let from: Key | undefined;
    do {
      const request = { TableName, Select: 'COUNT', ...countPage, ...part, ...startAt(from) } as const;
      const answer = await client.send(new ScanCommand(request));
      count += answer.Count ?? 0;
      from = answer.LastEvaluatedKey;
    } while (from !== undefined);
    return count;
  }

  async function* pagesOf(part: ScanPart): AsyncGenerator<Sheep[]> {
    // The wolf's role demands both words.
    const read = { Select: 'SPECIFIC_ATTRIBUTES', ProjectionExpression: 'tattoo, weight' } as const;
    const page = { TableName, ...read, Limit, ...part };
    let from: Key | undefined;
    do {
      const answer = await client.send(new ScanCommand({ ...page, ...startAt(from) }));
      yield (answer.Items ?? []).map(sheepOf);
      from = answer.LastEvaluatedKey;
    } while (from !== undefined);
  }

  return {
    async open() {
      const scan = new ScanCommand({ TableName, Select: 'COUNT' });
      // Innermost: all that the SDK does before and after the exchange is done for this request too.
      scan.middlewareStack.add(
        (next) => async (args) => {
          const request = args.request as SdkRequest;
          const { host = '' } = request.headers;
          Object.assign(request, { method: 'GET', path: '/', headers: { host }, body: undefined });
          // Read to its end, so that the connection is free again; tried once, since init has a limit of its own.
          await next(args)
            .then(({ response }) => Array.fromAsync((response as SdkResponse).body))
            .catch(() => undefined);
          return { response: { statusCode: 200, headers: {}, body: NOTHING } };
        },
        { step: 'deserialize', priority: 'low' },
      );
      await client.send(scan).catch(() => undefined);
    },
    // Not the document client's, which leaves it to the owner of the other.
    close: async () => lowLevel.destroy(),
    async add({ tattoo, weight }) {
      const put = new PutCommand({
        TableName,
        Item: { tattoo, weight },
        ConditionExpression: 'attribute_not_exists(tattoo)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
      const conflict = await conflictOf(client.send(put));
      if (conflict === undefined) return true;
      // The SDK repeats a request whose answer was lost: the sheep that is in the way may then be our own.
      const isRepeated = (conflict.$metadata.attempts ?? 1) > 1;
      return isRepeated && conflict.Item?.['weight']?.N === String(weight);
    },
    async count() {
      const counts = await Promise.all(parts.map(countOf));
      return counts.reduce((sum, count) => sum + count, 0);
    },
    scan: () => sideBySide(parts.map(pagesOf)),
    async remove(tattoo) {
      const condition = 'attribute_exists(tattoo)';
      const remove = new DeleteCommand({ TableName, Key: { tattoo }, ConditionExpression: condition });
      return (await conflictOf(client.send(remove))) === undefined;
    },
  };
}

type Key = Record<string, unknown>;

/** What the SDK hands to the innermost of its middlewares. */
interface SdkRequest {
  readonly headers: Readonly<Record<string, string>>;
}

/** What it gets from there. */
interface SdkResponse {
  readonly body: AsyncIterable<unknown>;
}

/** The body of an empty answer. */
const NOTHING = new TextEncoder().encode('{}');

function startAt(key: Key | undefined): { ExclusiveStartKey?: Key } {
  // The key comes back as digits, which would be marshalled as a string.
  return key === undefined ? {} : { ExclusiveStartKey: { tattoo: BigInt(String(key['tattoo'])) } };
}

function sheepOf(item: Record<string, unknown>): Sheep {
  return { tattoo: BigInt(String(item['tattoo'])), weight: Number(item['weight']) };
}

async function conflictOf(sent: Promise<unknown>): Promise<ConditionalCheckFailedException | undefined> {
  try {
    await sent;
    return undefined;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return error;
    throw error;
  }
}
