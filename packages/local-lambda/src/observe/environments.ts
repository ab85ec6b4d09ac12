import type { EnvironmentFigures } from '../environments/account.ts';
import type { Environment } from '../environments/environment-options.ts';

/** What an environment does, in words for who looks on. */
export type ShownState = 'starting' | 'idle' | 'busy' | 'ending';

/** One environment as it is now. */
export interface ShownEnvironment extends EnvironmentFigures {
  readonly state: ShownState;
  /** Of the invocation that it serves. */
  readonly requestId: string | undefined;
  /** Its resident set; undefined where it cannot be measured. */
  readonly memoryMb: number | undefined;
}

/** The environments that run on a host, of all functions and versions. */
export interface LiveEnvironments {
  add(environment: Environment): void;
  remove(environment: Environment): void;
  /** @param functionName of one function only. */
  list(functionName?: string): readonly ShownEnvironment[];
  /**
   * Ends environments that have no work, or all.
   * @param which says of each environment whether it is meant.
   * @returns the ids of those that end, and of those that stay since they work.
   */
  end(
    which: (figures: EnvironmentFigures) => boolean,
    force: boolean,
  ): { readonly ended: readonly string[]; readonly busy: readonly string[] };
}

/** Makes the list of a host's environments. */
export function createLiveEnvironments(): LiveEnvironments {
  const all = new Map<string, Environment>();
  return {
    add: (environment) => void all.set(environment.id, environment),
    remove: (environment) => void all.delete(environment.id),
    list: (functionName) =>
      [...all.values()]
        .filter((one) => functionName === undefined || one.figures().functionName === functionName)
        .map(shown),
    end: (which, force) => {
      const ended: string[] = [];
      const busy: string[] = [];
      for (const environment of [...all.values()].filter((one) => which(one.figures()))) {
        // An invocation waits for one that starts.
        const isFree = !['busy', 'starting'].includes(shownState(environment));
        (isFree || force ? ended : busy).push(environment.id);
        if (isFree || force) environment.drop('dropped');
      }
      return { ended, busy };
    },
  };
}

function shown(environment: Environment): ShownEnvironment {
  const state = environment.state();
  return {
    ...environment.figures(),
    state: shownState(environment),
    requestId: 'requestId' in state ? state.requestId : undefined,
    memoryMb: rounded(environment.residentMb()),
  };
}

function shownState(environment: Environment): ShownState {
  switch (environment.state().phase) {
    case 'starting':
      return 'starting';
    case 'idle':
      return 'idle';
    case 'restarting':
    case 'busy':
    case 'streaming':
    case 'answered':
      return 'busy';
    case 'away':
    case 'stopping':
    case 'ended':
      return 'ending';
  }
}

function rounded(mb: number | undefined): number | undefined {
  return mb === undefined || mb === 0 ? undefined : Math.ceil(mb);
}
