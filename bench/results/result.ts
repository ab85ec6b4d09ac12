import type { FunctionSummary } from '@sheep-shed/log-insights/report-lines';
import type { AgentResult, AgentsDescription } from './agent-result.ts';
import type { LoadResult, ToldLoad } from './load-result.ts';
import type { EngineName, ImportedEngine, ScenarioName } from './names.ts';
import { sumThrottled } from './throttled.ts';

/** The format of result files; another number means another format. */
export const RESULT_VERSION = 6;

/** What tells a result file of ours from other JSON. */
export const RESULT_KIND = 'sheep-shed-bench';

/** One round of a scenario on one stack. */
export interface RoundResult {
  /** From 1. */
  readonly round: number;
  /** ISO 8601. */
  readonly startedAt: string;
  /** Whether the execution environments were new, and warmed up for this round alone; else they are those of the round before. */
  readonly isFresh: boolean;
  readonly load: ToldLoad;
  /** What the host's REPORT lines of this round tell; `undefined` where only all rounds together could be asked for. */
  readonly reported: FunctionSummary | undefined;
  /** CPU milliseconds that the processes of the function used for the calls of this round; absent where nobody told. */
  readonly cpuMs?: number | undefined;
  /** What each load agent did; absent where the bench itself applied the load. */
  readonly agents?: readonly AgentResult[] | undefined;
  /** Milliseconds between the first and the last agent's begin. */
  readonly startSkewMs?: number | undefined;
  /** Rows that the calls of this round imported; absent in other scenarios. */
  readonly rows?: number | undefined;
  /** Why the round was broken off, in words; such a round stays out of comparisons, but not out of the file. */
  readonly brokenOff: string | undefined;
}

/** One scenario on one stack. */
export interface ScenarioResult {
  readonly scenario: ScenarioName;
  readonly stack: string;
  readonly rounds: readonly RoundResult[];
  /** What the host's REPORT lines of all whole rounds tell; `undefined` where there are none or they could not be asked for. */
  readonly reported: FunctionSummary | undefined;
  /** CPU milliseconds a call of all whole rounds, as AWS Lambda Insights tells it; absent on this machine and where it is off. */
  readonly cpuMsPerCall?: number | undefined;
  /** Why its figures must not be compared with those of other stacks, in words; `undefined` where they may. */
  readonly incomparable: string | undefined;
  /** What is wrong beyond single answers: too many raids won, sheep that do not add up, the wrong sheep eaten. */
  readonly violations: readonly string[];
}

/** One cold start that the bench made: that of a round's new environment, or one forced apart. */
export interface ColdStart {
  /** Milliseconds of init as REPORT tells it; `undefined` without REPORT line. */
  readonly initMs: number | undefined;
  /** Milliseconds of the first invocation as REPORT tells it, without init. */
  readonly durationMs: number | undefined;
  readonly billedMs: number | undefined;
  /** CPU milliseconds of the first invocation; absent where nobody told. */
  readonly cpuMs?: number | undefined;
  /** CPU milliseconds of the process before it: its start and its init; absent where nobody told. */
  readonly initCpuMs?: number | undefined;
  /** Milliseconds that the client waited for the answer. */
  readonly clientMs: number;
}

/** The cold starts of one function on one stack: those with which rounds began, then those forced apart. */
export interface ColdResult {
  readonly scenario: ScenarioName;
  readonly stack: string;
  readonly starts: readonly ColdStart[];
  /** What was wrong: answers that did not verify, invocations that were not cold. */
  readonly violations: readonly string[];
}

/** Latency at one rate of the open model. */
export interface RateStep {
  /** Requests a second, as planned. */
  readonly rate: number;
  readonly load: LoadResult;
  /** Whether the objective was met and nothing was lost, dropped, throttled or wrong. */
  readonly met: boolean;
}

/** Latency against load, of one scenario on one stack. */
export interface RateCurve {
  readonly scenario: ScenarioName;
  readonly stack: string;
  /** As given, such as `p99<250ms`. */
  readonly objective: string;
  readonly steps: readonly RateStep[];
  /** The highest rate that met the objective with all below it; `undefined` when none did. */
  readonly highestRate: number | undefined;
}

/** What the bench itself can measure on this machine at most: it drove a bare server with as many connections. */
export interface BenchFloor {
  /** The highest rate, in requests a second. */
  readonly requestsPerSecond: number;
  /** Milliseconds of median latency that the client and a bare server add. */
  readonly latencyMs: number;
}

/** What a run was to do: every option as it was settled, and the names of the stacks. */
export interface Plan {
  readonly preset: string;
  readonly stacks: readonly string[];
  readonly scenarios: readonly ScenarioName[];
  /** The other revision that the stack was measured against, as it was given. */
  readonly against: string | undefined;
  /** Whether the stacks were reached by URL. */
  readonly isRemote: boolean;
  readonly rounds: number;
  /** Calls a scenario makes on each stack in all rounds; `undefined` when it is limited by `duration`. */
  readonly calls: number | undefined;
  /** Seconds a scenario lasts on each stack in all rounds. */
  readonly duration: number;
  /** Seconds of uncounted load on new execution environments. */
  readonly warmUp: number;
  /** Rounds after which the execution environments are started anew; 0 when never. */
  readonly freshEvery: number;
  readonly connections: number;
  /** What applied the load of the closed model. */
  readonly engine: EngineName;
  /** Load agents; absent where the bench itself applies the load. */
  readonly agents?: number | undefined;
  readonly model: 'closed' | 'open';
  /** Requests a second of the open model. */
  readonly rate: number | undefined;
  readonly arrivals: 'even' | 'poisson' | undefined;
  readonly rateSteps: readonly number[] | undefined;
  readonly objective: string | undefined;
  /** Forced cold starts of each function on each stack. */
  readonly cold: number;
  readonly m: number;
  readonly n: number;
  readonly herd: number;
  readonly seed: number;
  /** Rows of each file that is imported; absent without the scenario `import`. */
  readonly rows?: number | undefined;
  /** Size of each photo that is uploaded; absent without the scenario `portrait`. */
  readonly megapixels?: number | undefined;
  /** Seconds until an answer counts as lost. */
  readonly timeout: number;
  /** As it was given: for all stacks, or by name. */
  readonly region: string | undefined;
  /** As it was given: for all stacks, or by name. */
  readonly stage: string;
}

/** What the file of another engine may leave open. */
type Untold = 'duration' | 'connections' | 'model' | 'm' | 'n' | 'herd' | 'seed' | 'timeout' | 'stage';

/** A plan as far as it is known: that of a run of the bench is known whole. */
export type ToldPlan = Omit<Plan, 'engine' | Untold> & { readonly engine: EngineName | ImportedEngine } & {
  readonly [Name in Untold]: Plan[Name] | undefined;
};

/** The machine that drove the load, and the sources it ran. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryMb: number;
  readonly kernel: string;
  /** Over one minute; `undefined` where the system tells none. */
  readonly loadAverageBefore: number | undefined;
  readonly loadAverageAfter: number | undefined;
  /** Milliseconds of a fixed loop on one core: how fast it is beside others; absent where it measured a deployed API. */
  readonly yardstickMs?: number | undefined;
}

/** What ran: the releases that a figure may depend on. */
export interface Versions {
  /** `undefined` where another engine made the load. */
  readonly node: string | undefined;
  /** By package name. */
  readonly packages: Readonly<Record<string, string>>;
  readonly gitCommit: string | undefined;
  /** Whether there were changes beyond that commit. */
  readonly gitDirty: boolean | undefined;
}

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

/** One stack as it was measured. */
export interface StackDescription {
  readonly name: string;
  readonly url: string;
  /** The commit that it was packaged from, where that is not the one of {@link Versions}. */
  readonly commit: string | undefined;
  /** Where it was deployed; absent for stacks of this machine. */
  readonly stage?: string | undefined;
  /** AWS region; absent where none was given. */
  readonly region?: string | undefined;
  /** Empty where the stack was reached over HTTP alone. */
  readonly functions: readonly FunctionDescription[];
}

/** One run of the bench, as it stands in its result file. */
export interface BenchResult {
  readonly kind: typeof RESULT_KIND;
  readonly version: typeof RESULT_VERSION;
  /** False when the run ended early: what is there was measured in full, the rest is missing. */
  readonly isComplete: boolean;
  readonly startedAt: string;
  /** ISO 8601; with `startedAt` the window that `npm run insights -- … --from <result file>` looks at. */
  readonly finishedAt: string;
  readonly plan: ToldPlan;
  /** `undefined` where the load was another engine's. */
  readonly machine: Machine | undefined;
  readonly versions: Versions;
  /** `undefined` when the run ended before it was measured. */
  readonly floor: BenchFloor | undefined;
  /** The same of the worker's transport, broker included; absent where no worker was measured. */
  readonly amqpFloor?: BenchFloor | undefined;
  /** Absent where the bench itself applied the load; else {@link floor} is that of the agents. */
  readonly agents?: AgentsDescription | undefined;
  readonly stacks: readonly StackDescription[];
  readonly scenarios: readonly ScenarioResult[];
  readonly coldStarts: readonly ColdResult[];
  readonly rateCurves: readonly RateCurve[];
  /** What a reader must know before trusting a figure. */
  readonly warnings: readonly string[];
}

/** Whether an answer did not verify, a request was lost, dropped or throttled, a round was broken off or the sheep do not add up. */
export function isWrong({ rounds, violations }: ScenarioResult): boolean {
  return (
    violations.length > 0 || rounds.some(({ load, brokenOff }) => brokenOff !== undefined || isFaulty(load))
  );
}

/** Whether another engine made the load of a result, so that the bench verified no answer. */
export function isImported({ plan }: Pick<BenchResult, 'plan'>): boolean {
  return plan.engine === 'k6';
}

/** Whether an answer of a load did not verify, or a request was lost, dropped or throttled. */
export function isFaulty(load: ToldLoad): boolean {
  return faultsOf(load) > 0;
}

/** Requests of a load that were lost, dropped or throttled, and answers that did not verify. */
export function faultsOf(load: ToldLoad): number {
  return load.wrong + (load.lost ?? 0) + load.dropped + sumThrottled(load.throttled);
}
