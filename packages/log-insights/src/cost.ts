/**
 * What Lambda invocations cost: compute and requests, with the prices in one table.
 * @module
 */

/** What a unit costs, where and since when. */
export interface PriceRow {
  /** Name by which a figure cites the row. */
  readonly id: string;
  readonly usd: number;
  /** Number of units that the price is for. */
  readonly per: number;
  readonly unit: string;
  readonly region: string;
  /** Date on which the price was noted, as `2026-11-21`. */
  readonly date: string;
  readonly source: string;
  /** Where the figure itself could be read, when the source's page writes its figures by a script. */
  readonly confirmedBy?: string;
}

/** Processor architecture of a function. */
export type Architecture = 'arm64' | 'x86_64';

/** Name of a price of Lambda. */
export type LambdaPriceId = `lambda-compute-${Architecture}` | 'lambda-requests';

const LAMBDA = {
  region: 'us-east-1',
  date: '2026-11-21',
  source: 'https://aws.amazon.com/lambda/pricing/',
} as const;

/** On-demand prices of Lambda, first tier, without free tier and taxes. */
export const LAMBDA_PRICES: Readonly<Record<LambdaPriceId, PriceRow>> = {
  'lambda-compute-arm64': {
    id: 'lambda-compute-arm64',
    usd: 0.0000133334,
    per: 1,
    unit: 'GB-second',
    ...LAMBDA,
  },
  'lambda-compute-x86_64': {
    id: 'lambda-compute-x86_64',
    usd: 0.0000166667,
    per: 1,
    unit: 'GB-second',
    ...LAMBDA,
  },
  'lambda-requests': { id: 'lambda-requests', usd: 0.2, per: 1_000_000, unit: 'request', ...LAMBDA },
};

/** What a function uses for one invocation, on average. */
export interface LambdaUsage {
  /** Milliseconds billed; since 2025-08-01 they contain the init, for every runtime, so it is never added. */
  readonly billedMs: number;
  /** MB configured; 1 GB is 1024 MB. */
  readonly memoryMb: number;
  readonly architecture: Architecture;
}

/** One figure of a cost, with the price row that it comes from. */
export interface CostItem {
  /** `id` of the price row. */
  readonly price: string;
  /** Units used. */
  readonly quantity: number;
  readonly usd: number;
}

/** Cost in USD of a quantity at a price. */
export function costItem({ id, usd, per }: PriceRow, quantity: number): CostItem {
  return { price: id, quantity, usd: (quantity / per) * usd };
}

/** Cost in USD of a number of invocations, each as `usage`: compute, then requests. */
export function lambdaCost(
  { billedMs, memoryMb, architecture }: LambdaUsage,
  invocations: number,
  prices: Readonly<Record<LambdaPriceId, PriceRow>> = LAMBDA_PRICES,
): readonly CostItem[] {
  const gigabyteSeconds = (billedMs / 1_000) * (memoryMb / 1_024);
  return [
    costItem(prices[`lambda-compute-${architecture}`], gigabyteSeconds * invocations),
    costItem(prices['lambda-requests'], invocations),
  ];
}

/** Sum of the items, in USD. */
export function sumOf(items: readonly CostItem[]): number {
  return items.reduce((sum, { usd }) => sum + usd, 0);
}
