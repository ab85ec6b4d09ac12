// A wolf in a process of its own, whose heap its test limits. Arguments: what it reads, and how much of it.
import { dynamodbShed } from '../../src/adapters/dynamodb/thin-shed.ts';
import type { Shed } from '../../src/domain/shed.ts';
import type { Sheep } from '../../src/domain/sheep.ts';
import { run } from '../../src/functions/delete-wolf/run.ts';

const PAGE = 4000;
const FIRST_WEIGHT = 80_000_000_000;

async function* generatedPages(sheep: number): AsyncGenerator<readonly Sheep[]> {
  for (let made = 0; made < sheep; made += PAGE) {
    yield Array.from({ length: PAGE }, (_, i) => ({
      tattoo: BigInt(made + i),
      weight: FIRST_WEIGHT + made + i,
    }));
  }
}

/** What a wolf must not do: keep the pages until it has them all. */
async function* hoardedPages(sheep: number): AsyncGenerator<readonly Sheep[]> {
  const pages = await Array.fromAsync(generatedPages(sheep));
  yield* pages;
}

function shedOf(scan: () => AsyncIterable<readonly Sheep[]>): Shed {
  return { add: async () => false, count: async () => 0, scan, remove: async () => true };
}

const [kind, text] = process.argv.slice(2);
const amount = Number(text);
const sheds: Readonly<Record<string, () => Shed>> = {
  generated: () => shedOf(() => generatedPages(amount)),
  hoarded: () => shedOf(() => hoardedPages(amount)),
  table: () =>
    dynamodbShed({
      table: 'endless',
      region: 'us-east-1',
      credentials: () => ({ accessKeyId: 'local', secretAccessKey: 'local' }),
      endpoint: process.env['AWS_ENDPOINT_URL_DYNAMODB'],
      ...(text === undefined ? {} : { pageSize: amount }),
    }),
};
const shed = sheds[kind ?? '']?.();
if (shed === undefined)
  throw new Error(`the shed must be one of ${Object.keys(sheds).join(', ')}; got ${kind}`);
const silent = { warn: () => {}, error: () => {} };
const ids = { requestId: 'a-call', correlationId: 'a-call' };
await run({}, { shed, ...ids, log: silent, random: () => 0, remainingTimeMs: () => 1000 });
process.stdout.write('eaten');
