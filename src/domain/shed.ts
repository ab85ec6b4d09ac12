import type { Sheep } from './sheep.ts';

/** Where the sheep are kept; every implementation passes `test/contracts/shed.ts`. */
export interface Shed {
  /** Adds a sheep; `false` when its tattoo is already there, and the first sheep stays as it was. */
  add(sheep: Sheep): Promise<boolean>;
  /** Counts all sheep, page by page. */
  count(): Promise<number>;
  /** Reads all sheep in no particular order, one page at a time, so that memory is bounded by one page. */
  scan(): AsyncIterable<readonly Sheep[]>;
  /** Removes a sheep; `false` when it was not there, as when another wolf was faster. */
  remove(tattoo: bigint): Promise<boolean>;
}
