/** Calls functions by events, without an HTTP API, behind the interface of `fetch`. */
import { randomUUID } from 'node:crypto';
import type { HttpTarget } from '../contracts/http.ts';
import type { PayloadFormat } from './api-gateway-event.ts';
import { routeEvent } from './api-gateway-event.ts';

/** What a function answers to API Gateway. */
export interface FunctionAnswer {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** In payload format 1.0 headers may stand here instead. */
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[]>>;
  readonly body?: string | null;
}

/** Calls one function of a stack. */
export type Invoke = (functionName: string, event: unknown, requestId: string) => Promise<FunctionAnswer>;

/** A `fetch` that calls functions instead of a server; the event passes through JSON, as it does on Lambda. */
export function inProcessFetch(invoke: Invoke, format: PayloadFormat): HttpTarget['fetch'] {
  return async (path, { method = 'GET' } = {}) => {
    const routed = routeEvent(path, method, format);
    if (routed === undefined) throw new Error(`no function is meant by ${method} ${path}`);
    const event = JSON.parse(JSON.stringify(routed.event)) as unknown;
    const answer = await invoke(routed.functionName, event, randomUUID());
    const { statusCode: status, headers: single, multiValueHeaders = {}, body = null } = answer;
    const headers = new Headers({ ...single });
    for (const [name, values] of Object.entries(multiValueHeaders)) {
      for (const value of values) headers.append(name, value);
    }
    // No body is an empty text to some runtimes, which `Response` refuses for a 204.
    return new Response(body === '' ? null : body, { status, headers });
  };
}
