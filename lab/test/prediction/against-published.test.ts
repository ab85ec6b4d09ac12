import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONSTANT_FITTED_ON, compareRows, fitOn, offBy, workOf } from '../../prediction/against-published.ts';
import { FUNCTIONS } from '../../prediction/functions.ts';
import { PUBLISHED } from '../../prediction/published.ts';
import { renderAgainstPublished } from '../../prediction/report.ts';

const call = (cpuMs: number) => ({ cpuMs, speedMs: 1, durationMs: cpuMs, connections: 0, pieces: [] });
const measured = Object.fromEntries(
  FUNCTIONS.map(({ name }) => [name, { warm: call(100), first: { ...call(150), initCpuMs: 40 } }]),
);

test('every published figure is of a function that is measured, and in ms', () => {
  const names = new Set(FUNCTIONS.map(({ name }) => name));
  assert.equal(PUBLISHED.earlier.rows.length, 16);
  for (const { rows } of Object.values(PUBLISHED)) {
    for (const row of rows) {
      assert.ok(names.has(row.function), row.function);
      assert.ok(row.meanMs > 5 && row.meanMs < 30_000);
    }
  }
});

test('a factor is fitted on one figure, which it gives back, and kept for the others', () => {
  const table = PUBLISHED.november;
  const own = table.rows.filter((row) => row.function === 'python-hashes');
  const on = own.find((row) => row.memoryMb === 1024);
  assert.ok(on);
  const fit = fitOn(on, table, measured);
  const rows = compareRows(own, table, measured, fit);
  assert.deepEqual(
    rows.filter(({ isFitted }) => isFitted).map(({ ratio }) => ratio.toFixed(2)),
    ['1.00'],
  );
  // Where the processor decides, the model is as the shares are.
  const [smallest] = rows;
  assert.ok(offBy(((smallest?.predicted.typical ?? 0) / on.meanMs) * (128 / 1024)) < 1.02);
  for (const { predicted } of rows) {
    assert.ok(predicted.low <= predicted.typical && predicted.typical <= predicted.high);
  }
  assert.throws(() => fitOn({ ...on, meanMs: 0.001 }, table, measured), RangeError);
});

test('the report holds each table of which the functions were measured, and judges its target', () => {
  const text = renderAgainstPublished({ 'node-light': measured['node-light'] ?? assert.fail() });
  assert.deepEqual(text.match(/^## .*/gm), ['## Light function']);
  assert.match(text, /^Target: light, .*: \*\*missed\*\*, \d+ of 21 rows beside 1 fitted; worst /m);
  assert.equal(text.match(/^\| (128|256|512|1024|1769|2048) /gm)?.length, 12);
});

test('a first call that opens a connection through the SDK is the first use of it; the row of its constant is fitted', () => {
  const connecting = { warm: call(1), first: { ...call(3), connections: 1, initCpuMs: 5 } };
  const { warm, first, init } = workOf('rust-sheep', connecting);
  assert.deepEqual(
    [warm, first, init].map((one) => one?.isFirstSdkUse ?? false),
    [false, true, false],
  );
  const cat = workOf('rust-cat', { warm: call(1), first: call(1) });
  assert.equal(cat.first?.isFirstSdkUse, false);

  const table = PUBLISHED.earlier;
  const [on] = table.rows;
  assert.equal(on?.function, 'rust-cat');
  const fit = fitOn(on, table, measured);
  const rust = table.rows.filter((row) => row.function.startsWith('rust'));
  const fitted = compareRows(rust, table, measured, fit).filter(({ isFitted }) => isFitted);
  assert.deepEqual(
    fitted.map(({ row }) => `${row.function} ${row.kind}`),
    ['rust-cat warm', `${CONSTANT_FITTED_ON.function} ${CONSTANT_FITTED_ON.kind}`],
  );
});
