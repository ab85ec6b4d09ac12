/** Who of some sheep is in the shed; every implementation passes `test/contracts/sheep-finder.ts`. */
export interface SheepFinder {
  /**
   * The weights of those that are there, in micrograms.
   * @param tattoos at most 100, each once.
   */
  find(tattoos: readonly bigint[]): Promise<ReadonlyMap<bigint, number>>;
}
