/**
 * Where an execution environment stands. Its whole behaviour is {@link transition}: pure, so that property tests
 * can run any sequence of events through it.
 *
 * ```
 * starting ──next──▶ idle ──dispatch──▶ busy ──response/error──▶ answered ──next──▶ idle
 *    │ init failed, an invocation waits                 │
 *    ▼                                                  │ exit, stop
 * restarting ──next──▶ busy        any ──stop──▶ stopping ──exit──▶ ended
 * ```
 */
export type EnvironmentState =
  /** The process runs and has not asked for work: init. */
  | { readonly phase: 'starting' }
  /** Init failed once and is repeated within an invocation, whose event waits for it. */
  | { readonly phase: 'restarting'; readonly requestId: string }
  | { readonly phase: 'idle' }
  | { readonly phase: 'busy'; readonly requestId: string }
  /** The invocation is answered, but the runtime has not asked for the next one. */
  | { readonly phase: 'answered'; readonly requestId: string }
  /** Killed; the process is not gone yet. */
  | { readonly phase: 'stopping' }
  | { readonly phase: 'ended' };

/** Why an environment is stopped by the host. */
export type StopReason = 'timeout' | 'out-of-memory' | 'init-timeout' | 'dropped';

/** What happens to an environment. */
export type EnvironmentEvent =
  /** The runtime asks for work. */
  | { readonly type: 'next' }
  | { readonly type: 'response'; readonly requestId: string; readonly tooLarge?: boolean }
  | { readonly type: 'error'; readonly requestId: string }
  | { readonly type: 'init-error' }
  /** The pool hands over an invocation. */
  | { readonly type: 'dispatch'; readonly requestId: string }
  | { readonly type: 'stop'; readonly reason: StopReason }
  /** The process is gone; `retry` names the invocation within which init may be repeated. */
  | { readonly type: 'exit'; readonly retry?: string };

/** What has to be done about an event, in this order. */
export type Effect =
  /** Init is over: measure it. */
  | { readonly type: 'initialized' }
  /** Init failed. */
  | { readonly type: 'init-failed'; readonly cause: 'error' | 'exit' | StopReason }
  /** Start the process once more, for the invocation that waits. */
  | { readonly type: 'restart'; readonly requestId: string }
  /** Send the event to the runtime. */
  | { readonly type: 'deliver'; readonly requestId: string }
  /** The invocation's one and only outcome. */
  | {
      readonly type: 'settle';
      readonly requestId: string;
      readonly outcome: 'response' | 'error' | 'too-large' | 'exit' | 'init' | StopReason;
    }
  /** The invocation is over: write END and REPORT. */
  | { readonly type: 'finish'; readonly requestId: string }
  /** The environment can take an invocation. */
  | { readonly type: 'available' }
  | { readonly type: 'kill' }
  | { readonly type: 'ended' };

/** The answer to an event that the state does not allow. */
export type Refused = 'invalid-request-id' | 'invalid-state';

/** The next state with what has to be done, or a refusal that changes nothing. */
export type Transition =
  | { readonly state: EnvironmentState; readonly effects: readonly Effect[] }
  | { readonly refused: Refused };

const INVALID_STATE: Transition = { refused: 'invalid-state' };
const INVALID_ID: Transition = { refused: 'invalid-request-id' };
const IDLE: EnvironmentState = { phase: 'idle' };
const STOPPING: EnvironmentState = { phase: 'stopping' };
const ENDED: EnvironmentState = { phase: 'ended' };

/** Where an environment begins. */
export const STARTING: EnvironmentState = { phase: 'starting' };

/** Says what an event does to an environment. */
export function transition(state: EnvironmentState, event: EnvironmentEvent): Transition {
  switch (event.type) {
    case 'next':
      return onNext(state);
    case 'response':
    case 'error':
      return onAnswer(state, event);
    case 'init-error':
      return onInitError(state);
    case 'dispatch':
      if (state.phase !== 'idle') return INVALID_STATE;
      return to(
        { phase: 'busy', requestId: event.requestId },
        { type: 'deliver', requestId: event.requestId },
      );
    case 'stop':
      return onStop(state, event.reason);
    case 'exit':
      return onExit(state, event.retry);
  }
}

function onNext(state: EnvironmentState): Transition {
  switch (state.phase) {
    case 'starting':
      return to(IDLE, { type: 'initialized' }, { type: 'available' });
    case 'restarting': {
      const { requestId } = state;
      return to({ phase: 'busy', requestId }, { type: 'initialized' }, { type: 'deliver', requestId });
    }
    // A runtime may ask again on a new connection, when it lost the first one.
    case 'idle':
      return to(IDLE);
    case 'answered':
      return to(IDLE, { type: 'finish', requestId: state.requestId }, { type: 'available' });
    default:
      return INVALID_STATE;
  }
}

function onAnswer(
  state: EnvironmentState,
  event: Extract<EnvironmentEvent, { type: 'response' | 'error' }>,
): Transition {
  const { requestId } = event;
  if (state.phase === 'starting' || state.phase === 'restarting') return INVALID_STATE;
  if (state.phase === 'answered') return state.requestId === requestId ? INVALID_STATE : INVALID_ID;
  if (state.phase !== 'busy' || state.requestId !== requestId) return INVALID_ID;
  const outcome = event.type === 'error' ? 'error' : event.tooLarge ? 'too-large' : 'response';
  return to({ phase: 'answered', requestId }, { type: 'settle', requestId, outcome });
}

function onInitError(state: EnvironmentState): Transition {
  if (state.phase === 'starting') return to(state, { type: 'init-failed', cause: 'error' });
  if (state.phase === 'restarting') return to(state, { type: 'init-failed', cause: 'error' });
  return INVALID_STATE;
}

function onStop(state: EnvironmentState, reason: StopReason): Transition {
  switch (state.phase) {
    // Init that is too long is killed and, once the process is gone, repeated within the invocation that waits.
    case 'starting':
      if (reason === 'dropped') return to(STOPPING, { type: 'kill' });
      return to(state, { type: 'init-failed', cause: reason }, { type: 'kill' });
    case 'restarting':
    case 'busy':
      return to(
        STOPPING,
        { type: 'settle', requestId: state.requestId, outcome: reason },
        { type: 'finish', requestId: state.requestId },
        { type: 'kill' },
      );
    case 'answered':
      return to(STOPPING, { type: 'finish', requestId: state.requestId }, { type: 'kill' });
    case 'idle':
      return to(STOPPING, { type: 'kill' });
    default:
      return to(state);
  }
}

function onExit(state: EnvironmentState, retry: string | undefined): Transition {
  switch (state.phase) {
    case 'starting':
      if (retry === undefined) {
        return to(ENDED, { type: 'init-failed', cause: 'exit' }, { type: 'ended' });
      }
      return to(
        { phase: 'restarting', requestId: retry },
        { type: 'init-failed', cause: 'exit' },
        { type: 'restart', requestId: retry },
      );
    case 'restarting':
      return to(
        ENDED,
        { type: 'settle', requestId: state.requestId, outcome: 'init' },
        { type: 'finish', requestId: state.requestId },
        { type: 'ended' },
      );
    case 'busy':
      return to(
        ENDED,
        { type: 'settle', requestId: state.requestId, outcome: 'exit' },
        { type: 'finish', requestId: state.requestId },
        { type: 'ended' },
      );
    case 'answered':
      return to(ENDED, { type: 'finish', requestId: state.requestId }, { type: 'ended' });
    case 'idle':
    case 'stopping':
      return to(ENDED, { type: 'ended' });
    case 'ended':
      return to(ENDED);
  }
}

function to(state: EnvironmentState, ...effects: readonly Effect[]): Transition {
  return { state, effects };
}
