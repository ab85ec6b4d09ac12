import type { FunctionDefinition } from '../deployment-package/functions.ts';
import type { EventBus } from '../events/event-bus.ts';
import type { OnFault } from '../fault-boundary.ts';
import type { Environment } from './environment-options.ts';
import type { HostPlaces } from './host-places.ts';
import type { Invocation } from './invocation.ts';
import type { StartGate } from './start-gate.ts';

/**
 * When a request gets an environment: `lambda` always and at once, if need be a new one, as Lambda does;
 * `eager-reuse` keeps few of them busy and the others cold, unless those do not get round to it soon (for
 * development).
 */
export type Scaling = 'lambda' | 'eager-reuse';

/** The callbacks through which an environment reports to its pool. */
export interface PoolCallbacks {
  readonly onAvailable: (environment: Environment) => void;
  readonly onUnavailable: (environment: Environment) => void;
  readonly onGiveBack: (invocation: Invocation) => void;
  readonly onInitOver: () => void;
  readonly takeForRestart: () => Invocation | undefined;
  readonly onEnded: (environment: Environment) => void;
}

/** What a pool needs. */
export interface PoolOptions {
  readonly definition: FunctionDefinition;
  readonly scaling: Scaling;
  /** Environments at once, at least 0. */
  readonly maxEnvironments: number;
  /** A request above that waits this long, in ms. */
  readonly queueTimeoutMs: number;
  /** An environment without work ends after this time, in ms. */
  readonly idleMs: number;
  readonly gate: StartGate;
  readonly places: HostPlaces;
  /** Milliseconds of a clock that never jumps. */
  readonly clock: () => number;
  readonly start: (callbacks: PoolCallbacks) => Promise<Environment>;
  readonly onFault: OnFault;
  readonly events: EventBus;
}

/** The environments of one function. */
export interface Pool {
  /** Gives an invocation to an environment; its `settle` is called exactly once. */
  invoke(invocation: Invocation): void;
  /** Starts an environment if there is none. */
  warm(): void;
  /** Environments that exist or are about to. */
  size(): number;
  /** Ends the environments that are idle; resolves when their processes are gone. */
  dropIdle(): Promise<void>;
  /** From now on gives everything to another pool, what waits for an environment first; `close` it then. */
  handOver(next: Pool): void;
  /** From now on has so many environments at most, at least 0; those that are above it end when they are idle. */
  resize(maxEnvironments: number): void;
  /** Takes nothing more; waits for invocations in flight up to `drainMs`, then ends all environments. */
  close(drainMs: number): Promise<void>;
}
