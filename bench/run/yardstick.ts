/** Runs, of which the fastest counts: the others waited for something. */
const RUNS = 12;
const STEPS = 1_000_000;

/**
 * Milliseconds of a fixed loop of integer arithmetic on one core: how fast this machine is beside others; `undefined`
 * with a clock that stands.
 * @param clock milliseconds that never jump.
 */
export function yardstickMs(clock: () => number): number | undefined {
  let fastest = Number.POSITIVE_INFINITY;
  let state = 1;
  for (let run = 0; run < RUNS; run++) {
    const from = clock();
    // Marsaglia's xorshift: each step needs the one before, so that nothing is left out or done at once.
    for (let step = 0; step < STEPS; step++) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
    }
    fastest = Math.min(fastest, clock() - from);
  }
  return fastest > 0 && state !== 0 ? fastest : undefined;
}
