import type { Log } from './log.ts';
import type { Shed } from './shed.ts';

/** What every call of a portable function is given by its host; nothing else reaches the world. */
export interface CallContext {
  /** Names this call in answers and log records. */
  readonly requestId: string;
  /** Names the errand that this call is part of, the same on every host that it comes through; else the request id. */
  readonly correlationId: string;
  /** Writes records that carry both ids. */
  readonly log: Log;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Milliseconds until the host ends this call. */
  readonly remainingTimeMs: () => number;
}

/** What a function that works on the shed is given besides. */
export type ShedContext = CallContext & { readonly shed: Shed };

/**
 * A portable function: it parses `event`, asks the domain, and returns a plain object, `content` where
 * the answer is not JSON, or `undefined` for an empty answer. It throws `ShedError` for every failure that it can explain.
 */
export type Run<Context extends CallContext> = (event: unknown, context: Context) => Promise<unknown>;
