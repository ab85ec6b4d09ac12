/** The environment that an event is about. */
export interface OfEnvironment {
  /** 32 hex digits; the end of its log stream's name. */
  readonly environmentId: string;
  readonly functionName: string;
  /** `$LATEST`, or a published version. */
  readonly version: string;
}

/** The invocation that an event is about. */
export interface OfInvocation {
  readonly functionName: string;
  readonly version: string;
  readonly requestId: string;
  /** As `X-Amzn-Trace-Id`. */
  readonly traceId: string;
}

/** Why an environment ended. */
export type EndReason =
  /** It had no work for too long. */
  | 'idle'
  /** Somebody asked for it. */
  | 'dropped'
  /** Its code was swapped or its host closed. */
  | 'closed'
  | 'timeout'
  | 'out-of-memory'
  | 'init-failed'
  /** Its process ended by itself. */
  | 'exit'
  /** local-lambda itself failed on it. */
  | 'fault';

/** How an invocation ended; `error` is whatever its caller gets as an error. */
export type InvocationEnd = 'success' | 'error' | 'timeout';

/**
 * What happens on the platform, from which metrics, traces, lists and the page are fed. Times are in milliseconds,
 * `timeMs` since the epoch; sizes are in MB.
 *
 * An environment is busy from `invocation-started` to `environment-idle` or `environment-ended`.
 */
export type PlatformEvent =
  | ({
      readonly type: 'environment-starting';
      readonly timeMs: number;
      readonly logGroup: string;
      readonly logStream: string;
      readonly memorySizeMb: number;
    } & OfEnvironment)
  | ({
      readonly type: 'environment-ready';
      readonly timeMs: number;
      readonly initMs: number;
    } & OfEnvironment)
  | ({ readonly type: 'environment-idle'; readonly timeMs: number } & OfEnvironment)
  | ({
      readonly type: 'environment-ended';
      readonly timeMs: number;
      readonly reason: EndReason;
    } & OfEnvironment)
  /** It waits for a place or for the init of the environment that starts for it; one that need not wait has no such event. */
  | ({ readonly type: 'invocation-queued'; readonly timeMs: number } & OfInvocation)
  | ({
      readonly type: 'invocation-started';
      readonly timeMs: number;
    } & OfInvocation &
      OfEnvironment)
  /** Its REPORT is written. */
  | ({
      readonly type: 'invocation-ended';
      readonly timeMs: number;
      readonly startedMs: number;
      /** The span above the invocation's own; undefined where the trace is not sampled. */
      readonly parentId: string | undefined;
      /** 1 for the first try. */
      readonly attempt: number;
      readonly outcome: InvocationEnd;
      /** Undefined when it succeeded. */
      readonly errorType: string | undefined;
      readonly durationMs: number;
      readonly billedMs: number;
      /** Of the first invocation of an environment only. */
      readonly initMs: number | undefined;
      readonly memorySizeMb: number;
      /** Undefined where it cannot be measured. */
      readonly maxMemoryUsedMb: number | undefined;
      readonly cpuMs: number | undefined;
    } & OfInvocation &
      OfEnvironment)
  /** It found no place in time. */
  | ({ readonly type: 'invocation-throttled'; readonly timeMs: number } & OfInvocation)
  /** A request of an API, or to invoke a function, is answered. */
  | {
      readonly type: 'request-ended';
      readonly timeMs: number;
      readonly startedMs: number;
      readonly durationMs: number;
      readonly requestId: string;
      /** With the request's own span, and the span of the client above it. */
      readonly traceId: string;
      readonly parentId: string | undefined;
      readonly method: string;
      /** Without query. */
      readonly path: string;
      /** Path of the route that took it; undefined: none did. */
      readonly route: string | undefined;
      readonly functionName: string | undefined;
      readonly status: number;
    }
  /** An asynchronous invocation was accepted, is tried, and has ended for good. */
  | ({ readonly type: 'async-queued'; readonly timeMs: number } & OfInvocation)
  | ({
      readonly type: 'async-tried';
      readonly timeMs: number;
      /** When it was accepted. */
      readonly queuedMs: number;
      readonly attempt: number;
    } & OfInvocation)
  | ({
      readonly type: 'async-ended';
      readonly timeMs: number;
      readonly queuedMs: number;
      readonly condition: string;
    } & OfInvocation)
  | {
      readonly type: 'log-line';
      readonly timeMs: number;
      readonly group: string;
      readonly stream: string;
      readonly message: string;
    }
  | {
      readonly type: 'function-added' | 'function-changed' | 'function-removed';
      readonly timeMs: number;
      readonly functionName: string;
    };

/** What an event may be about. */
export type EventType = PlatformEvent['type'];

/** All types, each once. */
export const EVENT_TYPES = Object.keys({
  'environment-starting': 0,
  'environment-ready': 0,
  'environment-idle': 0,
  'environment-ended': 0,
  'invocation-queued': 0,
  'invocation-started': 0,
  'invocation-ended': 0,
  'invocation-throttled': 0,
  'request-ended': 0,
  'async-queued': 0,
  'async-tried': 0,
  'async-ended': 0,
  'log-line': 0,
  'function-added': 0,
  'function-changed': 0,
  'function-removed': 0,
} satisfies Record<EventType, 0>) as readonly EventType[];

/** An event of one of some types. */
export type EventOf<Type extends EventType> = Extract<PlatformEvent, { readonly type: Type }>;
