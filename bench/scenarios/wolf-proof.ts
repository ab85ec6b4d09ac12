import type { Herd, HerdSheep } from '../herd/make-herd.ts';

/** How many raids are followed one by one in the table before the measuring. */
export const FOLLOWED_RAIDS = 3;

/**
 * Compares a table with what so many raids must have left of a herd: all but the heaviest of prime weight.
 * @returns what is wrong, or `undefined`.
 */
export function wrongLeftovers(herd: Herd, eaten: number, left: readonly HerdSheep[]): string | undefined {
  const leftTattoos = new Set(left.map(({ tattoo }) => tattoo));
  const due = new Set(herd.primes.slice(0, eaten).map(({ tattoo }) => tattoo));
  const survivor = herd.sheep.find(({ tattoo }) => due.has(tattoo) && leftTattoos.has(tattoo));
  const victim = herd.sheep.find(({ tattoo }) => !due.has(tattoo) && !leftTattoos.has(tattoo));
  if (survivor === undefined && victim === undefined) return undefined;
  const say = (sheep: HerdSheep | undefined) =>
    sheep === undefined ? 'none' : `sheep ${sheep.tattoo} of ${sheep.weight} micrograms`;
  return `DELETE /wolf: after ${eaten} raids should be eaten but is not: ${say(survivor)}; should not be eaten but is: ${say(victim)}`;
}
