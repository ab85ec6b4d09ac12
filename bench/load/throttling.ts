import type { Throttled } from '../results/throttled.ts';
import type { BenchAnswer } from './exchange.ts';

/** Milliseconds after which an HTTP API answers as if Lambda had throttled, though the function may have run. */
const INTEGRATION_LIMIT_MS = 29_000;

/**
 * Who refused a request because there were too many; `undefined` where a function answered it.
 *
 * API Gateway answers 429 above the limits of a stage. When Lambda throttles, an HTTP API answers 503 "Service
 * Unavailable" at once, and a function URL 429 "Rate Exceeded."; a REST API answers as for any failure of the function, so
 * that it cannot be told there.
 * @param millis from sending to the answer.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html
 */
export function throttlerOf({ status, body }: BenchAnswer, millis: number): keyof Throttled | undefined {
  if (status === 429) return body.includes('Rate Exceeded') ? 'lambda' : 'gateway';
  const isUnavailable = status === 503 && body.includes('"Service Unavailable"');
  return isUnavailable && millis < INTEGRATION_LIMIT_MS ? 'lambda' : undefined;
}
