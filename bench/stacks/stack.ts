import type { Window } from '@sheep-shed/log-insights';
import type { FunctionSummary, Invocation } from '@sheep-shed/log-insights/report-lines';
import type { HerdSheep } from '../herd/make-herd.ts';
import type { Connect } from '../load/connection.ts';
import type { HeadersOf } from '../load/exchange.ts';
import type { BareServer } from '../load/start-bare-server.ts';
import type { EventScenario } from '../results/names.ts';
import type { FunctionDescription } from '../results/result.ts';

/** Direct access to a stack's table, past its functions. */
export interface TableAccess {
  /** Makes the table hold exactly this herd, and tells how many sheep were removed and put for it. */
  load(herd: readonly HerdSheep[]): Promise<number>;
  /** Puts sheep beside those that are there. */
  put(sheep: readonly HerdSheep[]): Promise<void>;
  /** Every sheep that is there now. */
  read(): Promise<HerdSheep[]>;
}

/** What a stack's host says of its functions besides their answers. */
export interface HostAccess {
  readonly functions: readonly FunctionDescription[];
  /** Ends the execution environments that exist, so that what follows starts cold. */
  dropEnvironments(): Promise<void>;
  /** Resolves when the REPORT lines of all answered invocations are written. */
  settle(): Promise<void>;
}

/** Forces cold starts of a stack's functions. */
export interface ColdAccess {
  /**
   * Resolves when the next invocation of the function starts cold.
   * @param functionName the last part of its name.
   */
  force(functionName: string): Promise<void>;
  /** Undoes what {@link force} changed; works when the run is interrupted too. */
  restore(): Promise<void>;
}

/** What the REPORT lines of one function tell. */
export interface Reported {
  /** `undefined` without any REPORT line. */
  readonly summary: FunctionSummary | undefined;
  /** CPU milliseconds a call, on average, as AWS Lambda Insights tells it; absent where that is off. */
  readonly cpuMsPerCall?: number;
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

/**
 * Begins to measure the CPU time of the processes that run one function.
 * @param functionName the last part of its name.
 * @returns tells the milliseconds since then, once all that was answered is in the logs; `undefined`: not available.
 */
export type CpuMeter = (functionName: string) => Promise<() => Promise<number | undefined>>;

/** The logs that a stack's host keeps. */
export interface LogAccess {
  /** Whether a REPORT line is there as soon as it is asked for, so that a missing one is a fault and no delay. */
  readonly isImmediate: boolean;
  /**
   * Summarises the REPORT lines of one function.
   * @param windows one after the other; logs that are not immediate look at all from the first to the last.
   * @param expected invocations made then; logs that are not immediate are asked again until they hold them.
   */
  summarise(functionName: string, windows: readonly Window[], expected: number): Promise<Reported>;
  /** Lists the REPORT lines of one function in the order of their times; asks again as {@link summarise} does. */
  list(functionName: string, window: Window, expected: number): Promise<Listed>;
}

/** One invocation with what Lambda Insights tells of it besides; absent where nobody told. */
export interface MeasuredInvocation extends Invocation {
  readonly cpuMs?: number;
  /** CPU milliseconds of the process before its first invocation; local-lambda alone tells it. */
  readonly initCpuMs?: number;
}

/** The REPORT lines of one function, one by one. */
export interface Listed {
  readonly invocations: readonly MeasuredInvocation[];
  /** Why the host could not be asked to the end. */
  readonly problem: Problem | undefined;
}

/** Where a stack answers. */
export interface Address {
  readonly url: string;
  /** Signs a request just before it is sent; absent where nobody asks for a signature. */
  readonly headersOf?: HeadersOf;
  /** Makes connections to it; sockets where absent. */
  readonly connect?: Connect;
}

/** One implementation of the contract, ready to be measured. */
export interface Stack extends Address {
  readonly name: string;
  /** The commit that it was packaged from; absent where that is the project as it stands, or nobody knows. */
  readonly commit?: string;
  /** Absent where the bench reaches the stack over HTTP alone. */
  readonly table: TableAccess | undefined;
  /** Absent where the bench has not started the stack's host itself. */
  readonly host: HostAccess | undefined;
  /** Absent where the bench cannot read the logs of the stack's host. */
  readonly logs: LogAccess | undefined;
  /** Absent where the bench may not change the stack's functions. */
  readonly cold: ColdAccess | undefined;
  /** How event-driven scenarios put something in and wait until it is visible; absent: it has no such functions. */
  readonly events?: Readonly<Record<EventScenario, Connect>>;
  /** Absent where nobody can tell. */
  readonly cpu?: CpuMeter;
  /** Starts a bare server behind the stack's transport, to measure what the bench adds; absent: the transport is HTTP. */
  readonly startBare?: (signal: AbortSignal) => Promise<BareServer>;
}
