import { ShedError } from './errors.ts';

/** A sheep: `tattoo` is its unique unsigned 64-bit number, `weight` an integer of micrograms. */
export interface Sheep {
  readonly tattoo: bigint;
  readonly weight: number;
}

/** The largest tattoo, 2^64 − 1; the smallest is 0. */
export const MAX_TATTOO = 18_446_744_073_709_551_615n;

/** The lightest and the heaviest weight of a sheep in micrograms (80 kg and 160 kg), both included. */
export const MIN_WEIGHT = 80_000_000_000;
export const MAX_WEIGHT = 160_000_000_000;

/**
 * Reads a tattoo from its decimal form of 1 to 20 digits; leading zeros name the same sheep.
 * @throws ShedError `INVALID_INPUT` on anything else or above {@link MAX_TATTOO}.
 */
export function parseTattoo(text: unknown): bigint {
  if (typeof text === 'string' && /^[0-9]{1,20}$/.test(text)) {
    const tattoo = BigInt(text);
    if (tattoo <= MAX_TATTOO) return tattoo;
  }
  throw new ShedError('INVALID_INPUT', `tattoo must be 1 to 20 digits, from 0 to ${MAX_TATTOO}`);
}

/**
 * Draws a weight uniformly from [{@link MIN_WEIGHT}, {@link MAX_WEIGHT}] micrograms.
 * @param random uniform in [0, 1), as `Math.random`; its 52 random bits exceed the 2^36.2 possible weights.
 */
export function drawWeight(random: () => number): number {
  return MIN_WEIGHT + Math.floor(random() * (MAX_WEIGHT - MIN_WEIGHT + 1));
}
