import type { Herd, HerdSheep } from '../herd/make-herd.ts';

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
  return `DELETE /wolf: after ${eaten} raids should be eaten but is not: ${say(survivor)}; should not be eaten but is: ${say(victim)}`;
}

/**
 * Looks in a table for a sheep that no raid may have eaten while every eaten one was made good: one that is not among
 * the heaviest of prime weight.
 * @param mostEaten how many of these raids at once may have come to.
 * @returns what is wrong, or `undefined`.
 */
export function wrongVictim(herd: Herd, mostEaten: number, left: readonly HerdSheep[]): string | undefined {
  const leftTattoos = new Set(left.map(({ tattoo }) => tattoo));
  const fair = new Set(herd.primes.slice(0, mostEaten).map(({ tattoo }) => tattoo));
  const victim = herd.sheep.find(({ tattoo }) => !fair.has(tattoo) && !leftTattoos.has(tattoo));
  return victim && `DELETE /wolf: should not be eaten but is: ${say(victim)}`;
}

function say(sheep: HerdSheep | undefined): string {
  return sheep === undefined ? 'none' : `sheep ${sheep.tattoo} of ${sheep.weight} micrograms`;
}
