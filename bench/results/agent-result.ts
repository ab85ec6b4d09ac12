import type { Throttled } from './throttled.ts';

/** What an agent can get wrong, so that its round is no measurement. */
export type AgentFault = 'late' | 'slow' | 'lost' | 'throttled';

/** What one load agent did in one piece of the plan: a round, a warm-up, or a rate. */
export interface AgentResult {
  /** From 1. */
  readonly agent: number;
  /** Execution environments that served it. */
  readonly environments: number;
  readonly calls: number;
  readonly lost: number;
  readonly dropped: number;
  readonly wrong: number;
  /** Absent when nothing was throttled. */
  readonly throttled?: Throttled;
  /** Milliseconds of latency; absent without any call. */
  readonly p50Ms?: number;
  readonly p99Ms?: number;
  /** Milliseconds from the agreed moment to its first request; absent without any call. */
  readonly startMs?: number;
  /** The same in the worst of its pieces. */
  readonly lateMs?: number;
  /** By how many milliseconds the bench may be wrong about its clock. */
  readonly clockErrorMs?: number;
  /** Absent where nothing was wrong with the agent itself. */
  readonly fault?: AgentFault;
  /** The fault in words. */
  readonly problem?: string;
}

/** Who applied the load, where it was not the bench itself. */
export interface AgentsDescription {
  readonly count: number;
  /** AWS region; absent where they ran on local-lambda, on the machine of the bench. */
  readonly region?: string;
  readonly functionName: string;
}
