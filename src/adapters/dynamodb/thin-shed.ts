import type { Sheep } from '../../domain/sheep.ts';
import type { DynamodbShed, DynamodbShedOptions, ScanPart } from './dynamodb-options.ts';
import { SCAN_PAGE, scanParts } from './dynamodb-options.ts';
import { sideBySide } from './side-by-side.ts';
import type { Item, Waiting } from './thin-client.ts';
import { DynamodbError, dynamodbClient } from './thin-client.ts';

/** A shed in a DynamoDB table, by a client of our own that starts in a fraction of the SDK's time (ADR 12). */
export function dynamodbShed(options: DynamodbShedOptions, waiting?: Waiting): DynamodbShed {
  const { table: TableName, pageSize, segments } = options;
  const client = dynamodbClient(options, waiting);
  const countPage = pageSize === undefined ? {} : { Limit: pageSize };
  const Limit = pageSize ?? SCAN_PAGE;
  const parts = scanParts(segments);

  async function countOf(part: ScanPart): Promise<number> {
    let count = 0;
    let from: Item | undefined;
    do {
      const request = { TableName, Select: 'COUNT', ...countPage, ...part, ExclusiveStartKey: from };
      const answer = await client.call('Scan', request);
      count += answer.Count ?? 0;
      from = answer.LastEvaluatedKey;
    } while (from !== undefined);
    return count;
  }

  async function* pagesOf(part: ScanPart): AsyncGenerator<Sheep[]> {
    // The wolf's role demands both words.
    const read = { Select: 'SPECIFIC_ATTRIBUTES', ProjectionExpression: 'tattoo, weight' };
    const page = { TableName, ...read, Limit, ...part };
    let from: Item | undefined;
    do {
      const answer = await client.call('Scan', { ...page, ExclusiveStartKey: from });
      yield (answer.Items ?? []).map(sheepOf);
      from = answer.LastEvaluatedKey;
    } while (from !== undefined);
  }

  return {
    open: client.open,
    close: async () => client.close(),
    async add({ tattoo, weight }) {
      const put = {
        TableName,
        Item: { tattoo: { N: String(tattoo) }, weight: { N: String(weight) } },
        ConditionExpression: 'attribute_not_exists(tattoo)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      };
      const conflict = await conflictOf(client.call('PutItem', put));
      if (conflict === undefined) return true;
      // A request whose answer was lost is repeated: the sheep that is in the way may then be our own.
      return conflict.attempts > 1 && conflict.details.item?.['weight']?.N === String(weight);
    },
    async count() {
      const counts = await Promise.all(parts.map(countOf));
      return counts.reduce((sum, count) => sum + count, 0);
    },
    scan: () => sideBySide(parts.map(pagesOf)),
    async remove(tattoo) {
      const Key = { tattoo: { N: String(tattoo) } };
      const ConditionExpression = 'attribute_exists(tattoo)';
      const sent = client.call('DeleteItem', { TableName, Key, ConditionExpression });
      return (await conflictOf(sent)) === undefined;
    },
  };
}

function sheepOf({ tattoo, weight }: Item): Sheep {
  return { tattoo: BigInt(tattoo?.N ?? ''), weight: Number(weight?.N) };
}

async function conflictOf(sent: Promise<unknown>): Promise<DynamodbError | undefined> {
  try {
    await sent;
    return undefined;
  } catch (error) {
    if (error instanceof DynamodbError && error.name === 'ConditionalCheckFailedException') return error;
    throw error;
  }
}
