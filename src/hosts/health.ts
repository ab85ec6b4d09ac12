import { createHash, timingSafeEqual } from 'node:crypto';
import { answerTo, type HttpAnswer } from './http-answer.ts';
import type { Metrics } from './metrics.ts';

/** What a host says of itself. */
export interface HealthOptions {
  /** What requests for metrics must carry as a bearer; undefined: nothing. */
  readonly token: string | undefined;
  /** Why the process should be replaced; undefined: it is alive. */
  readonly notAlive: () => string | undefined;
  /** Why no more work should be given to it; undefined: it is ready. */
  readonly notReady: () => string | undefined;
  readonly metrics: Metrics;
}

/** What every host answers over HTTP. */
export interface Health {
  /** To `/health/liveness` and `/health/readiness`, open to everybody; undefined: the path is another. */
  state(path: string): HttpAnswer | undefined;
  /** To everything else without the token. */
  refusal(authorization: string | undefined): HttpAnswer | undefined;
  /** To `GET /metrics`; undefined: it is another request. */
  metrics(method: string, path: string): Promise<HttpAnswer | undefined>;
}

const UNAUTHORIZED = message(401, 'Unauthorized');

/** Makes what a host answers of itself. */
export function createHealth({ token, notAlive, notReady, metrics }: HealthOptions): Health {
  const isAllowed = tokenCheck(token);
  const stateOf = (problem: string | undefined, good: string) =>
    problem === undefined ? message(200, good) : message(503, problem);
  return {
    state: (path) => {
      if (path === '/health/liveness') return stateOf(notAlive(), 'alive');
      return path === '/health/readiness' ? stateOf(notReady(), 'ready') : undefined;
    },
    refusal: (authorization) => (isAllowed(authorization) ? undefined : UNAUTHORIZED),
    metrics: async (method, path) => {
      if (path !== '/metrics' || method !== 'GET') return undefined;
      const { type, text } = await metrics.render();
      return { status: 200, headers: { 'content-type': type }, body: text };
    },
  };
}

/** An answer that only says something. */
export function message(status: number, text: string): HttpAnswer {
  return answerTo(status, { message: text });
}

function tokenCheck(token: string | undefined): (authorization: string | undefined) => boolean {
  if (token === undefined) return () => true;
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const expected = digest(`Bearer ${token}`);
  return (authorization = '') => timingSafeEqual(digest(authorization), expected);
}
