import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Option } from '@sheep-shed/options';
import { wholeNumber } from '@sheep-shed/options/readers';
import { type BuildOptions, build } from 'esbuild';
import { renderTable } from '../../bench/reports/table.ts';
import { EMULATOR_KEY, EMULATOR_REGION, startOwnEmulator } from '../../develop/running-emulator.ts';
import { csvRows } from '../../src/adapters/csv/csv-rows.ts';
import { dynamodbFlocks } from '../../src/adapters/dynamodb/sdk-flocks.ts';
import { memoryObjects } from '../../src/adapters/memory/memory-objects.ts';
import { CHUNK_ROWS, type FlockContext } from '../../src/domain/flock.ts';
import { MIN_WEIGHT } from '../../src/domain/sheep.ts';
import { run } from '../../src/functions/import-flock/run.ts';
import { experiment, takeTurns } from '../experiment.ts';
import { median } from '../median.ts';

const OPTIONS = {
  rows: {
    help: 'rows of the file whose import is watched in memory',
    default: 1_000_000,
    ...wholeNumber(1000, 100_000_000),
  } satisfies Option<number>,
  tableRows: {
    help: 'rows of each file that goes into a table',
    default: 10_000,
    ...wholeNumber(100, 1_000_000),
  } satisfies Option<number>,
  rounds: {
    help: 'rounds in which import and bare loop take turns',
    default: 5,
    ...wholeNumber(1, 100),
  } satisfies Option<number>,
};
const CHILD = join(import.meta.dirname, 'memory.ts');
const BUNDLE: BuildOptions = {
  entryPoints: [CHILD],
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'node',
  mainFields: ['module', 'main'],
  alias: {
    '@aws-sdk/credential-provider-node': join(
      import.meta.dirname,
      '../../src/adapters/dynamodb/environment-credentials.ts',
    ),
  },
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
};
const CHILD_LIMIT_MS = 900_000;
/** As Lambda starts Node in a function of 128 MB. */
const LIKE_LAMBDA = ['--max-old-space-size=115', '--max-semi-space-size=6'];
const AT_ONCE = 8;
const BUCKET = 'import-lab';

/**
 * The memory of an import of many rows, whose sheep are counted and thrown away, in a process as Lambda starts it; and
 * its rows a second into a table of the emulator, beside a bare loop that sends the same chunks by the same adapter.
 */
export const importLab = experiment(
  OPTIONS,
  async ({ rows, tableRows, rounds }, { folder, progress, signal, say }) => {
    progress.step(`${rows} rows in memory`);
    const bundle = join(folder, 'memory.mjs');
    // As it is deployed: to run the sources takes 20 MB more.
    await build({ ...BUNDLE, outfile: bundle });
    const { stdout } = await promisify(execFile)(process.execPath, [...LIKE_LAMBDA, bundle, String(rows)], {
      timeout: CHILD_LIMIT_MS,
      signal,
    });
    const { seconds, residentMb, peakMb } = JSON.parse(stdout) as {
      seconds: number;
      residentMb: number[];
      peakMb: number;
    };
    say(
      `${rows} rows read, checked and chunked in ${seconds.toFixed(1)} s: ${Math.round(rows / seconds)} rows/s`,
    );
    const tenths = residentMb.map((mb) => mb.toFixed(0)).join(' ');
    say(`resident MB after each tenth: ${tenths}; peak ${peakMb.toFixed(0)}\n`);

    const emulator = await startOwnEmulator((text) => progress.step(text), signal);
    try {
      const place = { endpoint: emulator.endpoint, region: EMULATOR_REGION };
      const found = await takeTurns(
        ['bare loop', 'import'] as const,
        rounds + 1,
        signal,
        async (variant, round) => {
          progress.step(`${variant}, round ${round} of ${rounds}`);
          return rowsPerSecond(place, variant, tableRows);
        },
      );
      const [bare = [], imported = []] = [found.get('bare loop')?.slice(1), found.get('import')?.slice(1)];
      const ratios = imported.map((speed, i) => speed / (bare[i] ?? Number.NaN));
      const row = (name: string, values: readonly number[], digits: number) => [
        name,
        ...[median(values), Math.min(...values), Math.max(...values)].map((value) => value.toFixed(digits)),
      ];
      say(`${tableRows} rows into a table, ${AT_ONCE} chunks at once, ${rounds} rounds\n`);
      say(
        renderTable(
          ['', 'median', 'lowest', 'highest'],
          [
            row('bare loop, rows/s', bare, 0),
            row('import, rows/s', imported, 0),
            row('import / bare loop', ratios, 2),
          ],
        ),
      );
    } finally {
      await emulator.close();
    }
  },
);

/** Fills new tables, and reads the file where there is one. */
async function rowsPerSecond(
  place: { readonly endpoint: string; readonly region: string },
  variant: 'bare loop' | 'import',
  rows: number,
): Promise<number> {
  const table = `lab-${randomUUID()}`;
  const imports = `${table}-imports`;
  const credentials = () => EMULATOR_KEY;
  const client = new DynamoDBClient({ ...place, credentials: EMULATOR_KEY });
  const flocks = dynamodbFlocks({ ...place, credentials, table, imports });
  const objects = memoryObjects();
  try {
    await makeTable(client, table, { tattoo: 'N' });
    await makeTable(client, imports, { file: 'S', chunk: 'N' });
    const sheep = Array.from({ length: rows }, (_, i) => ({ tattoo: BigInt(i), weight: MIN_WEIGHT }));
    const address = { bucket: BUCKET, key: table };
    if (variant === 'import') {
      const lines = sheep.map(({ tattoo, weight }) => `${tattoo},${weight}\n`);
      await objects.put(address, `tattoo,weight\n${lines.join('')}`);
    }
    const from = performance.now();
    if (variant === 'import') {
      const queue = { send: async () => Promise.reject(new Error('nothing is sent')) };
      const context: FlockContext = {
        requestId: 'r',
        correlationId: 'r',
        log: { warn: () => undefined, error: () => undefined },
        random: Math.random,
        remainingTimeMs: () => 900_000,
        flock: { objects, flocks, readRows: csvRows, queue, deadLetters: queue },
        csvDelimiter: ',',
        chunksAtOnce: AT_ONCE,
      };
      const { files } = await run(address, context);
      if (files[0]?.added !== rows) throw new Error(`the import added ${files[0]?.added} of ${rows} rows`);
    } else {
      let next = 0;
      const sender = async (): Promise<void> => {
        for (let start = next; start < rows; start = next) {
          next += CHUNK_ROWS;
          const chunk = { sheep: sheep.slice(start, start + CHUNK_ROWS), refused: 0, bad: [] };
          await flocks.addChunk({ ...address, etag: 'e' }, { number: 1 + start / CHUNK_ROWS, ...chunk });
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, sender));
    }
    return rows / ((performance.now() - from) / 1000);
  } finally {
    client.destroy();
    await flocks.close();
  }
}

/** @param keys the hash key, then the range key, with their types. */
async function makeTable(
  client: DynamoDBClient,
  TableName: string,
  keys: Readonly<Record<string, 'S' | 'N'>>,
): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: Object.entries(keys).map(([AttributeName, AttributeType]) => ({
        AttributeName,
        AttributeType,
      })),
      KeySchema: Object.keys(keys).map((AttributeName, i) => ({
        AttributeName,
        KeyType: i === 0 ? 'HASH' : 'RANGE',
      })),
    }),
  );
}
