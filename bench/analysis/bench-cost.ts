import type { ContractFunction } from '../results/names.ts';
import { type Cost, costOf } from './call-cost.ts';
import { PRICES, type PriceTable } from './prices.ts';
import { requestUnits } from './request-units.ts';

/** Milliseconds that one call of a function is billed, on average. */
export interface BilledMs {
  readonly warm: number;
  readonly cold: number;
}

/**
 * What the Python functions of the earlier benchmark of this kind took (128 MB, arm64, 2024-11, A(3,8), 1 000 sheep):
 * slower than both stacks here, so a bound of what a bench costs. Measure your own by `npm run bench`.
 */
export const PUBLISHED_PYTHON: Readonly<Record<ContractFunction, BilledMs>> = {
  'post-sheep': { warm: 599, cold: 2958 },
  'get-dog': { warm: 669, cold: 3004 },
  'get-cat': { warm: 5936, cold: 6034 },
  'delete-wolf': { warm: 4271, cold: 9262 },
};

/** The classic bench: calls of each function, how many of them at once, and how many sheep there are. */
export const CLASSIC = { calls: 1000, parallel: 100, sheep: 1000, memoryMb: 128 } as const;

/**
 * Cost in USD of a classic bench of one stack on AWS, on arm64: 1 000 calls of each function, of which the first 100
 * are cold, and a herd of 1 000 sheep put once. Without free tier.
 */
export function classicBenchCost(
  billed: Readonly<Record<ContractFunction, BilledMs>>,
  prices: PriceTable = PRICES,
): { readonly usd: number; readonly functions: Readonly<Record<ContractFunction, Cost>> } {
  const { calls, parallel, sheep, memoryMb } = CLASSIC;
  const of = (name: ContractFunction): Cost => {
    const { warm, cold } = billed[name];
    const billedMs = (warm * (calls - parallel) + cold * parallel) / calls;
    return costOf({ billedMs, memoryMb, architecture: 'arm64', ...requestUnits(name, sheep) }, calls, prices);
  };
  const functions = {
    'post-sheep': of('post-sheep'),
    'get-dog': of('get-dog'),
    'get-cat': of('get-cat'),
    'delete-wolf': of('delete-wolf'),
  };
  const { usd, per } = prices['dynamodb-writes'];
  const herd = (sheep / per) * usd;
  return { usd: Object.values(functions).reduce((sum, cost) => sum + cost.usd, herd), functions };
}
