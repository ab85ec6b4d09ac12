/** A name for a call that a client may choose. */
const NAME = /^[\w.:-]{1,128}$/;

/** Version, trace, parent and flags: https://www.w3.org/TR/trace-context/ */
const TRACE_PARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/;

/** Takes a name that a client has chosen; `undefined`: it is none of 1 to 128 letters, digits and `_.:-`. */
export function chosenName(given: unknown): string | undefined {
  return typeof given === 'string' && NAME.test(given) ? given : undefined;
}

/**
 * Names the errand that a call is part of: what its client says, else the trace that it is in, else the call itself.
 * @param named the transport's own field for it, such as `x-correlation-id`.
 * @param traceparent as W3C Trace Context writes it.
 */
export function correlationIdOf(named: unknown, traceparent: unknown, requestId: string): string {
  const [, trace] = TRACE_PARENT.exec(typeof traceparent === 'string' ? traceparent : '') ?? [];
  return chosenName(named) ?? trace ?? requestId;
}
