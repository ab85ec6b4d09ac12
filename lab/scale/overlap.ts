import { setImmediate as turn } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { LocalDynamodb } from '@sheep-shed/local-lambda/dynamodb';
import { renderTable } from '../../bench/reports/table.ts';
import { median } from '../../bench/statistics/median.ts';
import { ratioInterval } from '../../bench/statistics/ratio.ts';
import type { Progress } from '../../bench/world/progress.ts';
import { buildSieve, isPrime } from '../../src/domain/primes.ts';
import type { SizedShed } from './sheds.ts';

/** Sheep on a page, as `src/adapters/dynamodb/dynamodb-options.ts` says for them. */
export const PAGE = 4000;

interface Way {
  readonly name: string;
  /** Gives how many weights are prime. */
  readonly run: () => Promise<number>;
}

type Pages = AsyncIterator<readonly number[], void>;

/** Compares ways to overlap the scan of a shed with the tests of its weights, in this process. */
export async function measureOverlap(
  dynamodb: LocalDynamodb,
  shed: SizedShed,
  rounds: number,
  progress: Progress,
  signal: AbortSignal,
): Promise<string> {
  const { ways, close } = waysToScan(dynamodb, shed.table);
  try {
    const runs = ways.map((way) => ({ way, millis: [] as number[] }));
    const found = new Set<number>();
    // The first two rounds warm up.
    for (let round = -2; round < rounds; round++) {
      progress.step(`overlap: round ${Math.max(0, round + 1)} of ${rounds}`);
      for (const { way, millis } of round % 2 === 0 ? runs : runs.toReversed()) {
        const startedAt = performance.now();
        found.add(await way.run());
        if (round >= 0) millis.push(performance.now() - startedAt);
        signal.throwIfAborted();
      }
    }
    if (found.size !== 1) throw new Error(`the ways found different primes: ${[...found].join(', ')}`);
    const base = runs[0]?.millis ?? [];
    const rows = runs.map(({ way, millis }) => {
      const { ratio, low, high } = ratioInterval(base, millis);
      const compared = millis === base ? 'yardstick' : `${low.toFixed(2)} to ${high.toFixed(2)}`;
      return [way.name, median(millis).toFixed(1), ratio.toFixed(2), compared];
    });
    return `Scan of ${shed.size} sheep in pages of ${PAGE} and test of every weight, medians of ${rounds} interleaved rounds\n\n${renderTable(['way', 'ms', '× the first', '95 % interval'], rows)}`;
  } finally {
    close();
  }
}

/** Ways to overlap the scan of a table with the tests; the first is the yardstick. `close` ends the connections. */
function waysToScan(dynamodb: LocalDynamodb, table: string): { ways: readonly Way[]; close(): void } {
  const { endpoint, credentials } = dynamodb;
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint, credentials, region: 'local' }), {
    unmarshallOptions: { wrapNumbers: (digits: string) => digits },
  });

  async function* scan(segment?: {
    readonly Segment: number;
    readonly TotalSegments: number;
  }): Pages & AsyncIterable<readonly number[]> {
    let from: Record<string, unknown> | undefined;
    do {
      const answer = await client.send(
        new ScanCommand({
          TableName: table,
          ProjectionExpression: 'tattoo, weight',
          Limit: PAGE,
          ...segment,
          ...(from === undefined ? {} : { ExclusiveStartKey: { tattoo: BigInt(String(from['tattoo'])) } }),
        }),
      );
      yield (answer.Items ?? []).map((item) => Number(item['weight']));
      from = answer.LastEvaluatedKey;
    } while (from !== undefined);
  }

  const inSegments = (segments: number) => async () => {
    buildSieve();
    const parts = Array.from({ length: segments }, (_, Segment) =>
      oneAfterTheOther(scan({ Segment, TotalSegments: segments })),
    );
    return (await Promise.all(parts)).reduce((sum, found) => sum + found, 0);
  };
  const withSieve = (read: (pages: Pages) => Promise<number>) => async () => {
    buildSieve();
    return read(scan());
  };
  return {
    ways: [
      { name: 'page, test, page, test', run: withSieve(oneAfterTheOther) },
      { name: 'next page asked for before the test', run: withSieve((pages) => askedFirst(pages)) },
      { name: '… and the event loop let go once', run: withSieve((pages) => askedFirst(pages, turn)) },
      { name: '2 segments at once', run: inSegments(2) },
      { name: '4 segments at once', run: inSegments(4) },
    ],
    close: () => client.destroy(),
  };
}

async function oneAfterTheOther(pages: Pages): Promise<number> {
  let found = 0;
  for (let page = await pages.next(); page.done !== true; page = await pages.next())
    found += primesOf(page.value);
  return found;
}

async function askedFirst(pages: Pages, letGo?: () => Promise<unknown>): Promise<number> {
  let found = 0;
  let coming = pages.next();
  for (let page = await coming; page.done !== true; page = await coming) {
    coming = pages.next();
    await letGo?.();
    found += primesOf(page.value);
  }
  return found;
}

function primesOf(weights: readonly number[]): number {
  let found = 0;
  for (const weight of weights) if (isPrime(weight)) found++;
  return found;
}
