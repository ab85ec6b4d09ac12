import type { EndReason } from '../events/platform-event.ts';
import type { Environment } from './environment-options.ts';

/** The environments of a pool that wait for work: taken last-in first-out, so that the others may end. */
export interface IdleEnvironments {
  add(environment: Environment, nowMs: number): void;
  /** The one that was used last; one whose process is gone may be in the list for a moment longer. */
  take(): Environment | undefined;
  forget(environment: Environment): void;
  /** Since when the one that was used longest ago is idle; undefined: there is none. */
  since(): number | undefined;
  /** Ends the one that was used longest ago. */
  dropOldest(reason: EndReason): void;
  /** Ends all, and gives those that it ended. */
  dropAll(reason?: EndReason): readonly Environment[];
}

/** Makes an empty list. */
export function createIdleEnvironments(): IdleEnvironments {
  const idle: { environment: Environment; since: number }[] = [];
  return {
    add: (environment, nowMs) => void idle.push({ environment, since: nowMs }),
    take: () => {
      let last = idle.pop();
      while (last !== undefined && last.environment.state().phase !== 'idle') last = idle.pop();
      return last?.environment;
    },
    forget: (environment) => {
      const at = idle.findIndex((item) => item.environment === environment);
      if (at !== -1) idle.splice(at, 1);
    },
    since: () => idle[0]?.since,
    dropOldest: (reason) => idle.shift()?.environment.drop(reason),
    dropAll: (reason) => {
      const dropped = idle.splice(0).map(({ environment }) => environment);
      for (const environment of dropped) environment.drop(reason);
      return dropped;
    },
  };
}
