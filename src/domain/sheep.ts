import { digitsOf, invalidInput } from './input.ts';

/** A sheep: `tattoo` is its unique unsigned 64-bit number, `weight` an integer of micrograms. */
export interface Sheep {
  readonly tattoo: bigint;
  readonly weight: number;
}

/** The largest tattoo, 2^64 − 1; the smallest is 0. */
export const MAX_TATTOO = 18_446_744_073_709_551_615n;

/** The lightest weight of a sheep, included: 80 kg in micrograms. */
export const MIN_WEIGHT = 80_000_000_000;

/** The heaviest weight of a sheep, included: 160 kg in micrograms. */
export const MAX_WEIGHT = 160_000_000_000;

/**
 * Reads a tattoo, a text or a number, from its decimal form of 1 to 20 digits; leading zeros name the same sheep.
 * @throws ShedError `INVALID_INPUT` on anything else or above {@link MAX_TATTOO}.
 */
export function parseTattoo(given: unknown): bigint {
  const digits = digitsOf(given);
  if (digits !== undefined && /^[0-9]{1,20}$/.test(digits)) {
    const tattoo = BigInt(digits);
    if (tattoo <= MAX_TATTOO) return tattoo;
  }
  throw invalidInput('tattoo', `1 to 20 digits, from 0 to ${MAX_TATTOO}`, given);
}

/**
 * Draws a weight in micrograms uniformly from {@link MIN_WEIGHT} to {@link MAX_WEIGHT}, both included.
 * @param random uniform in [0, 1), as `Math.random`, whose 52 random bits exceed the 2^36.2 possible weights.
 */
export function drawWeight(random: () => number): number {
  return MIN_WEIGHT + Math.floor(random() * (MAX_WEIGHT - MIN_WEIGHT + 1));
}
