/** Calls functions by events, without an HTTP API, behind the interface of `fetch`. */
import { randomUUID } from 'node:crypto';
import type { HttpTarget } from '../contracts/http.ts';
import type { PayloadFormat } from './api-gateway-event.ts';
import { routeEvent } from './api-gateway-event.ts';

/** What a function answers to API Gateway. */
export interface FunctionAnswer {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Calls one function of a stack. */
export type Invoke = (functionName: string, event: unknown, requestId: string) => Promise<FunctionAnswer>;

/** A `fetch` that calls functions instead of a server; the event passes through JSON, as it does on Lambda. */
export function inProcessFetch(invoke: Invoke, format: PayloadFormat): HttpTarget['fetch'] {
  return async (path, { method = 'GET' } = {}) => {
    const routed = routeEvent(path, method, format);
    if (routed === undefined) throw new Error(`no function is meant by ${method} ${path}`);
    const event = JSON.parse(JSON.stringify(routed.event)) as unknown;
    const { statusCode, headers, body } = await invoke(routed.functionName, event, randomUUID());
    return new Response(body ?? null, { status: statusCode, headers: { ...headers } });
  };
}
