import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  type BilledMs,
  CLASSIC,
  classicBenchCost,
  PUBLISHED_PYTHON,
} from '../../../bench/analysis/bench-cost.ts';
import { costOf, costPerMillion } from '../../../bench/analysis/call-cost.ts';
import { LOG_BYTES_A_CALL } from '../../../bench/analysis/log-bytes.ts';
import { PRICES } from '../../../bench/analysis/prices.ts';
import { requestUnits } from '../../../bench/analysis/request-units.ts';
import type { ContractFunction } from '../../../bench/results/names.ts';

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
  const logs = (4 * 1000 * LOG_BYTES_A_CALL * 0.5) / 2 ** 30;
  assert.ok(Math.abs(classicBenchCost(FREE).usd - (reads + writes + requests + logs)) < 1e-12);
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
    /requests, reads and logs alone cost ([\d.]+) cents.*at most ([\d.]+) cents/s.exec(deploy) ?? [];
  assert.equal(requests, cents(classicBenchCost(FREE).usd));
  assert.equal(bound, cents(classicBenchCost(PUBLISHED_PYTHON).usd));
});

test('docs/deploy.md states the prices of the list', () => {
  const [, costs = ''] = /^## Costs\n([\s\S]*?)^## /m.exec(deploy) ?? [];
  for (const { usd } of Object.values(PRICES).filter(({ id }) => id !== 'lambda-compute-x86_64')) {
    assert.match(costs, new RegExp(`\\$${String(usd.toFixed(10)).replace(/0+$/, '').replace(/\.$/, '')}`));
  }
});

test('a call costs its billed time by memory, its requests, and its request units', () => {
  const usage = {
    billedMs: 100,
    memoryMb: 512,
    architecture: 'arm64',
    ...requestUnits('delete-wolf', 1000),
  } as const;
  const cost = costPerMillion(usage);
  const byPrice = Object.fromEntries(cost.items.map(({ price, usd }) => [price, usd]));
  assert.ok(Math.abs((byPrice['lambda-compute-arm64'] ?? 0) - 50_000 * 0.0000133334) < 1e-9);
  assert.equal(byPrice['lambda-requests'], 0.2);
  assert.equal(byPrice['dynamodb-writes'], 0.625);
  assert.ok(Math.abs(costOf(usage, 3_000_000).usd - 3 * cost.usd) < 1e-9);
  assert.equal(requestUnits('delete-wolf', 1000).readUnits, 4);
  assert.equal(requestUnits('get-dog', 0).readUnits, 0.5);
  assert.deepEqual(requestUnits('get-cat', 1000), { readUnits: 0, writeUnits: 0 });
  assert.throws(() => requestUnits('get-dog', -1), RangeError);
  for (const [id, row] of Object.entries(PRICES)) assert.equal(row.id, id);
});
