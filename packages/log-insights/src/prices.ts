/** One row of the price table: what a unit costs, where and since when it was read. */
export interface PriceRow {
  /** Name by which each figure cites the row. */
  readonly id: string;
  readonly usd: number;
  /** Number of units that the price is for. */
  readonly per: number;
  readonly unit: string;
  readonly region: string;
  /** Date on which the price was noted. */
  readonly date: string;
  readonly source: string;
  /** Where the figure itself could be read, when the source's page writes its figures by a script. */
  readonly confirmedBy?: string;
}

const REGION = 'us-east-1';
const DATE = '2026-11-21';

/** On-demand prices of the first tier, without free tier and taxes. The one place where prices stand. */
export const PRICES = {
  'lambda-compute-arm64': {
    id: 'lambda-compute-arm64',
    usd: 0.0000133334,
    per: 1,
    unit: 'GB-second',
    region: REGION,
    date: DATE,
    source: 'https://aws.amazon.com/lambda/pricing/',
  },
  'lambda-compute-x86_64': {
    id: 'lambda-compute-x86_64',
    usd: 0.0000166667,
    per: 1,
    unit: 'GB-second',
    region: REGION,
    date: DATE,
    source: 'https://aws.amazon.com/lambda/pricing/',
  },
  'lambda-requests': {
    id: 'lambda-requests',
    usd: 0.2,
    per: 1_000_000,
    unit: 'request',
    region: REGION,
    date: DATE,
    source: 'https://aws.amazon.com/lambda/pricing/',
  },
  'http-api-requests': {
    id: 'http-api-requests',
    usd: 1,
    per: 1_000_000,
    unit: 'request',
    region: REGION,
    date: DATE,
    source: 'https://aws.amazon.com/api-gateway/pricing/',
    confirmedBy:
      'https://docs.aws.amazon.com/whitepapers/latest/best-practices-api-gateway-private-apis-integration/cost-optimization.html',
  },
  'dynamodb-reads': {
    id: 'dynamodb-reads',
    usd: 0.125,
    per: 1_000_000,
    unit: 'read request unit',
    region: REGION,
    date: DATE,
    source: 'https://aws.amazon.com/dynamodb/pricing/on-demand/',
    // Halved on 2024-11-01, so that figures before that date are twice as high.
    confirmedBy: 'https://airbyte.com/data-engineering-resources/dynamodb-pricing',
  },
  'dynamodb-writes': {
    id: 'dynamodb-writes',
    usd: 0.625,
    per: 1_000_000,
    unit: 'write request unit',
    region: REGION,
    date: DATE,
    source: 'https://aws.amazon.com/dynamodb/pricing/on-demand/',
    // Halved on 2024-11-01, so that figures before that date are twice as high.
    confirmedBy: 'https://airbyte.com/data-engineering-resources/dynamodb-pricing',
  },
} as const satisfies Readonly<Record<string, PriceRow>>;

/** Name of a price row. */
export type PriceId = keyof typeof PRICES;
/** The rows that the cost model needs, of whatever region. */
export type PriceTable = Readonly<Record<PriceId, PriceRow>>;
