import type { RuntimeFailure } from '../runtime-api/protocol.ts';
import type { Invocation } from './invocation.ts';
import type { ProcessExit } from './process.ts';

/**
 * Where an execution environment stands. Its whole behaviour is {@link transition}: pure, so that property tests
 * can run any sequence of events through it.
 *
 * ```
 * starting ──next──▶ idle ──dispatch──▶ busy ──response/error──▶ answered ──next──▶ idle
 *    │ init failed, an invocation waits     │ unread    │ stream      ▲
 *    │                                      │           ▼             │ stream-end
 *    │                                      │       streaming ────────┘
 *    ▼                                      ▼
 * restarting ──next──▶ busy     idle ──▶ away ──next──▶ idle     any ──stop──▶ stopping ──exit──▶ ended
 * ```
 */
export type EnvironmentState =
  /** The process runs and has not asked for work: init; once it has `failed`, it asks in vain. */
  | { readonly phase: 'starting'; readonly failed: boolean }
  /** Init failed once and is repeated within an invocation, whose event waits for it. */
  | { readonly phase: 'restarting'; readonly requestId: string }
  | { readonly phase: 'idle' }
  /** It has asked for work and waits no more: it asks again on a new connection, or is about to end. */
  | { readonly phase: 'away' }
  | { readonly phase: 'busy'; readonly requestId: string }
  /** The response has begun, and goes to the caller as it comes. */
  | { readonly phase: 'streaming'; readonly requestId: string }
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
  | {
      readonly type: 'response';
      readonly requestId: string;
      readonly body: Buffer;
      readonly tooLarge: boolean;
    }
  | { readonly type: 'error'; readonly requestId: string; readonly failure: RuntimeFailure }
  /** A response begins that is passed on as it comes, and ends. */
  | { readonly type: 'stream'; readonly requestId: string }
  | { readonly type: 'stream-end'; readonly requestId: string; readonly ending: StreamEnding }
  | { readonly type: 'init-error'; readonly failure: RuntimeFailure }
  /** The pool hands over an invocation. */
  | { readonly type: 'dispatch'; readonly requestId: string }
  /** The connection on which the runtime waited for work is closed. */
  | { readonly type: 'disconnected' }
  /** The event that was sent to the runtime was never read. */
  | { readonly type: 'unread' }
  | { readonly type: 'stop'; readonly reason: StopReason }
  /** The process is gone; `retry` is the invocation within which init may be repeated. */
  | { readonly type: 'exit'; readonly exit: ProcessExit; readonly retry?: Invocation };

/** How a streamed response ended; `truncated`: its connection broke. */
export type StreamEnding =
  | { readonly kind: 'streamed' | 'truncated' | 'stream-too-large' }
  | { readonly kind: 'error'; readonly failure: RuntimeFailure };

/** How an invocation ended, with what tells of it. */
export type Ending =
  | { readonly kind: 'response'; readonly body: Buffer }
  | { readonly kind: 'init-error'; readonly failure: RuntimeFailure }
  | { readonly kind: 'too-large' }
  | StreamEnding
  | { readonly kind: 'exit'; readonly exit: ProcessExit }
  | { readonly kind: StopReason };

/** What has to be done about an event, in this order. */
export type Effect =
  /** Init is over: measure it. */
  | { readonly type: 'initialized' }
  /** The first init failed; an error of the runtime's own comes with it. */
  | {
      readonly type: 'init-failed';
      readonly cause: 'error' | 'exit' | StopReason;
      readonly failure: RuntimeFailure | undefined;
    }
  /** The first init is over, one way or the other: another environment may start. */
  | { readonly type: 'init-over' }
  /** Start the process once more, for the invocation that waits. */
  | { readonly type: 'restart'; readonly invocation: Invocation }
  /** Send the event to the runtime. */
  | { readonly type: 'deliver'; readonly requestId: string }
  /** The invocation's one and only outcome. */
  | { readonly type: 'settle'; readonly requestId: string; readonly ending: Ending }
  /** The invocation is over: write END and REPORT; `late` is what ended it after it was answered. */
  | { readonly type: 'finish'; readonly requestId: string; readonly late?: StopReason }
  /** Give the invocation to another environment, instead of an outcome. */
  | { readonly type: 'give-back'; readonly requestId: string }
  /** The environment can take an invocation. */
  | { readonly type: 'available' }
  /** It cannot any more, until it is available again; that may take only so long. */
  | { readonly type: 'unavailable' }
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
const INIT_OVER: Effect = { type: 'init-over' };
const AVAILABLE: Effect = { type: 'available' };
const UNAVAILABLE: Effect = { type: 'unavailable' };
const KILL: Effect = { type: 'kill' };
const OVER: Effect = { type: 'ended' };
const IDLE: EnvironmentState = { phase: 'idle' };
const AWAY: EnvironmentState = { phase: 'away' };
const FAILED: EnvironmentState = { phase: 'starting', failed: true };
const STOPPING: EnvironmentState = { phase: 'stopping' };
const ENDED: EnvironmentState = { phase: 'ended' };

/** Where an environment begins. */
export const STARTING: EnvironmentState = { phase: 'starting', failed: false };

/** Says what an event does to an environment. */
export function transition(state: EnvironmentState, event: EnvironmentEvent): Transition {
  switch (event.type) {
    case 'next':
      return onNext(state);
    case 'response':
    case 'error':
      return onAnswer(state, event);
    case 'stream':
      return onStream(state, event.requestId);
    case 'stream-end':
      return onStreamEnd(state, event);
    case 'init-error':
      return onInitError(state, event.failure);
    case 'dispatch':
      if (state.phase !== 'idle') return INVALID_STATE;
      return to(
        { phase: 'busy', requestId: event.requestId },
        { type: 'deliver', requestId: event.requestId },
      );
    case 'disconnected':
      return state.phase === 'idle' ? to(AWAY, UNAVAILABLE) : to(state);
    case 'unread':
      if (state.phase !== 'busy') return to(state);
      return to(AWAY, { type: 'give-back', requestId: state.requestId }, UNAVAILABLE);
    case 'stop':
      return onStop(state, event.reason);
    case 'exit':
      return onExit(state, event);
  }
}

function onNext(state: EnvironmentState): Transition {
  switch (state.phase) {
    case 'starting':
      return state.failed ? INVALID_STATE : to(IDLE, { type: 'initialized' }, INIT_OVER, AVAILABLE);
    case 'restarting': {
      const { requestId } = state;
      return to({ phase: 'busy', requestId }, { type: 'deliver', requestId });
    }
    // A runtime may ask again on a new connection, when it lost the first one.
    case 'idle':
      return to(IDLE);
    case 'away':
      return to(IDLE, AVAILABLE);
    case 'answered':
      return to(IDLE, { type: 'finish', requestId: state.requestId }, AVAILABLE);
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
  if (state.phase === 'answered' || state.phase === 'streaming') {
    return state.requestId === requestId ? INVALID_STATE : INVALID_ID;
  }
  if (state.phase !== 'busy' || state.requestId !== requestId) return INVALID_ID;
  return to({ phase: 'answered', requestId }, { type: 'settle', requestId, ending: endingOf(event) });
}

function onStream(state: EnvironmentState, requestId: string): Transition {
  if (state.phase !== 'busy' || state.requestId !== requestId) return INVALID_STATE;
  return to({ phase: 'streaming', requestId });
}

function onStreamEnd(
  state: EnvironmentState,
  { requestId, ending }: Extract<EnvironmentEvent, { type: 'stream-end' }>,
): Transition {
  if (state.phase !== 'streaming' || state.requestId !== requestId) return INVALID_STATE;
  return to({ phase: 'answered', requestId }, { type: 'settle', requestId, ending });
}

function endingOf(event: Extract<EnvironmentEvent, { type: 'response' | 'error' }>): Ending {
  if (event.type === 'error') return { kind: 'error', failure: event.failure };
  return event.tooLarge ? { kind: 'too-large' } : { kind: 'response', body: event.body };
}

function onInitError(state: EnvironmentState, failure: RuntimeFailure): Transition {
  if (state.phase === 'starting' && !state.failed) {
    return to(FAILED, { type: 'init-failed', cause: 'error', failure }, INIT_OVER, KILL);
  }
  if (state.phase === 'restarting') return stopped(state.requestId, { kind: 'init-error', failure });
  return INVALID_STATE;
}

function onStop(state: EnvironmentState, reason: StopReason): Transition {
  switch (state.phase) {
    // Init that is too long is killed and, once the process is gone, repeated within the invocation that waits.
    case 'starting':
      if (reason === 'dropped') return to(STOPPING, ...(state.failed ? [] : [INIT_OVER]), KILL);
      if (state.failed) return to(state);
      return to(FAILED, { type: 'init-failed', cause: reason, failure: undefined }, INIT_OVER, KILL);
    case 'restarting':
    case 'busy':
    case 'streaming':
      return stopped(state.requestId, { kind: reason });
    case 'answered':
      return to(STOPPING, { type: 'finish', requestId: state.requestId, late: reason }, KILL);
    case 'idle':
    case 'away':
      return to(STOPPING, KILL);
    default:
      return to(state);
  }
}

/** An invocation that ends with its environment, whose process still has to be killed. */
function stopped(requestId: string, ending: Ending): Transition {
  return to(STOPPING, { type: 'settle', requestId, ending }, { type: 'finish', requestId }, KILL);
}

function onExit(
  state: EnvironmentState,
  { exit, retry }: Extract<EnvironmentEvent, { type: 'exit' }>,
): Transition {
  switch (state.phase) {
    case 'starting': {
      const failed: Effect[] = state.failed
        ? []
        : [{ type: 'init-failed', cause: 'exit', failure: undefined }, INIT_OVER];
      if (retry === undefined) return to(ENDED, ...failed, OVER);
      return to({ phase: 'restarting', requestId: retry.requestId }, ...failed, {
        type: 'restart',
        invocation: retry,
      });
    }
    case 'restarting':
    case 'busy':
    case 'streaming': {
      const { requestId } = state;
      const settle: Effect = { type: 'settle', requestId, ending: { kind: 'exit', exit } };
      return to(ENDED, settle, { type: 'finish', requestId }, OVER);
    }
    case 'answered':
      return to(ENDED, { type: 'finish', requestId: state.requestId }, OVER);
    case 'idle':
    case 'away':
    case 'stopping':
      return to(ENDED, OVER);
    case 'ended':
      return to(ENDED);
  }
}

function to(state: EnvironmentState, ...effects: readonly Effect[]): Transition {
  return { state, effects };
}
