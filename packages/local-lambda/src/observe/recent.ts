import type { EventBus } from '../events/event-bus.ts';
import type { EventOf } from '../events/platform-event.ts';

/** An invocation that has ended. */
export type EndedInvocation = EventOf<'invocation-ended'>;

/** The latest invocations of a host. */
export interface RecentInvocations {
  /** @returns the newest first. @param functionName of one function only. */
  list(limit: number, functionName?: string): readonly EndedInvocation[];
}

/** So many are kept. */
export const MAX_RECENT = 500;

/** Keeps the latest invocations of a host. */
export function keepRecent(events: EventBus, size = MAX_RECENT): RecentInvocations {
  const kept: EndedInvocation[] = [];
  let next = 0;
  events.on(['invocation-ended'], (event) => {
    kept[next] = event;
    next = (next + 1) % size;
  });
  return {
    list: (limit, functionName) => {
      const newestFirst = [...kept.slice(next), ...kept.slice(0, next)].reverse();
      const wanted =
        functionName === undefined
          ? newestFirst
          : newestFirst.filter((one) => one.functionName === functionName);
      return wanted.slice(0, limit);
    },
  };
}
