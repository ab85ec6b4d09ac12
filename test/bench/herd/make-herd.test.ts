import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeHerd } from '../../../bench/herd/make-herd.ts';
import { wrongLeftovers } from '../../../bench/scenarios/wolf-proof.ts';
import { slowIsPrime } from '../../domain/slow-twins.ts';

const herd = makeHerd(1000, 1);

test('a herd is the same for the same seed and another for another', () => {
  assert.deepEqual(makeHerd(1000, 1), herd);
  assert.notDeepEqual(makeHerd(1000, 2), herd);
  assert.deepEqual(makeHerd(0, 1), { sheep: [], primes: [] });
});

test('tattoos are distinct, weights in range, primes found and in the order of the wolves', () => {
  assert.equal(new Set(herd.sheep.map(({ tattoo }) => tattoo)).size, 1000);
  assert.ok(herd.sheep.some(({ tattoo }) => tattoo > 2n ** 53n));
  assert.ok(herd.sheep.every(({ weight }) => weight >= 80_000_000_000 && weight <= 160_000_000_000));
  assert.deepEqual(new Set(herd.primes), new Set(herd.sheep.filter(({ weight }) => slowIsPrime(weight))));
  assert.equal(herd.primes.length, 29, 'as docs/method.md says');
  const weights = herd.primes.map(({ weight }) => weight);
  assert.deepEqual(
    weights,
    weights.toSorted((a, b) => b - a),
  );
});

test('what raids leave of a herd is judged sheep by sheep', () => {
  const without = (...eaten: unknown[]) => herd.sheep.filter((sheep) => !eaten.includes(sheep));
  const [heaviest, second] = herd.primes;
  assert.equal(wrongLeftovers(herd, 0, herd.sheep), undefined);
  assert.equal(wrongLeftovers(herd, 1, without(heaviest)), undefined);
  assert.equal(wrongLeftovers(herd, 2, without(heaviest, second)), undefined);
  assert.match(
    wrongLeftovers(herd, 1, without(herd.primes.at(-1))) ?? '',
    /should be eaten but is not: sheep \d+/,
  );
  assert.match(
    wrongLeftovers(herd, 1, without(heaviest, second)) ?? '',
    /should not be eaten but is: sheep \d+/,
  );
  assert.match(wrongLeftovers(herd, 1, herd.sheep) ?? '', /should not be eaten but is: none/);
});
