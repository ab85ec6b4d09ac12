const FIRST_MS = 250;
const LONGEST_MS = 20_000;
const MOST_DOUBLINGS = 10;

/**
 * How long to wait before something that failed is tried again: at random between half of a bound and all of it.
 * The bound doubles with each failure, from 250 ms to 20 s.
 * @param failures in succession, at least 1. @param random uniform in [0, 1).
 * @returns milliseconds.
 */
export function backOffMs(failures: number, random: () => number): number {
  const bound = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, MOST_DOUBLINGS));
  return bound * (0.5 + random() / 2);
}
