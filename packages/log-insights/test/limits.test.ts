import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createGroups, MAX_STATES } from '../src/evaluate/groups.ts';
import { keepFirst, MAX_RETAINED_BYTES } from '../src/evaluate/order.ts';
import { createRow } from '../src/evaluate/row.ts';
import { printQuery } from '../src/language/printer.ts';
import { QueryError } from '../src/language/query-error.ts';
import { command } from './arbitrary-command.ts';
import { runEvents } from './run-events.ts';

const REPORT =
  'REPORT RequestId: 5d9a8a5e-0f6f-4c3c-9b1e-0123456789ab\tDuration: 8.11 ms\tBilled Duration: 9 ms\tMemory Size: 128 MB\tMax Memory Used: 23 MB\t';
const span = { start: 0, end: 1 };

test('no query makes the evaluator throw anything but a QueryError, and each row has one cell a column', () => {
  const message = fc.oneof(
    fc.string(),
    fc.constantFrom(REPORT, REPORT.slice(0, 70), 'START RequestId: '),
    fc.json(),
  );
  const events = fc.array(fc.record({ message, timestamp: fc.integer() }), { maxLength: 5 });
  let finished = 0;
  fc.assert(
    fc.property(fc.array(command, { minLength: 1, maxLength: 3 }), events, (commands, list) => {
      const text = printQuery({ commands });
      fc.pre(text.length <= 10_000);
      try {
        const { columns, rows } = runEvents(text, list);
        for (const row of rows) assert.equal(row.length, columns.length);
        finished++;
      } catch (error) {
        assert.ok(error instanceof QueryError, `${text}\n${error instanceof Error ? error.stack : error}`);
        assert.ok(error.start >= 0 && error.end <= text.length + 1 && error.end > error.start, text);
      }
    }),
    { numRuns: 2_000 },
  );
  assert.ok(finished > 100, `${finished} queries had a result`);
});

test('damaged REPORT lines give values or none, never a failure', () => {
  const query =
    'fields @type, @requestId, @duration, @billedDuration, @initDuration, @memorySize, @maxMemoryUsed, @xrayTraceId, a.b';
  const damage = fc.array(fc.tuple(fc.nat({ max: REPORT.length }), fc.string({ maxLength: 3 })), {
    maxLength: 6,
  });
  fc.assert(
    fc.property(damage, (edits) => {
      const message = edits.reduce((text, [at, by]) => text.slice(0, at) + by + text.slice(at + 1), REPORT);
      const [row] = runEvents(query, [{ message }]).rows;
      for (const cell of row?.slice(2, 7) ?? []) assert.ok(cell === null || Number.isFinite(cell), message);
    }),
  );
});

test('too many groups end the query at the place of its stats', () => {
  const groups = createGroups(1, new Array<number>(1_000).fill(0), { remaining: 0 }, span);
  for (let i = 0; i < MAX_STATES / 1_000; i++) groups.find([i]);
  assert.throws(
    () => groups.find([-1]),
    (error) => error instanceof QueryError && /more than 1000 groups/.test(error.message),
  );
});

test('rows that wait to be sorted are bounded by their memory', () => {
  const rows = keepFirst([{ get: (row) => row.timestamp, descending: true }], 10_000, span);
  const row = createRow(0);
  row.text = 'x'.repeat(1_000_000);
  row.end = row.text.length;
  const fitting = Math.floor(MAX_RETAINED_BYTES / 2_000_300);
  for (row.timestamp = 0; row.timestamp < fitting; row.timestamp++) rows.add(row);
  assert.throws(
    () => rows.add(row),
    (error) => error instanceof QueryError && /more than 192 MB/.test(error.message),
  );
});
