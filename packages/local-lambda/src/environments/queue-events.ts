import type { Invocation } from './invocation.ts';
import type { PoolOptions } from './pool-options.ts';

/** Gives what tells listeners that an invocation of a pool waits, or was refused. */
export function tellOf({ events, definition }: PoolOptions) {
  return (type: 'invocation-queued' | 'invocation-throttled', { requestId, traceId }: Invocation): void => {
    if (!events.hears(type)) return;
    const { name: functionName, version } = definition;
    events.emit({ type, timeMs: Date.now(), functionName, version, requestId, traceId });
  };
}
