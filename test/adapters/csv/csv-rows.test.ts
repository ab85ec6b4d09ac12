import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { csvRows } from '../../../src/adapters/csv/csv-rows.ts';
import type { Row } from '../../../src/domain/flock-row.ts';

/** The text in pieces of the given lengths, over and over. */
async function* pieces(bytes: Uint8Array, lengths: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const length = lengths[i % lengths.length] ?? 1;
    yield bytes.subarray(at, at + length);
    at += length;
  }
}

const rowsOf = (
  text: string | Uint8Array,
  { delimiter = ',', lengths = [3], firstLine = 0 } = {},
): Promise<Row[]> =>
  Array.fromAsync(
    csvRows(pieces(typeof text === 'string' ? Buffer.from(text) : text, lengths), { delimiter, firstLine }),
  );

const fieldsAndLines = (rows: readonly Row[]) => rows.map(({ fields, line }) => [line, ...fields]);

test('a byte order mark, all line ends, blank lines, quotes and what is in them', async () => {
  const text =
    '\ufefftattoo,"we""ight"\r\n1,2\n\n"3",\r4,"5\r\n6\n7"\r\n\r\nü,"a,b"\n"8"x,9\r\n10,1"1\r\n12,13,14\n""\n15';
  assert.deepEqual(fieldsAndLines(await rowsOf(text)), [
    [1, 'tattoo', 'we"ight'],
    [2, '1', '2'],
    [4, '3', ''],
    [5, '4', '5\r\n6\n7'],
    [9, 'ü', 'a,b'],
    [10, '"8"x', '9'],
    [11, '10', '1"1'],
    [12, '12', '13', '14'],
    [13, ''],
    [14, '15'],
  ]);
  assert.deepEqual(fieldsAndLines(await rowsOf('a;b\n1,5;"2;"', { delimiter: ';' })), [
    [1, 'a', 'b'],
    [2, '1,5', '2;'],
  ]);
  assert.deepEqual(await rowsOf(''), []);
  assert.deepEqual(await rowsOf('\ufeff\r\n\r\n'), []);
});

test('what is no CSV fails with its line', async () => {
  const rest = 'x,y\n'.repeat(10);
  await assert.rejects(rowsOf(`a,b\n1,2\n3,"4\n${rest}`), {
    code: 'INVALID_INPUT',
    message: 'the file must be a CSV; got a quotation mark that is never closed after line 2',
  });
  await assert.rejects(rowsOf(`a,b\n1,"${'x,y\n'.repeat(20_000)}`, { lengths: [9999] }), {
    message: 'the file must be a CSV; got a row of more than 65536 characters after line 1',
  });
});

test('a failure of the source is its own, and who stops early closes it', async () => {
  let closed = 0;
  const source = async function* () {
    try {
      for (;;) yield Buffer.from('1,2\n');
    } finally {
      closed += 1;
    }
  };
  for await (const _row of csvRows(source(), { delimiter: ',', firstLine: 0 })) break;
  assert.equal(closed, 1);
  const broken = async function* () {
    yield Buffer.from('1,2\n');
    throw new Error('the connection is lost');
  };
  await assert.rejects(Array.fromAsync(csvRows(broken(), { delimiter: ',', firstLine: 0 })), {
    message: 'the connection is lost',
  });
});

test('however the bytes come, and wherever reading begins again, the rows are the same', async () => {
  const field = fc.oneof(
    fc.constantFrom('', '7', 'ü€🐑', '"a,b"', '"x""y"', '"1\r\n2"', '"1\n2"'),
    fc.stringMatching(/^[a-z0-9]{1,5}$/),
  );
  const row = fc.array(field, { minLength: 2, maxLength: 3 }).map((fields) => fields.join(','));
  const end = fc.constantFrom('\r\n', '\n');
  const file = fc.tuple(
    fc.boolean(),
    fc.array(fc.tuple(row, end, fc.boolean()), { maxLength: 12 }),
    fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 }),
  );
  await fc.assert(
    fc.asyncProperty(file, async ([bom, rows, lengths]) => {
      const text = rows.map(([one, lineEnd, blank]) => one + lineEnd + (blank ? lineEnd : '')).join('');
      const bytes = Buffer.from((bom ? '\ufeff' : '') + text);
      const whole = await rowsOf(bytes, { lengths: [100_000] });
      assert.deepEqual(await rowsOf(bytes, { lengths }), whole);
      for (const [i, { bytes: from, lines }] of whole.entries()) {
        const rest = await rowsOf(bytes.subarray(from), { lengths, firstLine: lines });
        assert.deepEqual(fieldsAndLines(rest), fieldsAndLines(whole.slice(i + 1)));
        assert.deepEqual(
          rest.map(({ bytes }) => bytes + from),
          whole.slice(i + 1).map(({ bytes }) => bytes),
        );
      }
    }),
    { numRuns: 60 },
  );
});
