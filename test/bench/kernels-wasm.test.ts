import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assemble } from '../../bench/kernels/wasm/assemble.ts';
import { instantiateCat, instantiateWolf } from '../../bench/kernels/wasm/instantiate.ts';
import { ackermann, ackermannSteps } from '../../src/domain/ackermann.ts';
import { buildSieve, isPrime, MAX_TESTABLE, PRIMES_IN_SIEVE } from '../../src/domain/primes.ts';

test('the cat gives what the TypeScript gives, on stacks of any height', async () => {
  const cat = instantiateCat(await assemble('cat'));
  const orders = [
    [0, 0],
    [0, 9],
    [1, 0],
    [1, 65_535],
    [1, 1_000_000],
    [2, 50],
    [3, 8],
    [4, 0],
  ] as const;
  for (const [m, n] of orders) assert.equal(cat.ackermann(m, n), ackermann(m, n), `A(${m}, ${n})`);
});

test('the cat takes every rewriting step', async () => {
  const bytes = await assemble('cat', true);
  const orders = [
    [0, 9],
    [1, 0],
    [1, 200_000],
    [2, 50],
    [3, 0],
    [3, 8],
    [4, 0],
  ];
  for (const [m = 0, n = 0] of orders) {
    const cat = instantiateCat(bytes);
    cat.ackermann(m, n);
    assert.equal(cat.steps?.value, BigInt(ackermannSteps(m, n)), `A(${m}, ${n})`);
  }
  assert.equal(instantiateCat(await assemble('cat')).steps, undefined);
});

test('the wolf finds the primes that the TypeScript finds', async () => {
  const wolf = instantiateWolf(await assemble('wolf'));
  for (const time of ['first', 'second']) assert.equal(wolf.buildSieve(), PRIMES_IN_SIEVE, time);
  buildSieve();
  const agree = (weight: number) => assert.equal(wolf.isPrime(weight) === 1, isPrime(weight), `${weight}`);
  for (let weight = 0; weight < 100_000; weight++) agree(weight);
  for (let weight = MAX_TESTABLE; weight > MAX_TESTABLE - 2000; weight--) agree(weight);
  const primes = Array.from({ length: 400_000 }, (_, i) => i).filter(isPrime);
  // Only the last prime that is tried divides a square: as the last of a turn of eight, and in each place behind one.
  for (const p of primes) agree(p * p);
  const aPrime = fc.constantFrom(...primes);
  fc.assert(fc.property(aPrime, aPrime, (p, q) => agree(p * q)));
  fc.assert(fc.property(fc.integer({ min: 0, max: MAX_TESTABLE }), agree));
});

test('the wolf traps on what is no weight', async () => {
  const { isPrime: isPrimeInWasm } = instantiateWolf(await assemble('wolf'));
  for (const weight of [-1, 0.5, MAX_TESTABLE + 1, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(() => isPrimeInWasm(weight), /unreachable/, `${weight}`);
  }
});
