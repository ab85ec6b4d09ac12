import type { EventBus } from './events/event-bus.ts';
import type { OnFault } from './fault-boundary.ts';
import type { HostedFunction } from './function-host.ts';

/** The functions that a host runs, from wherever they came; each comes, changes and goes while the others run. */
export interface FunctionRegistry {
  /** By name; it changes under those who look. */
  readonly functions: ReadonlyMap<string, HostedFunction>;
  /**
   * Puts functions in their places at once and takes others away: calls in flight end where they are, calls that wait
   * for an environment get one of what took the place, and versions that are in both go on.
   * @param gone names of functions that nothing takes the place of.
   */
  swap(next: readonly HostedFunction[], gone?: readonly string[]): void;
  /** Answers what is in flight, of functions that were swapped too, for up to `drainMs`, then ends all environments. */
  close(drainMs: number): Promise<void>;
}

/** What a call may take beside its time-out, in ms: init, which may be repeated, and a place to start in. */
const START_MS = 60_000;

/** Makes an empty registry. @param events hears of functions that come, change and go. */
export function createFunctionRegistry(events: EventBus, onFault: OnFault): FunctionRegistry {
  const functions = new Map<string, HostedFunction>();
  const retired = new Map<HostedFunction, Promise<void>>();

  function retire(before: HostedFunction, next: HostedFunction | undefined): void {
    const kept = new Set(next?.versions.values());
    for (const [version, one] of before.versions) {
      if (kept.has(one)) continue;
      const successor = next?.versions.get(version);
      if (successor !== undefined) one.pool.handOver(successor.pool);
      const { name, timeoutSeconds } = one.definition;
      const closed = one
        .close(timeoutSeconds * 1_000 + START_MS)
        .catch((error) => onFault(`closing the old code of ${name}`, error))
        .finally(() => retired.delete(one));
      retired.set(one, closed);
    }
  }

  function tell(type: `function-${'added' | 'changed' | 'removed'}`, functionName: string): void {
    events.emit({ type, timeMs: Date.now(), functionName });
  }

  return {
    functions,
    swap: (next, gone = []) => {
      for (const one of next) {
        const { name } = one.definition;
        const before = functions.get(name);
        if (before === one) continue;
        functions.set(name, one);
        if (before !== undefined) retire(before, one);
        tell(before === undefined ? 'function-added' : 'function-changed', name);
      }
      for (const name of gone) {
        const before = functions.get(name);
        if (before === undefined) continue;
        functions.delete(name);
        retire(before, undefined);
        tell('function-removed', name);
      }
    },
    close: async (drainMs) => {
      const all = [...functions.values()].flatMap(({ versions }) => [...versions.values()]);
      await Promise.all([...all, ...retired.keys()].map((one) => one.close(drainMs)));
      await Promise.all(retired.values());
    },
  };
}
