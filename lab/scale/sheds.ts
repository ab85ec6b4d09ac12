import { join } from 'node:path';
import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { startDynamodb, tablesOf } from '@sheep-shed/local-lambda/dynamodb';
import { makeHerd } from '../../bench/herd/make-herd.ts';
import { packageStacks } from '../../bench/stacks/local-stacks.ts';
import { localTable } from '../../bench/stacks/table.ts';
import { type Lab, ROOT } from '../experiment.ts';
import {
  EVENT_OF,
  type FunctionName,
  type Reported,
  shortNameOf,
  startReportedHost,
} from '../reported-host.ts';

/** The TypeScript functions on a table of their own. */
export interface Shed {
  readonly size: number;
  /** @throws Error as a reported host does. */
  call(name: FunctionName): Promise<Reported>;
  /** Read units that one scan of the table takes. @param pageSize sheep on a page; as many as fit when not given. */
  readUnits(pageSize?: number): Promise<number>;
}

/** Makes sheds of the TypeScript stack, all on one DynamoDB. */
export interface Sheds {
  /** @param variables what the functions find in their environment besides. */
  open(size: number, variables?: Readonly<Record<string, string>>): Promise<Shed>;
}

/** Packages the TypeScript stack and starts DynamoDB. */
export async function openSheds({ progress, signal, folder, atEnd }: Lab): Promise<Sheds> {
  const { packages } = await packageStacks(ROOT, ['ts'], progress, signal);
  const packageDir = packages.get('ts') ?? '';
  const [properties = {}] = await tablesOf(packageDir);
  const dynamodb = await startDynamodb();
  atEnd(dynamodb.close);
  const { endpoint, credentials } = dynamodb;
  const client = new DynamoDBClient({ endpoint, credentials, region: 'local' });
  atEnd(() => client.destroy());
  let opened = 0;
  return {
    async open(size, variables = {}) {
      progress.step(`loading ${size} sheep`);
      const TableName = `sheep-shed-scale-${++opened}`;
      const table = await localTable(dynamodb, { ...properties, TableName });
      atEnd(table.close);
      const herd = makeHerd(size, 1);
      await table.load(herd.sheep);
      const host = await startReportedHost({
        packageDir,
        logsDir: join(folder, TableName),
        cacheDir: join(ROOT, '.cache'),
        environment: { AWS_ENDPOINT_URL_DYNAMODB: endpoint, SHEEP_SHED_TABLE: TableName, ...variables },
      });
      atEnd(host.close);
      let eaten = 0;
      const fullName = new Map(host.functions.map(({ name }) => [shortNameOf(name), name]));
      return {
        size,
        async call(name) {
          // Wolves find no less than half the sheep of prime weight: with none left their calls would be lighter.
          if (name === 'delete-wolf' && ++eaten > herd.primes.length / 2) {
            await table.load(herd.sheep);
            eaten = 1;
          }
          return host.call(fullName.get(name) ?? name, EVENT_OF[name]());
        },
        async readUnits(pageSize) {
          let units = 0;
          const config = pageSize === undefined ? { client } : { client, pageSize };
          const input = { TableName, ReturnConsumedCapacity: 'TOTAL' } as const;
          for await (const { ConsumedCapacity } of paginateScan(config, input)) {
            units += ConsumedCapacity?.CapacityUnits ?? Number.NaN;
          }
          return units;
        },
      };
    },
  };
}
