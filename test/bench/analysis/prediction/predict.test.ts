import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bandwidthOf, shareOf } from '../../../../bench/analysis/prediction/bandwidth.ts';
import { meanStrictDuration } from '../../../../bench/analysis/prediction/closed-form.ts';
import { builtInFactors, CONSTANTS, languageOf } from '../../../../bench/analysis/prediction/constants.ts';
import { type CallWork, type FunctionWork, predict } from '../../../../bench/analysis/prediction/predict.ts';

const exactly = (value: number) => ({ low: value, typical: value, high: value });
const cat = (cpuMs: number): CallWork => ({ cpuMs, requests: [], connects: false });
const work = (warm: CallWork, more: Partial<FunctionWork> = {}): FunctionWork => ({
  language: 'javascript',
  warm,
  first: undefined,
  init: undefined,
  ...more,
});

test('a whole virtual CPU takes the CPU time, scaled, and nothing else', () => {
  const { warm, first } = predict(work(cat(10)), 1769, { cpu: { low: 1, typical: 1.5, high: 2 } });
  for (const figures of [warm.mean, warm.p50, warm.p99]) {
    assert.deepEqual(
      [figures.low, figures.typical, figures.high].map((value) => Number(value.toFixed(6))),
      [10, 15, 20],
    );
  }
  assert.equal(first, undefined);
});

test('a long call at 128 MB takes about its CPU time over its share', () => {
  const bandwidth = bandwidthOf(128);
  const { warm } = predict(work(cat(400)), 128, { cpu: exactly(1) });
  assert.ok(Math.abs(warm.mean.typical / meanStrictDuration(400, bandwidth) - 1) < 0.02);
  assert.ok(Math.abs(warm.mean.typical / (400 / shareOf(128)) - 1) < 0.02);
});

test('more memory never takes longer, ranges hold their typical value, and billed is rounded up', () => {
  const sizes = [128, 256, 512, 1024, 1769, 10_240];
  const factors = builtInFactors('python', 'arm64');
  fc.assert(
    fc.property(
      fc.double({ min: 0.1, max: 60, noNaN: true }),
      fc.array(fc.constantFrom('item' as const, 'page' as const), { maxLength: 3 }),
      (cpuMs, requests) => {
        const all = sizes.map((memoryMb) =>
          predict(work({ cpuMs, requests, connects: false }), memoryMb, factors),
        );
        all.forEach(({ warm }, k) => {
          const before = all[k - 1]?.warm.mean.typical ?? Number.POSITIVE_INFINITY;
          assert.ok(warm.mean.typical <= before * 1.05 + 0.5, `${warm.mean.typical} after ${before}`);
          for (const { low, typical, high } of [warm.mean, warm.p50, warm.p99, warm.billed])
            assert.ok(low <= typical && typical <= high);
          assert.ok(warm.p50.typical <= warm.p99.typical);
          assert.ok(
            warm.billed.typical >= warm.mean.typical && warm.billed.typical < warm.mean.typical + 1.01,
          );
        });
      },
    ),
    { numRuns: 8 },
  );
});

test('init runs at full speed whatever the memory, and the first call includes it', () => {
  const more = { first: cat(2), init: cat(100) };
  const factors = { cpu: exactly(1) };
  const [small, large] = [128, 1769].map((memoryMb) => predict(work(cat(1), more), memoryMb, factors));
  assert.equal(small?.init?.typical, 100);
  assert.equal(large?.init?.typical, 100);
  assert.equal(large?.first?.mean.typical, 102);
});

test('an init of more than 10 s is repeated in the first call, with what CPU that has', () => {
  const more = { first: cat(0), init: cat(11_000) };
  const { first } = predict(work(cat(1), more), 884.5, { cpu: exactly(1) });
  assert.ok(Math.abs((first?.mean.typical ?? 0) - 32_000) < 40, `${first?.mean.typical}`);
});

test('a new connection costs CPU and round trips, a request its wait', () => {
  const factors = { cpu: exactly(1) };
  const once = { cpuMs: 0, requests: ['item'], connects: false } as const;
  const waits = predict(work(once), 1769, factors).warm.p50.typical;
  assert.ok(Math.abs(waits - CONSTANTS['dynamodb-item'].typical) < 0.1, `${waits}`);
  const connects = predict(work({ ...once, connects: true }), 1769, factors).warm.p50.typical;
  const set = CONSTANTS['connection-wait'].typical + CONSTANTS['connection-cpu-javascript'].typical;
  assert.ok(Math.abs(connects - waits - set) < 1e-6);
});

test('only the first call of machine code through an SDK takes more on Lambda, whatever the processor', () => {
  const once = { cpuMs: 3, requests: ['item'], connects: false } as const;
  const init = cat(5);
  const firstMs = (language: FunctionWork['language'], more: Partial<CallWork>, before = init, factor = 2) =>
    predict({ language, warm: once, first: { ...once, ...more }, init: before }, 1769, {
      cpu: exactly(factor),
    });
  const meanOf = (...of: Parameters<typeof firstMs>) => firstMs(...of).first?.mean.typical ?? Number.NaN;
  const use = { isFirstSdkUse: true };
  for (const factor of [1, 2]) {
    const more = meanOf('rust', use, init, factor) - meanOf('rust', {}, init, factor);
    assert.ok(Math.abs(more - CONSTANTS['first-sdk-call-cpu-rust'].typical) < 1e-6, `${more}`);
  }
  assert.deepEqual(firstMs('rust', use).warm, firstMs('rust', {}).warm);
  for (const language of ['javascript', 'python'] as const)
    assert.equal(meanOf(language, use), meanOf(language, {}), language);
  // A connection that init opens costs what a connection costs.
  const opened = meanOf('rust', {}, { ...init, connects: true }) - meanOf('rust', {});
  const connection = CONSTANTS['connection-wait'].typical + 2 * CONSTANTS['connection-cpu-rust'].typical;
  assert.ok(Math.abs(opened - connection) < 1e-6, `${opened}`);
});

test('every constant is a spread with a source', () => {
  for (const [id, { low, typical, high, source, what }] of Object.entries(CONSTANTS)) {
    assert.ok(low > 0 && low <= typical && typical <= high, id);
    assert.ok(source.length > 10 && what.length > 10, id);
  }
  assert.deepEqual(['nodejs24.x', 'python3.14', 'provided.al2023'].map(languageOf), [
    'javascript',
    'python',
    'rust',
  ]);
});
