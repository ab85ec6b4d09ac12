import type { Confinement } from '../confinement/confinement.ts';
import type { Hold } from '../debugging/hold.ts';
import type { FunctionDefinition } from '../deployment-package/functions.ts';
import type { EventBus } from '../events/event-bus.ts';
import type { EndReason } from '../events/platform-event.ts';
import type { OnFault } from '../fault-boundary.ts';
import type { Report } from '../logs/lines.ts';
import type { LogStore } from '../logs/log-store.ts';
import type { EnvironmentFigures } from './account.ts';
import type { Invocation } from './invocation.ts';
import type { EnvironmentState } from './state.ts';

/** One execution environment. */
export interface Environment {
  readonly id: string;
  readonly state: () => EnvironmentState;
  /** Hands over an invocation; false when the environment cannot take it, since its runtime is gone or going. */
  dispatch(invocation: Invocation): boolean;
  /** Ends the environment, whatever it does. */
  drop(reason?: EndReason): void;
  readonly figures: () => EnvironmentFigures;
  /** Its resident set now, in MB; undefined where it cannot be measured. */
  residentMb(): number | undefined;
}

/** What an environment needs and whom it tells. */
export interface EnvironmentOptions {
  readonly definition: FunctionDefinition;
  /** How its process starts, and what holds it within Lambda's limits. */
  readonly confinement: Confinement;
  /** Whether it stands still between invocations. */
  readonly freeze: boolean;
  /** Folder of the unpacked code. */
  readonly taskRoot: string;
  /** Variables for the process, those of this environment excepted. */
  readonly variables: Readonly<Record<string, string>>;
  readonly logStore: LogStore;
  /** 32 hex digits. */
  readonly id: string;
  /** Init that takes longer is repeated within the invocation. */
  readonly initTimeoutMs: number;
  readonly enforceMemory: boolean;
  /** Time-outs stand still while it is held; undefined: it never is. */
  readonly hold: Hold | undefined;
  /** `/proc`, or a folder that is not there. */
  readonly procDir: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds of a clock that never jumps. */
  readonly clock: () => number;
  readonly onAvailable: (environment: Environment) => void;
  /** It is not available any more, but may become so again. */
  readonly onUnavailable: (environment: Environment) => void;
  /** Gives back an invocation that the runtime has never seen. */
  readonly onGiveBack: (invocation: Invocation) => void;
  /** Init is over, one way or the other: another environment may start. */
  readonly onInitOver: () => void;
  /** Init failed: the invocation within which it is repeated, if one waits. */
  readonly takeForRestart: () => Invocation | undefined;
  readonly onEnded: (environment: Environment) => void;
  readonly onProcess: (pid: number, alive: boolean) => void;
  /** Gets what REPORT says of each invocation. */
  readonly onReport: (report: Report, invocation: Invocation) => void;
  readonly onFault: OnFault;
  readonly events: EventBus;
}
