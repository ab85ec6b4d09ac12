import type { GatewayAnswer } from '../gateway/answer.ts';

/** An error of the Lambda API in the form that AWS's SDKs and command line read. */
export function apiError(status: number, type: string, message: string, more: object = {}): GatewayAnswer {
  return json(status, { Type: status >= 500 ? 'Service' : 'User', ...more, Message: message, message }, [
    'x-amzn-errortype',
    type,
  ]);
}

/** A JSON answer of the Lambda API. */
export function json(status: number, value: unknown, headers: readonly string[] = []): GatewayAnswer {
  return {
    status,
    headers: ['content-type', 'application/json', ...headers],
    body: JSON.stringify(value),
  };
}
