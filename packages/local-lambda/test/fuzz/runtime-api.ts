import { type EnvironmentState, STARTING, transition } from '../../src/environments/state.ts';
import { type RuntimeApi, startRuntimeApi } from '../../src/runtime-api/server.ts';

/**
 * Starts a Runtime API whose environment has no process: events with the id `r` wait for whoever asks.
 * @param onFault hears what the API itself failed on.
 */
export async function startFuzzedRuntimeApi(onFault: (error: unknown) => void): Promise<RuntimeApi> {
  let state: EnvironmentState = STARTING;
  const apply = (event: Parameters<typeof transition>[1]) => {
    const result = transition(state, event);
    if ('refused' in result) return result.refused;
    state = result.state;
    return undefined;
  };
  const dispatch = () => {
    if (!api.isAwaited() || apply({ type: 'dispatch', requestId: 'r' }) !== undefined) return;
    const payload = Buffer.from('{}');
    api.deliver({
      requestId: 'r',
      deadlineMs: 0,
      functionArn: '',
      traceId: '',
      clientContext: undefined,
      payload,
    });
  };
  const api: RuntimeApi = await startRuntimeApi({
    next: () => {
      const refused = apply({ type: 'next' });
      if (refused === undefined) setImmediate(dispatch);
      return refused;
    },
    response: (requestId, body, tooLarge) => apply({ type: 'response', requestId, body, tooLarge }),
    error: (requestId, failure) => apply({ type: 'error', requestId, failure }),
    stream: (requestId) =>
      apply({ type: 'stream', requestId }) === undefined
        ? {
            begin: () => undefined,
            write: (_piece, resume) => {
              setImmediate(resume);
              return false;
            },
          }
        : undefined,
    streamEnd: (requestId, ending) => apply({ type: 'stream-end', requestId, ending }),
    streamBroken: () => void apply({ type: 'stream-end', requestId: 'r', ending: { kind: 'truncated' } }),
    // An init that failed would end the process, and there is none.
    initError: () => 'invalid-state',
    disconnected: () => void apply({ type: 'disconnected' }),
    unread: () => void apply({ type: 'unread' }),
    onFault: (_where, error) => onFault(error),
  });
  return api;
}
