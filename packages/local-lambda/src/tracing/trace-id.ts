import { randomUUID } from 'node:crypto';

/** The header, in the lower case that Node reads. */
export const TRACE_HEADER = 'x-amzn-trace-id';

/** What X-Ray takes over from a client. */
const GIVEN = /^[\w=;:-]{0,200}\bRoot=1-[\da-f]{8}-[\da-f]{24}\b[\w=;:-]{0,200}$/;
/** @see https://www.w3.org/TR/trace-context/#traceparent-header */
const TRACEPARENT =
  /^(?!ff)[\da-f]{2}-(?!0{32})([\da-f]{8})([\da-f]{24})-(?!0{16})([\da-f]{16})-([\da-f]{2})/;
const ROOT_LENGTH = 35;
const ROOT = /^1-[\da-f]{8}-[\da-f]{24}$/;
const PARENT_LENGTH = 16;
const PARENT = /\bParent=[^;]*/;

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/**
 * The trace that a client gave, as `X-Amzn-Trace-Id`: its own header of that name, else its `traceparent`, which has
 * the same 32 digits. Undefined when there is neither, or neither is valid.
 */
export function givenTraceId(headers: Headers): string | undefined {
  const own = headers[TRACE_HEADER];
  if (typeof own === 'string' && GIVEN.test(own)) return own;
  const { traceparent } = headers;
  if (typeof traceparent !== 'string') return undefined;
  const [, time, rest, parent, flags = ''] = TRACEPARENT.exec(traceparent) ?? [];
  if (time === undefined) return undefined;
  return `Root=1-${time}-${rest};Parent=${parent};Sampled=${Number.parseInt(flags, 16) & 1}`;
}

/** A new trace, as `X-Amzn-Trace-Id`. @param sampled whether its spans are to be kept; it begins with the next span then. */
export function newTraceId(nowMs: number, sampled = false): string {
  const id = randomUUID();
  const parent = id.slice(19, 23) + id.slice(24);
  const root = id.slice(0, 8) + id.slice(9, 13) + id.slice(14, 18) + parent.slice(0, 8);
  const whole = `Root=1-${Math.floor(nowMs / 1000).toString(16)}-${root}`;
  return sampled ? `${whole};Sampled=1` : `${whole};Parent=${parent};Sampled=0`;
}

/** Whether the spans of a trace are to be kept, as its header says. */
export function isSampled(traceId: string): boolean {
  return traceId.includes('Sampled=1');
}

/** `1-5759e988-bd862e3fe1be46a994272793` of a header; undefined when it has none. */
export function rootOf(traceId: string): string | undefined {
  const from = traceId.indexOf('Root=') + 5;
  const root = from === 4 ? '' : traceId.slice(from, from + ROOT_LENGTH);
  return ROOT.test(root) ? root : undefined;
}

/** The span that a header names, as 16 hex digits; undefined when it names none. */
export function parentOf(traceId: string): string | undefined {
  const from = traceId.indexOf('Parent=') + 7;
  if (from === 6) return undefined;
  const parent = traceId.slice(from, from + PARENT_LENGTH);
  return /^[\da-f]{16}$/.test(parent) ? parent : undefined;
}

/** A trace goes on below a new span of its own; one that is not sampled has no spans and stays as it is. */
export function belowNewSpan(traceId: string): string {
  if (!isSampled(traceId)) return traceId;
  const id = randomUUID();
  const span = `Parent=${id.slice(19, 23)}${id.slice(24)}`;
  if (PARENT.test(traceId)) return traceId.replace(PARENT, span);
  return traceId.replace(/\bRoot=[^;]*/, (root) => `${root};${span}`);
}
