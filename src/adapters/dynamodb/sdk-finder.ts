import { type AttributeValue, BatchGetItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SheepFinder } from '../../domain/sheep-finder.ts';
import { type AwsClientOptions, clientConfiguration } from '../aws/client-options.ts';

/** Where the shed's table is. */
export interface DynamodbFinderOptions extends AwsClientOptions {
  /** The shed: hash key `tattoo` (N), attribute `weight` (N). */
  readonly table: string;
}

/** A finder and the end of its connections. */
export interface OpenFinder extends SheepFinder {
  /** Closes its connections; no call may be under way. */
  close(): Promise<void>;
}

const ROUNDS = 6;
const DELAY_MS = 20;

/** Finds sheep in a DynamoDB table, by AWS's SDK. */
export function dynamodbFinder(options: DynamodbFinderOptions): OpenFinder {
  const { table } = options;
  const client = new DynamoDBClient(clientConfiguration(options));
  return {
    close: async () => client.destroy(),
    async find(tattoos) {
      const found = new Map<bigint, number>();
      let keys: Record<string, AttributeValue>[] = tattoos.map((tattoo) => ({ tattoo: { N: `${tattoo}` } }));
      for (let round = 0; keys.length > 0; round++) {
        if (round === ROUNDS) throw new Error(`${table} left ${keys.length} sheep unread ${ROUNDS} times`);
        if (round > 0) await new Promise((resolve) => setTimeout(resolve, DELAY_MS * 2 ** round));
        const asked = { Keys: keys, ProjectionExpression: 'tattoo, weight', ConsistentRead: true };
        const answer = await client.send(new BatchGetItemCommand({ RequestItems: { [table]: asked } }));
        for (const { tattoo, weight } of answer.Responses?.[table] ?? []) {
          found.set(BigInt(tattoo?.N ?? ''), Number(weight?.N));
        }
        // The SDK repeats requests, but not what one left out.
        keys = answer.UnprocessedKeys?.[table]?.Keys ?? [];
      }
      return found;
    },
  };
}
