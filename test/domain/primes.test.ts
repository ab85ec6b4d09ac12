import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { buildSieve, isPrime, MAX_TESTABLE, PRIMES_IN_SIEVE, SIEVE_LIMIT } from '../../src/domain/primes.ts';
import { MAX_WEIGHT, MIN_WEIGHT } from '../../src/domain/sheep.ts';
import { slowIsPrime } from './slow-twins.ts';

buildSieve();
const LARGEST_PRIMES = Array.from({ length: 200 }, (_, i) => SIEVE_LIMIT - i).filter(slowIsPrime);

test('the sieve finds the 33 860 primes up to 400 000, each time anew', () => {
  assert.equal(buildSieve(), PRIMES_IN_SIEVE);
  assert.equal(buildSieve(), PRIMES_IN_SIEVE);
});

test('small numbers, one by one', () => {
  for (let w = 0; w <= 20_000; w++) assert.equal(isPrime(w), slowIsPrime(w), String(w));
});

test('random weights agree with division with remainder', () => {
  fc.assert(
    fc.property(fc.integer({ min: MIN_WEIGHT, max: MAX_WEIGHT }), (w) => isPrime(w) === slowIsPrime(w)),
    { numRuns: 2000 },
  );
});

test('products of two primes near the end of the sieve are composite, and so are their squares', () => {
  for (const p of LARGEST_PRIMES) {
    for (const q of LARGEST_PRIMES) assert.equal(isPrime(p * q), false, `${p} * ${q}`);
  }
});

test('the heaviest multiples of primes around 128, where the way to test changes', () => {
  const divisors = Array.from({ length: 100 }, (_, i) => 80 + i).filter(slowIsPrime);
  for (const p of divisors) {
    const last = Math.floor(MAX_TESTABLE / p);
    const cofactors = Array.from({ length: 400 }, (_, i) => last - i).filter(slowIsPrime);
    assert.ok(cofactors.length > 0, String(p));
    for (const q of cofactors) {
      assert.equal(isPrime(p * q), false, `${p} * ${q}`);
      for (const w of [p * q - 1, p * q - 2]) assert.equal(isPrime(w), slowIsPrime(w), String(w));
    }
  }
});

test('numbers next to multiples of large primes are not taken for multiples', () => {
  const anyPrime = fc.integer({ min: 2, max: SIEVE_LIMIT - 1 }).filter(slowIsPrime);
  const near = fc.integer({ min: -2, max: 2 });
  fc.assert(
    fc.property(anyPrime, anyPrime, near, (p, q, step) => {
      const w = Math.max(0, p * q + step);
      return isPrime(w) === slowIsPrime(w);
    }),
    { numRuns: 1000 },
  );
});

test('the ends of the range', () => {
  for (const w of [0, 1, 2, 3, 4, MIN_WEIGHT, MAX_WEIGHT - 1, MAX_WEIGHT, MAX_TESTABLE]) {
    assert.equal(isPrime(w), slowIsPrime(w), String(w));
  }
});

test('what the sieve cannot decide is refused', () => {
  for (const w of [-1, 1.5, Number.NaN, MAX_TESTABLE + 1, Number.POSITIVE_INFINITY]) {
    assert.throws(() => isPrime(w), RangeError, String(w));
  }
});
