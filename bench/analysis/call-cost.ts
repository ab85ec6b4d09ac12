import { type CostItem, costItem, type LambdaUsage, lambdaCost, sumOf } from '@sheep-shed/log-insights/cost';
import { LOG_BYTES_A_CALL } from './log-bytes.ts';
import { PRICES, type PriceTable } from './prices.ts';
import type { RequestUnits } from './request-units.ts';

/** What one call uses, on average. */
export type Usage = LambdaUsage & RequestUnits;

/** The cost of a number of calls. */
export interface Cost {
  readonly calls: number;
  readonly items: readonly CostItem[];
  readonly usd: number;
}

/** Cost in USD of a number of calls, each as `usage`, through an HTTP API: on-demand, first tier, without free tier. */
export function costOf(usage: Usage, calls: number, prices: PriceTable = PRICES): Cost {
  const items = [
    ...lambdaCost(usage, calls, prices),
    costItem(prices['http-api-requests'], calls),
    costItem(prices['dynamodb-reads'], usage.readUnits * calls),
    costItem(prices['dynamodb-writes'], usage.writeUnits * calls),
    costItem(prices['log-ingestion'], (LOG_BYTES_A_CALL * calls) / 2 ** 30),
  ];
  return { calls, items, usd: sumOf(items) };
}

/** Cost in USD of a million calls. */
export function costPerMillion(usage: Usage, prices: PriceTable = PRICES): Cost {
  return costOf(usage, 1_000_000, prices);
}
