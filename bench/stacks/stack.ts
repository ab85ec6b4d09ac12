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
}

/** What the REPORT lines of one function tell. */
export interface Reported {
  /** `undefined` without any REPORT line. */
  readonly summary: FunctionSummary | undefined;
  /** Why the host could not be asked to the end. */
  readonly problem: Problem | undefined;
}

/** A failure of a host to tell of its functions. */
export interface Problem {
  /** The same for failures that have the same cause, such as credentials. */
  readonly kind: string;
  /** One line that says what to do. */
  readonly text: string;
}

/** The logs that a stack's host keeps. */
export interface LogAccess {
  /** Whether a REPORT line is there as soon as it is asked for, so that a missing one is a fault and no delay. */
  readonly isImmediate: boolean;
  /**
   * Summarises the REPORT lines of one function.
   * @param window both ends in epoch milliseconds.
   * @param expected invocations made in the window; logs that are not immediate are asked again until they hold them.
   */
  summarise(functionName: string, window: Window, expected: number): Promise<Reported>;
}

/** A span of time, in epoch milliseconds. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** One implementation of the contract, ready to be measured. */
export interface Stack {
  readonly name: string;
  readonly url: string;
  /** Absent where the bench reaches the stack over HTTP alone. */
  readonly table: TableAccess | undefined;
  /** Absent where the bench has not started the stack's host itself. */
  readonly host: HostAccess | undefined;
  /** Absent where the bench cannot read the logs of the stack's host. */
  readonly logs: LogAccess | undefined;
}
