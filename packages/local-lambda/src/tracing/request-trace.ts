import type { IncomingMessage } from 'node:http';
import { finished, Readable } from 'node:stream';
import type { EventBus } from '../events/event-bus.ts';
import type { GatewayAnswer } from '../gateway/answer.ts';
import { belowNewSpan, givenTraceId, isSampled, parentOf } from './trace-id.ts';

/** The trace of one request to the host. */
export interface RequestTrace {
  /** With a span of the request's own where the trace is sampled. */
  readonly traceId: string;
  /** The span of the client above that one. */
  readonly parentId: string | undefined;
  /** Milliseconds since the epoch. */
  readonly startedMs: number;
  /** … and of a clock that never jumps. */
  readonly startedAt: number;
}

/** Takes over the trace of a request's client, or begins one. */
export function takeTrace(
  { headers }: Pick<IncomingMessage, 'headers'>,
  newTraceId: () => string,
): RequestTrace {
  const given = givenTraceId(headers);
  return {
    traceId: belowNewSpan(given ?? newTraceId()),
    parentId: given !== undefined && isSampled(given) ? parentOf(given) : undefined,
    startedMs: Date.now(),
    startedAt: performance.now(),
  };
}

/** What is known of a request besides. */
export interface AboutRequest {
  readonly requestId: string;
  /** Path of the route that took it. */
  readonly route: string | undefined;
  readonly functionName: string | undefined;
}

/** Tells of a request when its answer is there, or its stream has ended. */
export function tellRequest(
  events: EventBus,
  { method = 'GET', url = '/' }: IncomingMessage,
  trace: RequestTrace,
  about: AboutRequest,
  { status, body }: GatewayAnswer,
): void {
  if (!events.hears('request-ended')) return;
  const { traceId, parentId, startedMs, startedAt } = trace;
  const [path = '/'] = url.split('?', 1);
  const tell = (): void =>
    events.emit({
      type: 'request-ended',
      timeMs: Date.now(),
      ...about,
      traceId,
      parentId,
      startedMs,
      durationMs: performance.now() - startedAt,
      method,
      path,
      status,
    });
  if (body instanceof Readable) finished(body, tell);
  else tell();
}
