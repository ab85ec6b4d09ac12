import type { FunctionSummary } from '../../insights/summarise.ts';
import type { HerdSheep } from '../herd.ts';

/** One function of a stack as it was measured. */
export interface FunctionDescription {
  /** The last part of its name, the same in every stack: `post-sheep`, `get-dog`, `get-cat`, `delete-wolf`. */
  readonly function: string;
  /** Full name on its host. */
  readonly name: string;
  readonly runtime: string;
  readonly architecture: string;
  readonly memorySizeMb: number;
  /** Bytes of its package, unpacked. */
  readonly packageBytes: number;
}

/** Direct access to a stack's table, past its functions. */
export interface TableAccess {
  /** Replaces whatever is in the table. */
  load(herd: readonly HerdSheep[]): Promise<void>;
  read(): Promise<HerdSheep[]>;
}

/** What a stack's host says of its functions besides their answers. */
export interface HostAccess {
  readonly functions: readonly FunctionDescription[];
  /** Ends the execution environments that exist, so that what follows starts cold. */
  dropEnvironments(): Promise<void>;
  /** What the REPORT lines of one function within a window of epoch milliseconds tell; `undefined` without any. */
  summarise(functionName: string, fromMs: number, toMs: number): Promise<FunctionSummary | undefined>;
}

/** One implementation of the contract, ready to be measured. */
export interface Stack {
  readonly name: string;
  readonly url: string;
  /** Absent where the bench reaches the stack over HTTP alone. */
  readonly table: TableAccess | undefined;
  readonly host: HostAccess | undefined;
}
