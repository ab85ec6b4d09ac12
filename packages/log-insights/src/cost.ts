import { PRICES, type PriceId, type PriceTable } from './prices.ts';

/** Processor architecture of a function. */
export type Architecture = 'arm64' | 'x86_64';

/** What a function uses for one invocation, on average. */
export interface Usage {
  /** Milliseconds billed; since 2025-08-01 they contain the init, for every runtime, so it is never added. */
  readonly billedMs: number;
  /** MB configured; 1 GB is 1024 MB. */
  readonly memoryMb: number;
  readonly architecture: Architecture;
  /** DynamoDB request units. */
  readonly readUnits: number;
  readonly writeUnits: number;
}

/** One figure of a cost, with the price row that it comes from. */
export interface CostItem {
  readonly price: PriceId;
  /** Units used for all the calls. */
  readonly quantity: number;
  readonly usd: number;
}

/** The cost of a number of calls. */
export interface Cost {
  readonly calls: number;
  readonly items: readonly CostItem[];
  readonly usd: number;
}

/** Region and date (ISO 8601) of the built-in price table. */
export const PRICE_ORIGIN = {
  region: PRICES['lambda-requests'].region,
  date: PRICES['lambda-requests'].date,
} as const;

/** Functions of the HTTP contract. */
export type ContractFunction = 'post-sheep' | 'get-dog' | 'get-cat' | 'delete-wolf';

/**
 * Largest size of one sheep as a scan counts it, in bytes: its attributes' names, and for each number a byte for two digits
 * and one more. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
const SHEEP_BYTES = 'tattoo'.length + 20 / 2 + 1 + 'weight'.length + 12 / 2 + 1;
const PAGE_BYTES = 1024 * 1024;
/** One read request unit is a strongly consistent read of 4 kB, or two eventually consistent ones. */
const READ_UNIT_BYTES = 4096;

/** Cost in USD of a number of calls, each as `usage`, through an HTTP API: on-demand, first tier, without free tier. */
export function costOf(usage: Usage, calls: number, prices: PriceTable = PRICES): Cost {
  const gigabyteSeconds = (usage.billedMs / 1_000) * (usage.memoryMb / 1_024);
  const items = [
    item(`lambda-compute-${usage.architecture}`, gigabyteSeconds * calls, prices),
    item('lambda-requests', calls, prices),
    item('http-api-requests', calls, prices),
    item('dynamodb-reads', usage.readUnits * calls, prices),
    item('dynamodb-writes', usage.writeUnits * calls, prices),
  ];
  return { calls, items, usd: items.reduce((sum, { usd }) => sum + usd, 0) };
}

/** Cost in USD of a million calls. */
export function costPerMillion(usage: Usage, prices: PriceTable = PRICES): Cost {
  return costOf(usage, 1_000_000, prices);
}

/**
 * DynamoDB request units of one successful call, for a table of so many sheep: a conditional put or delete of an item below
 * 1 kB is one write unit; an eventually consistent scan is half a read unit for each 4 kB, rounded up on each 1 MB page.
 */
export function requestUnits(name: ContractFunction, sheep: number): Pick<Usage, 'readUnits' | 'writeUnits'> {
  if (!Number.isFinite(sheep) || sheep < 0)
    throw new RangeError(`sheep must be a number of at least 0, not ${sheep}`);
  switch (name) {
    case 'post-sheep':
      return { readUnits: 0, writeUnits: 1 };
    case 'get-dog':
      return { readUnits: scanUnits(sheep), writeUnits: 0 };
    case 'delete-wolf':
      return { readUnits: scanUnits(sheep), writeUnits: 1 };
    case 'get-cat':
      return { readUnits: 0, writeUnits: 0 };
  }
}

function scanUnits(sheep: number): number {
  const bytes = sheep * SHEEP_BYTES;
  const fullPages = Math.floor(bytes / PAGE_BYTES);
  const lastPage = Math.ceil((bytes - fullPages * PAGE_BYTES) / READ_UNIT_BYTES);
  // The scan of an empty table is still one read of at most 4 kB.
  return Math.max(1, (fullPages * PAGE_BYTES) / READ_UNIT_BYTES + lastPage) / 2;
}

function item(price: PriceId, quantity: number, prices: PriceTable): CostItem {
  const { usd, per } = prices[price];
  return { price, quantity, usd: (quantity / per) * usd };
}
