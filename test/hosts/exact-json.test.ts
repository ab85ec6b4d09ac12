import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readJson, writeJson } from '../../src/hosts/exact-json.ts';

test('whole numbers are exact, however they are written; others are doubles', () => {
  for (const [text, value] of [
    ['7', 7],
    ['-7.0', -7],
    ['1200e-2', 12],
    ['1.5e1', 15],
    ['0e999999999999', 0],
    ['-0', -0],
    ['9007199254740991', 9_007_199_254_740_991],
    ['9007199254740993', 9_007_199_254_740_993n],
    ['-9007199254740993.0', -9_007_199_254_740_993n],
    ['1.8446744073709551615e19', 18_446_744_073_709_551_615n],
    ['18446744073709551615', 18_446_744_073_709_551_615n],
    ['12345678901234567890e-1', 1_234_567_890_123_456_789n],
    ['0.1', 0.1],
    ['1e-400', 0],
    ['1.5', 1.5],
    ['"12345678901234567890"', '12345678901234567890'],
    ['{"a":[1e3,9007199254740993]}', { a: [1000, 9_007_199_254_740_993n] }],
  ] as const) {
    assert.deepEqual(readJson(text), value, text);
  }
});

test('what is no JSON, or beyond all bounds, is invalid input', () => {
  for (const [text, said] of [
    ['', /must be JSON/],
    ["{'m':3}", /must be JSON/],
    ['{"m":3', /must be JSON/],
    ['NaN', /must be JSON/],
    ['1e309', /at most 309 digits/],
    ['1e999999999999999999999', /at most 309 digits/],
    [`${'9'.repeat(310)}`, /at most 309 digits/],
    [`${'['.repeat(100_000)}1e1${']'.repeat(100_000)}`, /nested too deeply/],
  ] as const) {
    assert.throws(() => readJson(text), { code: 'INVALID_INPUT', message: said });
  }
});

test('integers beyond 2^53 are written digit by digit, other numbers as they are', () => {
  const text = '[9007199254740993,-18446744073709551615,1.5,1.5e-300,0,"1",null]';
  assert.equal(writeJson(readJson(text)), text);
  assert.equal(writeJson(readJson('{"tattoo":18446744073709551615}')), '{"tattoo":18446744073709551615}');
});
