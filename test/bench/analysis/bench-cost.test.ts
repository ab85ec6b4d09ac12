import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ContractFunction } from '@sheep-shed/log-insights/cost';
import { PRICES } from '@sheep-shed/log-insights/prices';
import {
  type BilledMs,
  CLASSIC,
  classicBenchCost,
  PUBLISHED_PYTHON,
} from '../../../bench/analysis/bench-cost.ts';

const deploy = readFileSync(join(import.meta.dirname, '../../../docs/deploy.md'), 'utf8');
const nothing: BilledMs = { warm: 0, cold: 0 };
const FREE: Readonly<Record<ContractFunction, BilledMs>> = {
  'post-sheep': nothing,
  'get-dog': nothing,
  'get-cat': nothing,
  'delete-wolf': nothing,
};

test('the requests of a classic bench cost what its counts and the price list say', () => {
  // A scan of 1 000 sheep of 30 bytes is 8 blocks of 4 kB, half a unit each, for dog and wolf.
  const reads = 2 * 1000 * 4 * 0.125e-6;
  const writes = 3 * 1000 * 0.625e-6;
  const requests = 4 * 1000 * (0.2e-6 + 1e-6);
  assert.ok(Math.abs(classicBenchCost(FREE).usd - (reads + writes + requests)) < 1e-12);
});

test('its Lambda time is billed by the GB-second, a tenth of the calls cold', () => {
  const billed = { ...FREE, 'get-cat': { warm: 1000, cold: 2000 } };
  const seconds = 900 * 1 + 100 * 2;
  const expected = seconds * (128 / 1024) * 0.0000133334;
  assert.ok(Math.abs(classicBenchCost(billed).usd - classicBenchCost(FREE).usd - expected) < 1e-12);
});

test('docs/deploy.md states the cost of a classic bench', () => {
  assert.deepEqual(CLASSIC, { calls: 1000, parallel: 100, sheep: 1000, memoryMb: 128 });
  const cents = (usd: number) => (usd * 100).toFixed(1);
  const [, requests, bound] =
    /requests and reads alone cost ([\d.]+) cents.*at most ([\d.]+) cents/s.exec(deploy) ?? [];
  assert.equal(requests, cents(classicBenchCost(FREE).usd));
  assert.equal(bound, cents(classicBenchCost(PUBLISHED_PYTHON).usd));
});

test('docs/deploy.md states the prices of the list', () => {
  const [, costs = ''] = /^## Costs\n([\s\S]*?)^## /m.exec(deploy) ?? [];
  for (const { usd } of Object.values(PRICES).filter(({ id }) => id !== 'lambda-compute-x86_64')) {
    assert.match(costs, new RegExp(`\\$${String(usd.toFixed(10)).replace(/0+$/, '').replace(/\.$/, '')}`));
  }
});
