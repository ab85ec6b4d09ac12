import { LAMBDA_PRICES, type PriceRow } from '@sheep-shed/log-insights/cost';

const { region, date } = LAMBDA_PRICES['lambda-requests'];
const DYNAMODB = {
  region,
  date,
  source: 'https://aws.amazon.com/dynamodb/pricing/on-demand/',
  // Halved on 2024-11-01, so that figures before that date are twice as high.
  confirmedBy: 'https://airbyte.com/data-engineering-resources/dynamodb-pricing',
} as const;

/** On-demand prices of all that a call of the contract uses, of one region and date: first tier, without free tier and taxes. */
export const PRICES = {
  ...LAMBDA_PRICES,
  'http-api-requests': {
    id: 'http-api-requests',
    usd: 1,
    per: 1_000_000,
    unit: 'request',
    region,
    date,
    source: 'https://aws.amazon.com/api-gateway/pricing/',
    confirmedBy:
      'https://docs.aws.amazon.com/whitepapers/latest/best-practices-api-gateway-private-apis-integration/cost-optimization.html',
  },
  'dynamodb-reads': {
    id: 'dynamodb-reads',
    usd: 0.125,
    per: 1_000_000,
    unit: 'read request unit',
    ...DYNAMODB,
  },
  'dynamodb-writes': {
    id: 'dynamodb-writes',
    usd: 0.625,
    per: 1_000_000,
    unit: 'write request unit',
    ...DYNAMODB,
  },
  'log-ingestion': {
    id: 'log-ingestion',
    usd: 0.5,
    per: 1,
    unit: 'GB of logs taken in',
    region,
    date,
    source: 'https://aws.amazon.com/cloudwatch/pricing/',
    confirmedBy: 'https://www.duckbillgroup.com/?p=9080',
  },
} as const satisfies Readonly<Record<string, PriceRow>>;

/** The rows that the cost of a call needs, of whatever region. */
export type PriceTable = Readonly<Record<keyof typeof PRICES, PriceRow>>;

/** Region and date (ISO 8601) of the price table. */
export const PRICE_ORIGIN = { region, date } as const;
