import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseWholeNumber } from '../../src/domain/input.ts';
import { drawWeight, MAX_TATTOO, MAX_WEIGHT, MIN_WEIGHT, parseTattoo } from '../../src/domain/sheep.ts';

test('every unsigned 64-bit number is a tattoo, with or without leading zeros', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: MAX_TATTOO }), (tattoo) => {
      assert.equal(parseTattoo(String(tattoo)), tattoo);
      assert.equal(parseTattoo(String(tattoo).padStart(20, '0')), tattoo);
      assert.equal(parseTattoo(tattoo), tattoo);
    }),
  );
});

test('anything else is refused with its field, its range and the value', () => {
  const message = (got: string) =>
    `tattoo must be 1 to 20 digits, from 0 to 18446744073709551615; got ${got}`;
  const rows: readonly [given: unknown, got: string][] = [
    ['18446744073709551616', '"18446744073709551616"'],
    ['000000000000000000001', '"000000000000000000001"'],
    ['-1', '"-1"'],
    ['1.0', '"1.0"'],
    ['1e3', '"1e3"'],
    [' 7', '" 7"'],
    ['٧', '"٧"'],
    ['', '""'],
    [7.5, '7.5'],
    [-7, '-7'],
    [2 ** 53, '9007199254740992'],
    [2n ** 64n, '18446744073709551616'],
    [true, '"true"'],
    [undefined, 'nothing'],
    ['x'.repeat(40), `"${'x'.repeat(40)}"`],
    ['x'.repeat(41), `"${'x'.repeat(40)}…"`],
    ['🐑'.repeat(41), `"${'🐑'.repeat(40)}…"`],
  ];
  for (const [given, got] of rows) {
    assert.throws(() => parseTattoo(given), { code: 'INVALID_INPUT', message: message(got) });
  }
});

test('whole numbers of up to 15 digits are read, all else is refused', () => {
  assert.equal(parseWholeNumber('m', '0'), 0);
  assert.equal(parseWholeNumber('m', '999999999999999'), 999_999_999_999_999);
  for (const given of [
    '',
    ' ',
    '+1',
    '-1',
    '1.0',
    '1e3',
    '1,2',
    '0x1',
    '1000000000000000',
    undefined,
    null,
  ]) {
    assert.throws(() => parseWholeNumber('m', given), {
      code: 'INVALID_INPUT',
      message: /^m must be a whole number of 1 to 15 digits, given once; got /,
    });
  }
});

test('weights fill their range to both ends and are whole', () => {
  assert.equal(
    drawWeight(() => 0),
    MIN_WEIGHT,
  );
  assert.equal(
    drawWeight(() => 1 - Number.EPSILON / 2),
    MAX_WEIGHT,
  );
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (random) => {
      const weight = drawWeight(() => random);
      return Number.isInteger(weight) && weight >= MIN_WEIGHT && weight <= MAX_WEIGHT;
    }),
  );
});
